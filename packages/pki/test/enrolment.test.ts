import { randomBytes, X509Certificate } from 'node:crypto';
import {
  type EnrolOptions,
  enrolHandler,
  formatJoinToken,
  issueJoinToken,
  parseJoinToken,
  refuse,
} from '@entente/pki';
import { createKeyAndRequest, enrol, renew, renewalTime } from '@entente/pki/client';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { now, serverNames, type TestAuthority, testAuthority, testIssuance } from './authority.ts';
import { administratorsHash, authorityUrl, enrolmentScene, rootSpkiHashOf } from './enrolment-scene.ts';

let authority: TestAuthority;

beforeAll(async () => {
  authority = await testAuthority();
});

const scene = (changes: Partial<EnrolOptions> = {}, from?: ReturnType<typeof testIssuance>) =>
  enrolmentScene(authority, changes, from);

/** What a caller without certificate is told, whatever is wrong. */
const plainly = {
  ok: false,
  refusal: { reason: 'refused', status: 403, remedy: expect.stringContaining('log of the authority') },
};

const newKey = () => createKeyAndRequest({ subject: 'fe01.contoso.example' });

describe('joining', () => {
  it('gives a certificate for a token, with which the server then renews', async () => {
    const { makeToken, transport, ledger, time } = scene();
    const pasted = parseJoinToken(`  ${formatJoinToken(await makeToken()).replace(/.{40}/g, '$&\n')}\n`);
    if (!pasted.ok) throw new Error(pasted.refusal.message);
    const key = await newKey();
    const joined = await enrol({ token: pasted.token, key, transport: transport() });
    if (!joined.ok) throw new Error(joined.refusal.message);
    const leaf = new X509Certificate(joined.certificate.chainPem);
    expect(leaf.checkHost('fe01.contoso.example')).toBe('fe01.contoso.example');
    expect(joined.certificate.chain).toHaveLength(2);

    time.now += 4 * 86_400_000;
    const peer = { server: 'fe01.contoso.example', serialHex: joined.certificate.serialHex };
    const renewed = await renew({ authority: authorityUrl, key: await newKey(), transport: transport(peer) });
    if (!renewed.ok) throw new Error(renewed.refusal.message);
    expect(renewed.certificate.notAfter).toBe(time.now + 7 * 86_400_000);
    const recorded = await ledger.issuedTo('fe01.contoso.example', time.now);
    expect(recorded.map(({ requester }) => requester.replace(/:[0-9a-f]{16}$/, ''))).toEqual([
      'join-token',
      'server:fe01.contoso.example',
    ]);
  });

  it('lets a token be used once', async () => {
    const { makeToken, refusals, transport } = scene();
    const token = await makeToken();
    const attempts = await Promise.all(
      [1, 2, 3, 4].map(async () => enrol({ token, key: await newKey(), transport: transport() })),
    );
    expect(attempts.filter(({ ok }) => ok)).toHaveLength(1);
    expect(new Set(refusals.map(({ refusal }) => refusal.reason))).toEqual(new Set(['token-spent']));
  });

  it('refuses a token that the authority takes back, also while its server waits for its turn, and does not spend it', async () => {
    let left = 2;
    const asked: string[] = [];
    const { makeToken, ledger, refusals, transport, time } = scene({
      refuseToken: async ({ createdBy }) => {
        asked.push(createdBy);
        return left-- > 1 ? undefined : refuse('token-revoked', 'taken back', 'order another one');
      },
    });
    const token = await makeToken();
    const key = await newKey();
    expect(await enrol({ token, key, transport: transport() })).toMatchObject(plainly);
    expect(refusals).toMatchObject([
      { refusal: { reason: 'token-revoked', status: 403 }, server: 'fe01.contoso.example' },
    ]);
    expect(asked).toEqual(['alice', 'alice']);
    expect(await ledger.issuedTo('fe01.contoso.example', time.now)).toEqual([]);
    left = 9;
    expect(await enrol({ token, key, transport: transport() })).toMatchObject({ ok: true });
  });

  it('gives away no certificate, and takes none from its server, where the token is taken back while it is signed', async () => {
    let asked = 0;
    const { makeToken, ledger, transport, time } = scene({
      refuseToken: async () =>
        ++asked < 6 ? undefined : refuse('token-revoked', 'taken back', 'order another one'),
    });
    const before = await enrol({ token: await makeToken(), key: await newKey(), transport: transport() });
    expect(before).toMatchObject({ ok: true });
    const token = await makeToken(undefined, true);
    expect(await enrol({ token, key: await newKey(), transport: transport() })).toMatchObject(plainly);
    expect(asked).toBe(6);
    const issued = await ledger.issuedTo('fe01.contoso.example', time.now);
    expect(issued.map(({ revocation }) => revocation?.reason)).toEqual([undefined, 'superseded']);
  });

  it('refuses a token after its time', async () => {
    const { makeToken, refusals, transport, time } = scene();
    const token = await makeToken(60_000);
    time.now += 60_001;
    const outcome = await enrol({ token, key: await newKey(), transport: transport() });
    expect(outcome).toMatchObject(plainly);
    expect(refusals).toMatchObject([{ refusal: { reason: 'token-expired' } }]);
  });

  it('refuses a token that this authority has not made', async () => {
    const { makeToken, transport, refusals } = scene();
    const token = { ...(await makeToken()), secret: randomBytes(16) };
    const outcome = await enrol({ token, key: await newKey(), transport: transport() });
    expect(outcome).toMatchObject(plainly);
    expect(refusals.map(({ refusal }) => refusal.reason)).toEqual(['token-unknown']);
  });

  it('gives the name of the token, not that of the request', async () => {
    const { makeToken, refusals, transport } = scene();
    const key = await createKeyAndRequest({ subject: 'ca.contoso.example' });
    const outcome = await enrol({ token: await makeToken(), key, transport: transport() });
    expect(outcome).toMatchObject(plainly);
    expect(refusals).toMatchObject([{ refusal: { reason: 'name-not-allowed' } }]);
  });

  it('does not spend the token when the request is refused', async () => {
    const { makeToken, transport } = scene();
    const token = await makeToken();
    const wrong = await createKeyAndRequest({ subject: 'ca.contoso.example' });
    await enrol({ token, key: wrong, transport: transport() });
    const outcome = await enrol({ token, key: await newKey(), transport: transport() });
    expect(outcome.ok).toBe(true);
  });

  it('stores the secret of a token only as its hash', async () => {
    const { makeToken, ledger } = scene();
    const added: unknown[] = [];
    const watched = { ...ledger, addToken: async (stored: unknown) => void added.push(stored) };
    await makeToken();
    const token = await issueJoinToken(
      { ledger: watched, clock: () => now, random: randomBytes },
      {
        authority: authorityUrl,
        server: 'fe01.contoso.example',
        rootSpkiHash: rootSpkiHashOf(authority),
        administratorsHash,
        createdBy: 'alice',
      },
    );
    const stored = JSON.stringify(added);
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(stored).not.toContain(Buffer.from(token.secret).toString(encoding));
    }
    expect(stored).toContain('secretHash');
  });
});

describe('a server that joins', () => {
  it('is told the same whatever is wrong with its token or its request, and the log has the reason', async () => {
    const { handler, makeToken, refusals, time } = scene();
    const secretOf = async (lifetimeMs = 3_600_000) =>
      Buffer.from((await makeToken(lifetimeMs)).secret).toString('base64url');
    const expired = await secretOf(60_000);
    time.now += 60_001;
    const spent = await secretOf();
    const good = await secretOf();
    const replacing = Buffer.from((await makeToken(3_600_000, true)).secret).toString('base64url');
    const { request } = await newKey();
    const other = await newKey();
    const post = (secret: string, body: Uint8Array = request) =>
      handler(
        new Request(`${authorityUrl}/enrol`, {
          method: 'POST',
          headers: { 'content-type': 'application/pkcs10', authorization: secret },
          body: body as Uint8Array<ArrayBuffer>,
        }),
        undefined,
      );
    expect((await post(`Bearer ${spent}`)).status).toBe(201);
    const answers = [
      await post('Basic YWxpY2U6Ym9i'),
      await post('Bearer short'),
      await post(`Bearer ${randomBytes(16).toString('base64url')}`),
      await post(`Bearer ${expired}`),
      await post(`Bearer ${spent}`, other.request),
      await post(`Bearer ${good}`, new Uint8Array(10)),
      await post(`Bearer ${good}`, new Uint8Array(20_000)),
      await post(`Bearer ${good}`, other.request),
      await post(
        `Bearer ${replacing}`,
        (await createKeyAndRequest({ subject: 'ca.contoso.example' })).request,
      ),
    ];
    expect(refusals.map(({ refusal }) => refusal.reason)).toEqual([
      'token-malformed',
      'token-malformed',
      'token-unknown',
      'token-expired',
      'token-spent',
      'malformed-request',
      'request-too-large',
      'already-joined',
      'name-not-allowed',
    ]);
    const seen = await Promise.all(
      answers.map(async (answer) => [answer.status, [...answer.headers], await answer.text()]),
    );
    expect(new Set(seen.map((one) => JSON.stringify(one))).size).toBe(1);
    expect(seen[0]?.[0]).toBe(403);
    expect(JSON.parse(String(seen[0]?.[2]))).toEqual({
      type: 'about:blank',
      status: 403,
      detail: 'The request is refused.',
    });
  });
});

describe('renewing', () => {
  it('refuses a peer without certificate', async () => {
    const { transport, refusals } = scene();
    const outcome = await renew({ authority: authorityUrl, key: await newKey(), transport: transport() });
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'refused', status: 401 } });
    expect(refusals).toMatchObject([{ refusal: { reason: 'no-certificate' }, server: undefined }]);
  });

  it('refuses a peer whose certificate the ledger knows as revoked', async () => {
    const { makeToken, transport, ledger, refusals } = scene();
    const joined = await enrol({ token: await makeToken(), key: await newKey(), transport: transport() });
    if (!joined.ok) throw new Error(joined.refusal.message);
    const { serialHex } = joined.certificate;
    await ledger.revoke(authority.issuer.id, serialHex, { at: now, reason: 'keyCompromise' });
    const peer = { server: 'fe01.contoso.example', serialHex };
    const outcome = await renew({ authority: authorityUrl, key: await newKey(), transport: transport(peer) });
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'requester-revoked' } });
    expect(refusals).toMatchObject([{ server: 'fe01.contoso.example' }]);
  });

  it('leaves no successor of a certificate that is revoked while it renews itself', async () => {
    const { makeToken, transport, ledger, issuance } = scene();
    const joined = await enrol({ token: await makeToken(), key: await newKey(), transport: transport() });
    if (!joined.ok) throw new Error(joined.refusal.message);
    const { serialHex } = joined.certificate;
    const slow = {
      ...issuance,
      issue: async (...order: Parameters<typeof issuance.issue>) => {
        const outcome = await issuance.issue(...order);
        await ledger.revoke(authority.issuer.id, serialHex, { at: now, reason: 'keyCompromise' });
        return outcome;
      },
    };
    const handler = enrolHandler({ issuance: slow, ledger, clock: () => now });
    const peer = { server: 'fe01.contoso.example', serialHex };
    const outcome = await renew({
      authority: authorityUrl,
      key: await newKey(),
      transport: (request) => handler(request, peer),
    });
    expect(outcome).toMatchObject({ ok: false, refusal: { reason: 'requester-revoked' } });
    const live = (await ledger.issuedTo('fe01.contoso.example', now)).filter(({ revocation }) => !revocation);
    expect(live).toEqual([]);
  });

  it('asks for the interface that the server names', async () => {
    const asked: (string | undefined)[] = [];
    const { issuance, ledger } = testIssuance(authority, {
      mayIssue: (request) => {
        asked.push(request.interface);
        return { ok: true, names: serverNames };
      },
    });
    const { makeToken, transport } = scene({}, { issuance, ledger });
    const joined = await enrol({ token: await makeToken(), key: await newKey(), transport: transport() });
    if (!joined.ok) throw new Error(joined.refusal.message);
    asked.splice(0);
    const handler = enrolHandler({ issuance, ledger, clock: () => now });
    const peer = { server: 'fe01.contoso.example', serialHex: joined.certificate.serialHex };
    const task = { authority: authorityUrl, transport: (request: Request) => handler(request, peer) };
    await renew({ ...task, key: await newKey(), interface: 'external' });
    await renew({ ...task, key: await newKey() });
    expect(asked).toEqual(['external', 'external', undefined, undefined]);
  });

  it('spreads renewals around half of the life', () => {
    const life = { notBefore: 0, notAfter: 1000 };
    expect([0, 0.5, 1].map((random) => renewalTime(life, random))).toEqual([450, 500, 550]);
  });
});

describe('the enrol handler', () => {
  const post = (body: Uint8Array | ReadableStream, headers: Record<string, string> = {}) =>
    new Request(`${authorityUrl}/enrol`, {
      method: 'POST',
      headers: { 'content-type': 'application/pkcs10', ...headers },
      body: body as Uint8Array<ArrayBuffer>,
      duplex: 'half',
    } as RequestInit);
  const peer = { server: 'fe01.contoso.example', serialHex: '0a' };

  it('answers a refusal with a problem document that carries reason and remedy', async () => {
    const { handler } = scene();
    const response = await handler(post(new Uint8Array(10)), peer);
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toMatchObject({
      status: 400,
      reason: 'malformed-request',
      remedy: expect.any(String),
      detail: expect.any(String),
    });
  });

  it('refuses another method, and another media type', async () => {
    const { handler } = scene();
    expect((await handler(new Request(`${authorityUrl}/enrol`), peer)).status).toBe(405);
    const response = await handler(post(new Uint8Array(10), { 'content-type': 'text/plain' }), peer);
    expect(await response.json()).toMatchObject({ status: 415, reason: 'media-type-not-supported' });
  });

  it('stops reading a body that is too large, also one whose length was not announced', async () => {
    const { handler } = scene();
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024));
      },
    });
    const response = await handler(post(endless), peer);
    expect(await response.json()).toMatchObject({ status: 413, reason: 'request-too-large' });
    expect(sent).toBeLessThan(64 * 1024);
  });

  for (const [what, value] of [
    ['another scheme', 'Basic YWxpY2U6Ym9i'],
    ['a short secret', 'Bearer YWxpY2U'],
    ['a secret in another alphabet', `Bearer ${'+'.repeat(22)}`],
  ] as const) {
    it(`refuses an Authorization header with ${what}`, async () => {
      const { handler } = scene();
      const response = await handler(post(new Uint8Array(10), { authorization: value }), peer);
      expect(await response.json()).toMatchObject({ reason: 'token-malformed' });
    });
  }

  it('judges a token even if the peer shows a certificate', async () => {
    const { handler } = scene();
    const secret = randomBytes(16).toString('base64url');
    const response = await handler(
      post((await newKey()).request, { authorization: `Bearer ${secret}` }),
      peer,
    );
    expect(await response.json()).toMatchObject({ reason: 'token-unknown' });
  });
});

describe('the rule behind enrolment', () => {
  let asked: string[];
  beforeEach(() => {
    asked = [];
  });

  it('refuses a server that it does not know, and keeps the token', async () => {
    const time = () => now;
    const { issuance, ledger } = testIssuance(authority, {
      mayIssue: (_, requester) => {
        asked.push(requester.kind);
        return { ok: false, refusal: refuse('not-in-topology', 'fe01 is not in the topology', 'add it') };
      },
    });
    const handler = enrolHandler({ issuance, ledger, clock: time });
    const token = await issueJoinToken(
      { ledger, clock: time, random: randomBytes },
      {
        authority: authorityUrl,
        server: 'fe01.contoso.example',
        rootSpkiHash: rootSpkiHashOf(authority),
        administratorsHash,
        createdBy: 'alice',
      },
    );
    const transport = (request: Request) => handler(request, undefined);
    for (let attempt = 0; attempt < 2; attempt++) {
      const outcome = await enrol({ token, key: await newKey(), transport });
      expect(outcome).toMatchObject(plainly);
    }
    expect(asked).toEqual(['join-token', 'join-token']);
  });
});
