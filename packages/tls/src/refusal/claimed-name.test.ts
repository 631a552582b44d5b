import { createTestAuthority, type TestCertificateOptions } from '@entente/testkit';
import type { PeerIdentity } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { claimOf } from './claimed-name.ts';

async function leafOf(options: TestCertificateOptions): Promise<Uint8Array> {
  const { certificatePem } = await (await createTestAuthority('Unknown')).issue(options);
  const decoded = decodePemCertificates(Buffer.from(certificatePem));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value[0]!.der;
}

describe('what an unproven certificate claims', () => {
  it('is its names, or its subject where it has none', async () => {
    const named = await leafOf({ dnsNames: ['access.contoso.example'], uris: ['sip:contoso.example'] });
    expect(claimOf(undefined, named)).toEqual({ claimed: 'access.contoso.example, sip:contoso.example' });
    const unnamed = await leafOf({ commonName: 'access.contoso.example', dnsNames: [] });
    expect(claimOf(undefined, unnamed)).toEqual({ claimed: 'CN=access.contoso.example' });
  });

  it('is at most 200 characters of printable ASCII, however many names the peer chose', async () => {
    const leaf = await leafOf({ commonName: `caf\u00e9\u202e\u001b[2J${'x'.repeat(20)}`, dnsNames: [] });
    expect(claimOf(undefined, leaf).claimed).toMatch(/^CN=caf\?[ -~]+$/);
    const many = await leafOf({
      dnsNames: Array.from({ length: 100 }, (_, index) => `${'a'.repeat(60)}.s${index}.example`),
    });
    const { claimed } = claimOf(undefined, many);
    expect(claimed).toHaveLength(200);
    expect(claimed).not.toContain('s4.example');
  });

  it('is nothing for a peer that is proven, and for octets that are no certificate', async () => {
    const leaf = await leafOf({ dnsNames: ['access.contoso.example'] });
    expect(claimOf({} as PeerIdentity, leaf)).toEqual({});
    expect(claimOf(undefined, Uint8Array.of(0x30, 0x03))).toEqual({});
    expect(claimOf(undefined, undefined)).toEqual({});
  });
});
