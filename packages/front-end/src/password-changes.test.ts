import { randomBytes } from 'node:crypto';
import { type Account, type Verifiers, verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import type { FollowedAccounts } from '@entente/member';
import {
  answerChallenge,
  cnonceFor,
  createCredentialRecord,
  type DigestAlgorithm,
  edit,
  passwordEvent,
  type RequestParts,
  type SipRequest,
  sealedVerifiersType,
  sealSaltBytes,
  sealVerifiers,
  selectChallenges,
} from '@entente/sip';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { FlowNames, type NamedPolicy, type ProxyDecision, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const [fe1, fe2, edge] = ['fe1.contoso.example', 'fe2.contoso.example', 'edge1.contoso.example'] as const;
// Each is at home at the other front end: passwords are changed at any.
const topology = sampleTopology({
  servers: [sampleFrontEnd, { ...sampleFrontEnd, fqdn: fe2 }, sampleEdge],
  users: { 'alice@contoso.example': fe2 },
});
const address = 'alice@contoso.example';
const alice = `sip:${address}`;
const every: readonly DigestAlgorithm[] = ['SHA-256', 'SHA-512-256', 'MD5'];
const verifiers = (password: string, algorithms?: readonly DigestAlgorithm[]): Verifiers =>
  verifiersOf(address, password, algorithms) ?? {};

let lastId = 0;
const origin = (server?: string): RequestOrigin => ({
  id: ++lastId,
  server,
  isClosed: false,
  users: new Map(),
  link:
    server === undefined
      ? links.clientToFrontEnd
      : server === edge
        ? links.edgeToFrontEnd
        : links.frontEndToFrontEnd,
  protection:
    server === undefined
      ? {}
      : { peer: { role: server === edge ? 'edge' : 'front-end', dnsNames: [server], sipDomains: [] } },
});

/** The request of a user who knows the present password. */
function publish(parts: Partial<RequestParts> = {}, present = 'secret', next = 'another'): SipRequest {
  const user = { username: 'alice', realm: 'contoso.example' };
  const sealedBy = createCredentialRecord({ ...user, password: present });
  return requestBetween(alice, alice, {
    method: 'PUBLISH',
    contentType: sealedVerifiersType,
    body: sealVerifiers(sealedBy, verifiers(next, every), randomBytes(sealSaltBytes)) ?? '',
    ...parts,
    headers: { Event: passwordEvent, ...parts.headers },
  });
}

type Change = NonNullable<FollowedAccounts['changeVerifiers']>;

/** A front end that knows alice, and what it has handed on. */
function start(
  account: Partial<Account> = {},
  change: Change | 'none' = async () => undefined,
  policies: readonly NamedPolicy[] = [],
  heldMs = 0,
) {
  let now = 1_000;
  const held = () => {
    now += heldMs;
  };
  const known = new KnownAccounts();
  const own: Account = { address, verifiers: verifiers('secret'), state: 'enabled', rights: [], ...account };
  known.apply([{ address, account: own }]);
  const handedOn: Parameters<Change>[] = [];
  const changed: string[] = [];
  const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
  const frontEnd = new FrontEnd({
    fqdn: fe1,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    accounts: {
      known,
      isStale: false,
      ...(change === 'none'
        ? {}
        : {
            changeVerifiers: (...asked) => {
              handedOn.push(asked);
              return change(...asked);
            },
          }),
    },
    policies,
    onPassword: (user) => void changed.push(user),
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => now,
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
  });
  const send = async (request: SipRequest, from: RequestOrigin): Promise<ProxyDecision> => {
    const sender = frontEnd.admit(request, from);
    return 'reason' in sender ? { kind: 'refuse', refusal: sender } : await frontEnd.decide(request, sender);
  };
  return {
    changed,
    handedOn,
    send,
    /** The same, with the answer to the challenge that it gets; what arrives then may be another one that an edge has put in its place. */
    async proven(
      request: SipRequest,
      from: RequestOrigin = origin(),
      password = 'secret',
      arrived = request,
    ) {
      const challenged = await send(request, from);
      if (challenged.kind !== 'refuse') throw new Error('expected a challenge');
      const [challenge] = selectChallenges(
        challenged.refusal.headers.map(([, value]) => `${value}`),
        every,
      );
      if (challenge === undefined) return challenged;
      const { method, uriText: uri } = request;
      const secret = { username: 'alice', password };
      const answer = answerChallenge(challenge, { method, uri }, secret, {
        cnonce: cnonceFor(request.bodyText),
        nonceCount: 1,
      });
      const field = method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization';
      held();
      return send(edit(arrived).append(field, answer).toMessage(), from);
    },
  };
}

const refused = (status: number, reason: string) => ({ kind: 'refuse', refusal: { status, reason } });

describe('a user who changes the password', () => {
  it.each([
    ['a connection of the client', undefined],
    ['an edge', edge],
  ])(
    'has it changed over %s, wherever the user is at home: only verifiers are handed on',
    async (_what, server) => {
      const { changed, handedOn, proven } = start();
      const decision = await proven(publish(), origin(server));
      if (decision.kind !== 'serve') throw new Error(JSON.stringify(decision));
      expect(decision.response.status).toBe(200);
      expect([decision.response.get('SIP-ETag'), decision.response.expires]).toEqual(['token', 0]);
      expect(handedOn).toEqual([[address, verifiers('secret'), verifiers('another')]]);
      expect(changed).toEqual([address]);
    },
  );

  it('proves it with this request, whatever was proven on the connection before', async () => {
    const { handedOn, proven, send } = start();
    const from = origin();
    const register = requestBetween(alice, alice, { method: 'REGISTER', uri: 'sip:contoso.example' });
    await proven(register, from);
    expect(from.users.has(address), 'signed in').toBe(true);
    expect(await send(publish(), from)).toMatchObject(refused(407, 'authentication-required'));
    expect(handedOn).toEqual([]);
  });

  it('is refused with another password, and after some guesses waits', async () => {
    const { handedOn, proven } = start();
    const from = origin();
    expect(await proven(publish(), from, 'guess')).toMatchObject(refused(407, 'credentials-not-accepted'));
    let last: ProxyDecision | undefined;
    for (let guess = 0; guess < 100; guess++) last = await proven(publish(), from, `guess ${guess}`);
    expect(last).toMatchObject(refused(403, 'too-many-attempts'));
    expect(handedOn).toEqual([]);
  });

  it('is refused where the body was not sealed with the present password', async () => {
    const { handedOn, proven } = start();
    const other = await proven(publish({}, 'guess'));
    expect(other).toMatchObject(refused(403, 'credentials-not-accepted'));
    expect(handedOn).toEqual([]);
  });

  it('is refused an older body in the place of the one that was sent, though the same password has sealed both', async () => {
    const { handedOn, proven } = start();
    const older = publish({}, 'secret', 'kept back by an edge');
    expect(await proven(publish(), origin(edge), 'secret', older)).toMatchObject(
      refused(403, 'credentials-not-accepted'),
    );
    expect(handedOn).toEqual([]);
  });

  it('is asked again where the request was held back for longer than its sender waits', async () => {
    const { handedOn, proven } = start({}, undefined, [], 40_001);
    const late = await proven(publish(), origin(edge));
    expect(late).toMatchObject(refused(407, 'authentication-required'));
    expect(JSON.stringify(late)).toContain('stale=true');
    expect(handedOn).toEqual([]);
    expect((await start({}, undefined, [], 40_000).proven(publish(), origin(edge))).kind).toBe('serve');
  });

  it('is believed by no word of another server', async () => {
    const { handedOn, send } = start();
    const vouched = publish({ headers: { 'P-Asserted-Identity': `<${alice}>` } });
    expect(await send(vouched, origin(fe2))).toMatchObject(refused(403, 'identity-not-authorised'));
    expect(handedOn).toEqual([]);
  });

  it.each([
    ['the Request-URI', { uri: 'sip:bob@contoso.example' }],
    ['To', { to: '<sip:bob@contoso.example>' }],
  ])('changes no other one: %s names somebody else', async (_what, parts) => {
    const { handedOn, proven } = start();
    expect(await proven(publish(parts))).toMatchObject(refused(403, 'identity-not-authorised'));
    expect(handedOn).toEqual([]);
  });

  it.each([
    ['another type', { contentType: 'application/json' }],
    ['another body', { body: '{}' }],
    ['no body', { body: '', contentType: undefined }],
  ])('is refused a request with %s', async (_what, parts) => {
    const { handedOn, proven } = start();
    expect(await proven(publish(parts as Partial<RequestParts>))).toMatchObject(
      refused(400, 'malformed-request'),
    );
    expect(handedOn).toEqual([]);
  });

  it('keeps the algorithms of the account: none comes in, and none is left without a verifier', async () => {
    const account = { verifiers: verifiers('secret', ['SHA-256', 'MD5']) };
    const { handedOn, proven } = start(account);
    expect((await proven(publish())).kind).toBe('serve');
    expect(handedOn[0]?.[2]).toEqual(verifiers('another', ['SHA-256', 'MD5']));
    const user = { username: 'alice', realm: 'contoso.example', password: 'secret' };
    const short = sealVerifiers(
      createCredentialRecord(user),
      verifiers('another'),
      randomBytes(sealSaltBytes),
    );
    expect(await proven(publish({ body: short ?? '' }))).toMatchObject(refused(400, 'malformed-request'));
    expect(handedOn).toHaveLength(1);
  });

  it('is told so where the account is disabled', async () => {
    const { handedOn, proven } = start({ state: 'disabled' });
    expect(await proven(publish())).toMatchObject(refused(403, 'account-disabled'));
    expect(handedOn).toEqual([]);
  });

  it('hears why the authority has refused, and that it does not answer: with 500, which is about this request alone', async () => {
    const why = { reason: 'throttled', message: 'too many', remedy: 'wait' };
    const { changed, proven } = start({}, async () => why);
    expect(await proven(publish())).toMatchObject({
      refusal: { status: 403, reason: 'password-not-changed', remedy: 'Wait.' },
    });
    const away = start({}, () => Promise.reject(new Error('it is away')));
    const decision = await away.proven(publish());
    expect(decision).toMatchObject(refused(500, 'accounts-unavailable'));
    expect(decision).toMatchObject({ refusal: { headers: [['Retry-After', 30]] } });
    expect([...changed, ...away.changed]).toEqual([]);
  });

  it('has one change under way at a time', async () => {
    let finish = () => {};
    const first = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const { handedOn, proven } = start({}, () => first.then(() => undefined));
    const one = proven(publish());
    await expect.poll(() => handedOn.length).toBe(1);
    expect(await proven(publish())).toMatchObject(refused(403, 'password-not-changed'));
    finish();
    expect((await one).kind).toBe('serve');
    expect((await proven(publish())).kind, 'and another one afterwards').toBe('serve');
  });

  it('is refused by a policy as with any request, before anything is changed', async () => {
    const policy = { judge: ({ method }: { method: string }) => ({ sentence: `no ${method} here` }) };
    const { handedOn, proven } = start({}, undefined, [{ plugin: 'alpha', policy }]);
    expect(await proven(publish())).toMatchObject(refused(403, 'refused-by-policy'));
    expect(handedOn).toEqual([]);
  });

  it('cannot change it where the users are not accounts, as with any event that is not supported', async () => {
    const { proven } = start({}, 'none');
    expect(await proven(publish())).toMatchObject(refused(489, 'event-not-supported'));
  });
});
