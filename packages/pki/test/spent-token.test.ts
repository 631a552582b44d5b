import { randomBytes } from 'node:crypto';
import { enrolHandler, issueJoinToken } from '@entente/pki';
import { createKeyAndRequest, type KeyAndRequest } from '@entente/pki/client';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { now, testAuthority, testIssuance } from './authority.ts';

const server = 'fe01.contoso.example';
const url = 'https://ca.contoso.example/enrol';
const newKey = (): Promise<KeyAndRequest> => createKeyAndRequest({ subject: server });

/** An authority, and a server that has joined with a token that replaces its certificates. */
async function joined() {
  const clock = () => now;
  const { issuance, ledger } = testIssuance(await testAuthority(), { clock });
  const handler = enrolHandler({ issuance, ledger, clock });
  const token = await issueJoinToken(
    { ledger, clock, random: randomBytes },
    {
      authority: 'https://ca.contoso.example',
      server,
      rootSpkiHash: 'cd'.repeat(32),
      administratorsHash: 'ab'.repeat(32),
      createdBy: 'alice',
      replace: true,
    },
  );
  const headers = { 'content-type': 'application/pkcs10' };
  const secret = Buffer.from(token.secret).toString('base64url');
  const join = (body: Uint8Array) =>
    handler(
      new Request(url, { method: 'POST', body, headers: { ...headers, authorization: `Bearer ${secret}` } }),
      undefined,
    );
  const key = await newKey();
  const first = await serialOf(await join(key.request));
  /** Renews with a certificate of the server, for one of its interfaces. */
  const renew = async (serialHex: string, side: string) =>
    handler(
      new Request(`${url}?interface=${side}`, { method: 'POST', body: (await newKey()).request, headers }),
      { server, serialHex },
    );
  const revoked = async (serialHex: string) =>
    (await ledger.find(issuance.issuer.id, serialHex))?.revocation !== undefined;
  return { first, join, key, renew, revoked };
}

async function serialOf(response: Response): Promise<string> {
  const decoded = decodePemCertificates(await response.text());
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error(`no certificate: ${response.status}`);
  return decoded.value[0].serialHex;
}

describe('a join token that is spent', () => {
  it('does nothing for a request that its key has not signed: the key is in a certificate, for everybody', async () => {
    const { join, key } = await joined();
    const forged = Uint8Array.from(key.request);
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1;
    expect((await join(forged)).status).toBe(403);
  });

  it('revokes nothing that the server has got since', async () => {
    const { first, join, key, renew, revoked } = await joined();
    const outside = await serialOf(await renew(first, 'external'));
    expect(await serialOf(await join(key.request))).toBe(first);
    expect(await revoked(outside)).toBe(false);
  });
});

describe('the certificate of an external interface', () => {
  it('is renewed once: another key is refused while its successor lives', async () => {
    const { first, renew } = await joined();
    await serialOf(await renew(first, 'external'));
    const answers = [await renew(first, 'external'), await renew(first, 'external')];
    expect(answers.map(({ status }) => status)).toContain(409);
  });

  it('is not given to a certificate that has been renewed with another key', async () => {
    const { first, renew } = await joined();
    await serialOf(await renew(first, 'internal'));
    expect((await renew(first, 'external')).status).toBe(409);
  });
});
