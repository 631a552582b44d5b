import { rootsHandler, spkiHash, trustBundleHandler } from '@entente/pki';
import { decodeCertificate, decodePemCertificates } from '@entente/x509';
import { beforeAll, describe, expect, it } from 'vitest';
import { type TestAuthority, testAuthority } from './authority.ts';

let authority: TestAuthority;
beforeAll(async () => {
  authority = await testAuthority();
});

describe('the handlers of the roots', () => {
  const bundle = () => {
    const root = decodeCertificate(authority.root);
    if (!root.ok) throw new Error(root.error.message);
    return {
      domain: 'contoso.example',
      sequence: 3,
      refreshHintSeconds: 300,
      roots: [{ certificate: authority.root, publicKey: root.value.publicKey.der }],
    };
  };

  it('serve PEM', async () => {
    const response = await rootsHandler(bundle)(new Request('https://ca.contoso.example/roots.pem'));
    expect(response.headers.get('content-type')).toBe('application/pem-certificate-chain');
    const decoded = decodePemCertificates(await response.text());
    expect(decoded.ok && decoded.value.map(({ der }) => Buffer.from(der))).toEqual([
      Buffer.from(authority.root),
    ]);
  });

  it('serve JSON with sequence number, refresh hint and key hashes', async () => {
    const response = await trustBundleHandler(bundle)(new Request('https://ca.contoso.example/trust-bundle'));
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(await response.json()).toEqual({
      domain: 'contoso.example',
      sequence: 3,
      refreshHintSeconds: 300,
      roots: [
        {
          certificate: Buffer.from(authority.root).toString('base64'),
          spkiSha256: spkiHash(bundle().roots[0]?.publicKey as Uint8Array),
        },
      ],
    });
  });
});
