import { randomBytes } from 'node:crypto';
import { enrolHandler, issueJoinToken, type PkiRefusal } from '@entente/pki';
import { createKeyAndRequest, type KeyAndRequest } from '@entente/pki/client';
import { decodePemCertificates } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { now, testAuthority, testIssuance } from './authority.ts';

const server = 'fe01.contoso.example';
const url = 'https://ca.contoso.example/enrol';
const headers = { 'content-type': 'application/pkcs10' };
const newKey = (): Promise<KeyAndRequest> => createKeyAndRequest({ subject: server });

/** An authority, and a server that has joined with a token that replaces its certificates. */
async function joined() {
  const clock = () => now;
  const { issuance, ledger } = testIssuance(await testAuthority(), { clock });
  const refusals: PkiRefusal[] = [];
  const revoked: string[] = [];
  let isCut = false;
  const handler = enrolHandler({
    issuance,
    ledger,
    clock,
    revoke: async (serialHex, reason) => {
      if (isCut) throw new Error('power failure');
      await ledger.revoke(issuance.issuer.id, serialHex, { at: now, reason });
      return { ok: true };
    },
    onRefused: (refusal) => refusals.push(refusal),
    onRevoked: ({ serialHex }, requester) => void revoked.push(`${serialHex} ${requester.kind}`),
  });
  const makeToken = async () => {
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
    const secret = Buffer.from(token.secret).toString('base64url');
    return (body: Uint8Array) =>
      handler(
        new Request(url, {
          method: 'POST',
          body,
          headers: { ...headers, authorization: `Bearer ${secret}` },
        }),
        undefined,
      );
  };
  /** Renews with a certificate of the server, for one of its interfaces. */
  const renew = async (serialHex: string, side: string, body?: Uint8Array) =>
    handler(
      new Request(`${url}?interface=${side}`, {
        method: 'POST',
        body: body ?? (await newKey()).request,
        headers,
      }),
      { server, serialHex },
    );
  const join = await makeToken();
  const key = await newKey();
  return {
    first: await serialOf(await join(key.request)),
    join,
    key,
    makeToken,
    renew,
    refusals,
    revoked,
    cut: (value: boolean) => {
      isCut = value;
    },
    valid: async () =>
      (await ledger.issuedTo(server, now))
        .filter(({ revocation }) => revocation === undefined)
        .map(({ serialHex }) => serialHex),
  };
}

/** The same request with another signature: its key is in a certificate, for everybody. */
function forged({ request }: KeyAndRequest): Uint8Array {
  const copy = Uint8Array.from(request);
  copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1;
  return copy;
}

async function serialOf(response: Response): Promise<string> {
  const decoded = decodePemCertificates(await response.text());
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error(`no certificate: ${response.status}`);
  return decoded.value[0].serialHex;
}

describe('a request that its key has not signed', () => {
  it('gets nothing by a token that the key has spent', async () => {
    const { join, key, refusals } = await joined();
    expect((await join(forged(key))).status).toBe(403);
    expect(refusals.map(({ reason }) => reason)).toEqual(['possession-not-proven']);
  });

  it('gets nothing by a certificate that was renewed for the key', async () => {
    const { first, refusals, renew } = await joined();
    const key = await newKey();
    await serialOf(await renew(first, 'internal', key.request));
    expect((await renew(first, 'internal', forged(key))).status).toBe(400);
    expect(refusals.map(({ reason }) => reason)).toEqual(['possession-not-proven']);
  });
});

describe('a token that replaces, shown again', () => {
  it('revokes nothing that the server has got since by its new certificate', async () => {
    const { first, join, key, renew, revoked, valid } = await joined();
    const outside = await serialOf(await renew(first, 'external'));
    const inside = await serialOf(await renew(first, 'internal'));
    expect(await serialOf(await join(key.request))).toBe(first);
    expect(await valid()).toEqual([first, outside, inside]);
    expect(revoked).toEqual([]);
  });

  it('revokes nothing that a later token has given', async () => {
    const { first, join, key, makeToken, refusals, revoked, valid } = await joined();
    const later = await serialOf(await (await makeToken())((await newKey()).request));
    expect(revoked).toEqual([`${first} join-token`]);
    await join(key.request);
    expect(refusals.map(({ reason }) => reason)).toEqual(['requester-revoked']);
    expect(await valid()).toEqual([later]);
  });

  it('revokes the rest where the authority stopped half-way, and what was renewed from it meanwhile', async () => {
    const { cut, first, makeToken, renew, revoked, valid } = await joined();
    const join = await makeToken();
    const key = await newKey();
    cut(true);
    await expect(join(key.request)).rejects.toThrow('power failure');
    const meanwhile = await serialOf(await renew(first, 'internal'));
    cut(false);
    const next = await serialOf(await join(key.request));
    expect(await valid()).toEqual([next]);
    expect(revoked).toEqual([`${first} join-token`, `${meanwhile} join-token`]);
  });
});

describe('the certificate of an external interface', () => {
  it('is given once for each internal certificate: another key is refused while it lives', async () => {
    const { first, refusals, renew, valid } = await joined();
    const key = await newKey();
    const outside = await serialOf(await renew(first, 'external', key.request));
    const answers = [await renew(first, 'external'), await renew(first, 'external')];
    expect(answers.map(({ status }) => status)).toEqual([409, 409]);
    expect(refusals.map(({ reason }) => reason)).toEqual(['already-renewed', 'already-renewed']);
    expect(
      await serialOf(await renew(first, 'external', key.request)),
      'and the same key gets it again',
    ).toBe(outside);
    expect(await valid()).toEqual([first, outside]);
  });

  it('is not given to an internal certificate that has been renewed with another key', async () => {
    const { first, refusals, renew } = await joined();
    const inside = await serialOf(await renew(first, 'internal'));
    expect((await renew(first, 'external')).status).toBe(409);
    expect(refusals.map(({ reason }) => reason)).toEqual(['already-renewed']);
    await serialOf(await renew(inside, 'external'));
  });

  it('is given again by an internal certificate that is newer than it', async () => {
    const { first, renew, valid } = await joined();
    const outside = await serialOf(await renew(first, 'external'));
    const inside = await serialOf(await renew(first, 'internal'));
    const next = await serialOf(await renew(inside, 'external'));
    expect(await valid()).toEqual([first, outside, inside, next]);
    expect((await renew(inside, 'external')).status).toBe(409);
  });
});
