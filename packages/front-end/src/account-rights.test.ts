import { randomBytes } from 'node:crypto';
import { type Account, type AccountRight, verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { answerChallenge, edit, type SipRequest, selectChallenges } from '@entente/sip';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { requestBetween } from '@entente/testkit/request';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const fe1 = 'fe1.contoso.example';
const dir1 = 'dir1.contoso.example';
const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    { ...sampleFrontEnd, fqdn: 'fe2.contoso.example' },
    { fqdn: dir1, role: 'director' },
    { fqdn: 'chat1.contoso.example', role: 'trusted-application' },
    { fqdn: 'chat2.contoso.example', role: 'trusted-application', flags: { assertsUsers: true } },
  ],
});
const account = (name: string, rights: readonly AccountRight[] = []): Account => {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, 'secret') ?? {}, home: fe1, state: 'enabled', rights };
};

let lastId = 0;
/** A connection on which a user has authenticated. */
const signedIn = (name: string): RequestOrigin => ({
  id: ++lastId,
  server: undefined,
  isClosed: false,
  users: new Map([[`${name}@contoso.example`, Number.MAX_SAFE_INTEGER]]),
  link: links.clientToFrontEnd,
  protection: {},
});

/** A director, which says who the user is with each request. */
const overDirector: RequestOrigin = {
  id: ++lastId,
  server: dir1,
  isClosed: false,
  users: new Map(),
  link: links.directorToFrontEnd,
  protection: { peer: { role: 'director', dnsNames: [dir1], sipDomains: [] } },
};

/** A server that vouches for those whom it names. */
const vouching = (fqdn: string, link: RequestOrigin['link']): RequestOrigin => ({
  ...overDirector,
  id: ++lastId,
  server: fqdn,
  link,
  protection: {},
});

function start(accounts: readonly Account[]) {
  const known = new KnownAccounts();
  known.apply(accounts.map((one) => ({ address: one.address, account: one })));
  const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
  const standing = { known, isStale: false, isOver: false };
  const signedOut: unknown[] = [];
  const frontEnd = new FrontEnd({
    fqdn: fe1,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    accounts: standing,
    isOver: () => standing.isOver,
    onSignedOut: (...told) => void signedOut.push(told),
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
  });
  return {
    frontEnd,
    known,
    signedOut,
    standing,
    async send(from: string, to: string, origin: RequestOrigin): Promise<ProxyDecision> {
      const request = requestBetween(`sip:${from}@contoso.example`, 'sip:bob@contoso.example', {
        method: 'INVITE',
        uri: to,
      });
      const sender = frontEnd.admit(request, origin);
      return 'reason' in sender
        ? { kind: 'refuse', refusal: sender }
        : await frontEnd.decide(request, sender);
    },
  };
}

/** Signs in with the answer to a challenge. */
function authenticate(frontEnd: FrontEnd, request: SipRequest): void {
  const origin: RequestOrigin = { ...signedIn('alice'), users: new Map() };
  const challenged = frontEnd.admit(request, origin);
  const headers = 'reason' in challenged ? challenged.headers : [];
  const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
  if (challenge === undefined) throw new Error('no challenge');
  const answer = answerChallenge(
    challenge,
    { method: request.method, uri: request.uriText },
    { username: 'alice', password: 'secret' },
    { cnonce: 'c', nonceCount: 1 },
  );
  frontEnd.admit(edit(request).append('Authorization', answer).toMessage(), origin);
}

const reason = (decision: ProxyDecision) =>
  decision.kind === 'refuse' ? decision.refusal.reason : decision.kind;

describe('a call to the telephone network', () => {
  const numbers = [
    'tel:+15550100',
    'sip:+15550100@contoso.example;user=phone',
    'sip:+15550100@contoso.example;user=PHONE',
    'sip:+15550100@gateway.fabrikam.example;user=phone',
    'sip:+15550100@gateway.fabrikam.example;user=%70hone',
    'sip:+15550100@gateway.fabrikam.example',
    'sip:+1-555-0100;ext=7@gateway.fabrikam.example',
    'sip:%2b15550100@gateway.fabrikam.example',
  ];

  it.each(numbers)('is refused without the right dial-outside: %s', async (number) => {
    const { send } = start([account('alice')]);
    expect(await send('alice', number, signedIn('alice'))).toMatchObject({
      kind: 'refuse',
      refusal: {
        status: 403,
        reason: 'dial-outside-not-allowed',
        remedy: expect.stringContaining('dial-outside'),
      },
    });
  });

  it.each(numbers)('goes on with the right: %s', async (number) => {
    const { send } = start([account('alice', ['dial-outside'])]);
    expect(reason(await send('alice', number, signedIn('alice')))).not.toBe('dial-outside-not-allowed');
  });

  it('is refused over a director too, which asks nothing but who the user is', () => {
    const { frontEnd } = start([account('alice')]);
    const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
      method: 'INVITE',
      uri: 'tel:+15550100',
      headers: { 'P-Asserted-Identity': '<sip:alice@contoso.example>' },
    });
    const sender = frontEnd.admit(request, overDirector);
    if ('reason' in sender) throw new Error(sender.reason);
    expect(sender.sender.isInsider).toBe(true);
    expect(frontEnd.decide(request, sender)).toMatchObject({
      refusal: { reason: 'dial-outside-not-allowed' },
    });
  });

  it.each([
    ['chat1', 'sip:anonymous@anonymous.invalid', undefined, 'dial-outside-not-allowed'],
    ['chat1', 'sip:lobby@chat1.contoso.example', undefined, 'dial-outside-not-allowed'],
    ['chat2', 'sip:anonymous@anonymous.invalid', undefined, 'dial-outside-not-allowed'],
    ['chat2', 'sip:bob@contoso.example', 'bob', 'dial-outside-not-allowed'],
    ['chat2', 'sip:alice@contoso.example', 'alice', 'unknown-user'],
    // It has asked its own user.
    ['fe2', 'sip:anonymous@anonymous.invalid', undefined, 'unknown-user'],
    ['fe2', 'sip:bob@contoso.example', 'bob', 'unknown-user'],
  ])('of %s as %s, who is vouched for as %s, ends with %s', async (server, from, user, expected) => {
    const { frontEnd } = start([account('alice', ['dial-outside']), account('bob')]);
    const link = server === 'fe2' ? links.frontEndToFrontEnd : links.frontEndToApplication;
    const request = requestBetween(from, 'tel:+15550100', {
      method: 'INVITE',
      to: '<sip:bob@contoso.example>',
      headers: user === undefined ? {} : { 'P-Asserted-Identity': `<sip:${user}@contoso.example>` },
    });
    const sender = frontEnd.admit(request, vouching(`${server}.contoso.example`, link));
    if ('reason' in sender) throw new Error(sender.message);
    expect(reason(await frontEnd.decide(request, sender))).toBe(expected);
  });

  it('is none where the number is a user of ours, or the address is no number', async () => {
    const { send } = start([account('alice'), account('bob'), account('+15550100')]);
    for (const to of [
      'sip:bob@contoso.example',
      'sip:+15550100@contoso.example;user=phone',
      'sip:+15550100@contoso.example',
    ])
      expect(reason(await send('alice', to, signedIn('alice'))), to).toBe('not-registered');
  });

  it('is none where a user of others has digits in the name', async () => {
    const { send } = start([account('alice')]);
    for (const to of ['sip:1001@fabrikam.example', 'sip:bob+15550100@fabrikam.example'])
      expect(reason(await send('alice', to, signedIn('alice'))), to).not.toBe('dial-outside-not-allowed');
  });

  it('counts as soon as the account has another right', async () => {
    const { known, send } = start([account('alice', ['dial-outside'])]);
    const origin = signedIn('alice');
    known.apply([{ address: 'alice@contoso.example', account: account('alice') }]);
    expect(reason(await send('alice', 'tel:+15550100', origin))).toBe('dial-outside-not-allowed');
  });
});

describe('a request for which a director names no user', () => {
  it('is that of an outsider: no insider, and no way out again', async () => {
    const { frontEnd } = start([account('bob')]);
    const admitted = (request: SipRequest) => {
      const sender = frontEnd.admit(request, overDirector);
      if ('reason' in sender) throw new Error(sender.reason);
      return sender;
    };
    const inside = requestBetween('sip:mallory@fabrikam.example', 'sip:bob@contoso.example');
    expect(admitted(inside).sender).toMatchObject({
      isInsider: false,
      arrival: { kind: 'partner', name: dir1 },
    });
    const out = requestBetween('sip:mallory@fabrikam.example', 'sip:bob@fabrikam.example');
    const onwards = await frontEnd.decide(out, admitted(out));
    expect(reason(onwards)).toBe('relay-not-allowed');
  });
});

describe('an address that no account has', () => {
  it('is answered like one whose devices are away, and the log has the cause', async () => {
    const { send } = start([account('alice'), account('bob')]);
    const refused = async (to: string) => {
      const decision = await send('alice', `sip:${to}@contoso.example`, signedIn('alice'));
      return decision.kind === 'refuse' ? decision.refusal : undefined;
    };
    const [away, nobody] = [await refused('bob'), await refused('bbo')];
    const answer = { status: 480, reason: 'not-registered', reasonPhrase: away?.reasonPhrase, headers: [] };
    expect(away).toMatchObject({ ...answer, remedy: expect.stringContaining('Start a client') });
    expect(nobody).toMatchObject({
      ...answer,
      message: expect.stringContaining('bbo@contoso.example: expected an account'),
      remedy: expect.stringContaining('entente user add'),
    });
  });
});

describe('accounts that nothing has confirmed for too long', () => {
  it('are believed by no request, until they are confirmed again', async () => {
    const { send, standing } = start([account('alice'), account('bob')]);
    const origin = signedIn('alice');
    standing.isStale = true;
    expect(await send('alice', 'sip:bob@contoso.example', origin)).toMatchObject({
      kind: 'refuse',
      refusal: { status: 503, reason: 'accounts-stale' },
    });
    standing.isStale = false;
    expect(reason(await send('alice', 'sip:bob@contoso.example', origin))).toBe('not-registered');
  });
});

describe('a front end whose own certificate is over', () => {
  it('refuses each request of its clients, who go to the next one, until it has another certificate', async () => {
    const { frontEnd, send, standing } = start([account('alice'), account('bob')]);
    const origin = signedIn('alice');
    standing.isOver = true;
    const register = requestBetween('sip:alice@contoso.example', 'sip:alice@contoso.example', {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
    });
    expect(frontEnd.admit(register, origin)).toMatchObject({ status: 503, reason: 'own-certificate-over' });
    expect(reason(await send('alice', 'sip:bob@contoso.example', origin))).toBe('own-certificate-over');
    standing.isOver = false;
    expect(reason(await send('alice', 'sip:bob@contoso.example', origin))).toBe('not-registered');
  });
});

describe('a user who is signed out', () => {
  it('is told of with the cause and the number of connections, once, and only where there were any', () => {
    const { frontEnd, known, signedOut } = start([account('alice'), account('bob')]);
    const change = (one: Account, next: Account | undefined) =>
      frontEnd.accountsChanged(
        known.apply([{ address: one.address, ...(next === undefined ? {} : { account: next }) }]),
      );
    const register = requestBetween('sip:alice@contoso.example', 'sip:alice@contoso.example', {
      method: 'REGISTER',
      uri: 'sip:contoso.example',
    });
    authenticate(frontEnd, register);
    change(account('bob'), undefined);
    expect(signedOut).toEqual([]);
    change(account('alice'), { ...account('alice'), state: 'disabled' });
    change(account('alice'), undefined);
    expect(signedOut).toEqual([['alice@contoso.example', 'disabled', 1]]);
  });
});
