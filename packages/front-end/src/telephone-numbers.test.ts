import { randomBytes } from 'node:crypto';
import type { Account } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links, type ServerEntry } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const fe1 = 'fe1.contoso.example';
const mediation = (name: string, pool?: string): ServerEntry => ({
  fqdn: `${name}.contoso.example`,
  role: 'mediation',
  ...(pool === undefined ? {} : { pool }),
});
const account = (name: string, more: Partial<Account> = {}): Account => ({
  address: `${name}@contoso.example`,
  verifiers: {},
  home: fe1,
  state: 'enabled',
  rights: [],
  ...more,
});
const alice = account('alice', { rights: ['dial-outside'] });
const bob = account('bob', { number: '+49301002' });
const number = 'sip:+4930555@contoso.example;user=phone';

function start({
  servers = [mediation('med1')],
  silent = [],
  users = {},
}: {
  servers?: readonly ServerEntry[];
  /** Homes that the topology names, by address. */
  users?: Readonly<Record<string, string>>;
  silent?: readonly string[];
} = {}) {
  const topology = sampleTopology({
    pools: [
      { fqdn: 'pool1.contoso.example', role: 'front-end' },
      { fqdn: 'med.contoso.example', role: 'mediation' },
    ],
    servers: [sampleFrontEnd, sampleEdge, ...servers],
    users,
    partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
    telephony: {
      emergencyNumbers: ['112'],
      rules: [{ prefix: '0', minLength: 4, strip: 1, prepend: '+49' }],
    },
  });
  const known = new KnownAccounts();
  known.apply([alice, bob].map((one) => ({ address: one.address, account: one })));
  const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);
  const frontEnd = new FrontEnd({
    fqdn: fe1,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    accounts: { known, isStale: false },
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    isLiving: (server) => !silent.includes(server),
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToMediation }),
  });
  /** Why a call of alice is refused; undefined where it is not. */
  const refusal = async (uri: string): Promise<unknown> => {
    const request = requestBetween('sip:alice@contoso.example', uri, { method: 'INVITE', uri });
    const sender = frontEnd.admit(request, signedIn('alice'));
    if ('reason' in sender) return sender;
    const decision = await frontEnd.decide(request, sender);
    return decision.kind === 'refuse' ? decision.refusal : undefined;
  };
  return {
    frontEnd,
    known,
    refusal,
    /** Where the request goes: the servers that it is tried at, or why it is refused. */
    async to(uri: string, from: RequestOrigin = signedIn('alice'), user = 'alice'): Promise<unknown> {
      const request = requestBetween(`sip:${user}@contoso.example`, uri, { method: 'INVITE', uri });
      const sender = frontEnd.admit(request, from);
      if ('reason' in sender) return sender.reason;
      const decision = await frontEnd.decide(request, sender);
      if (decision.kind === 'refuse') return decision.refusal.reason;
      return decision.kind === 'relay'
        ? decision.targets.flat().map((target) => (target as { server?: string }).server)
        : decision.kind;
    },
  };
}

let lastId = 0;
const signedIn = (name: string): RequestOrigin => ({
  id: ++lastId,
  server: undefined,
  isClosed: false,
  users: new Map([[`${name}@contoso.example`, Number.MAX_SAFE_INTEGER]]),
  link: links.clientToFrontEnd,
  protection: {},
});
const fromEdge: RequestOrigin = {
  id: ++lastId,
  server: 'edge1.contoso.example',
  isClosed: false,
  users: new Map(),
  link: links.edgeToFrontEnd,
  protection: { peer: { role: 'edge', dnsNames: ['edge1.contoso.example'], sipDomains: [] } },
};

describe('a number', () => {
  it.each([number, 'tel:+4930555', 'tel:030555;phone-context=contoso.example'])(
    'goes to the mediation server: %s',
    async (uri) => {
      expect(await start().to(uri)).toEqual(['med1.contoso.example']);
    },
  );

  it('goes to a mediation server that answers, in a pool and outside of one', async () => {
    const alone = [mediation('med1'), mediation('med2')];
    const pool = alone.map(({ fqdn }) => mediation(fqdn.split('.')[0] as string, 'med.contoso.example'));
    const silent = ['med1.contoso.example'];
    expect(await start({ servers: alone, silent }).to(number)).toEqual(['med2.contoso.example']);
    expect(await start({ servers: pool, silent }).to(number)).toEqual([
      'med2.contoso.example',
      'med1.contoso.example',
    ]);
    expect(
      await start({ servers: alone, silent: ['med1.contoso.example', 'med2.contoso.example'] }).to(number),
    ).toEqual(['med1.contoso.example']);
  });

  it('is called by nobody outside, and has no way where no mediation server is', async () => {
    const partner = { ...fromEdge };
    const request = requestBetween('sip:mallory@fabrikam.example', number, { method: 'INVITE', uri: number });
    const { frontEnd } = start();
    const sender = frontEnd.admit(request, partner);
    if ('reason' in sender) throw new Error(sender.message);
    expect(await frontEnd.decide(request, sender)).toMatchObject({
      refusal: { reason: 'relay-not-allowed' },
    });
    expect(await start({ servers: [] }).to('tel:+4930555')).toBe('unknown-user');
  });

  it('of a user of ours goes to the user, from any caller and in whatever spelling', async () => {
    const { known, refusal, to } = start();
    // Nobody has registered: the address was looked up.
    for (const uri of ['tel:+49-30-1002', 'sip:0301002@contoso.example;user=phone'])
      expect(await to(uri, signedIn('bob'), 'bob')).toBe('not-registered');
    const carol = account('carol', { number: '+49301002' });
    known.apply([{ address: carol.address, account: carol }]);
    expect(await to('tel:+49301002')).toBe('number-not-routed');
    expect(await refusal('tel:+49301002')).toMatchObject({
      remedy: expect.stringContaining('all but one of bob@contoso.example, carol@contoso.example: entente'),
    });
    const others = ['dave', 'erin'].map((name) => account(name, { number: '+49301002' }));
    known.apply(others.map((one) => ({ address: one.address, account: one })));
    expect(await refusal('tel:+49301002')).toMatchObject({
      message: expect.stringContaining('which 4 have'),
      remedy: expect.stringContaining('dave@contoso.example and 1 more: entente'),
    });
  });

  it.each(['+4930555', '030555', '030-555', '+49.30.555'])(
    'is one without a mark too, where nobody has the address that a telephone makes of it: %s',
    async (dialled) => {
      const { to } = start();
      const uri = `sip:${dialled}@contoso.example`;
      expect(await to(uri)).toEqual(['med1.contoso.example']);
      expect(await to(uri, signedIn('bob'), 'bob')).toBe('dial-outside-not-allowed');
      expect(await start({ servers: [] }).to(uri)).toBe('not-registered');
    },
  );

  it('without a mark is a user where an account, or the topology, has that address', async () => {
    const { known, to } = start({ users: { '030556@contoso.example': fe1 } });
    const desk = account('030555');
    known.apply([{ address: desk.address, account: desk }]);
    for (const name of ['030555', '030556'])
      expect(await to(`sip:${name}@contoso.example`)).toBe('not-registered');
  });

  it('without a mark that is of a user goes to the user, from a partner too, who reaches no other number', async () => {
    const { frontEnd, to } = start();
    expect(await to('sip:0301002@contoso.example', signedIn('bob'), 'bob')).toBe('not-registered');
    const refused = async (uri: string) => {
      const request = requestBetween('sip:mallory@fabrikam.example', uri, { method: 'INVITE', uri });
      const sender = frontEnd.admit(request, { ...fromEdge });
      if ('reason' in sender) throw new Error(sender.message);
      const decision = await frontEnd.decide(request, sender);
      return decision.kind === 'refuse' ? decision.refusal : decision.kind;
    };
    const reason = 'not-registered';
    const nobody = expect.stringContaining('+4930555@contoso.example');
    const bob = expect.stringContaining('bob@contoso.example');
    expect(await refused('sip:+49301002@contoso.example')).toMatchObject({ reason, message: bob });
    expect(await refused('sip:+4930555@contoso.example')).toMatchObject({ reason, message: nobody });
  });

  it('without a mark that another front end brings stays what that one has taken it for: it has asked for no right to call', async () => {
    const { to } = start({
      servers: [mediation('med1'), { fqdn: 'fe2.contoso.example', role: 'front-end' }],
    });
    const other = 'fe2.contoso.example';
    const fromFrontEnd: RequestOrigin = {
      ...fromEdge,
      server: other,
      link: links.frontEndToFrontEnd,
      protection: { peer: { role: 'front-end', dnsNames: [other], sipDomains: [] } },
    };
    expect(await to('sip:030555@contoso.example', fromFrontEnd, 'bob')).toBe('not-registered');
  });

  it('without a mark that no rule makes global stays the name of a user', async () => {
    expect(await start().to('sip:4711@contoso.example')).toBe('not-registered');
  });

  it('in need is called without the right, and any other one is not', async () => {
    const { to } = start();
    expect(await to(number, signedIn('bob'), 'bob')).toBe('dial-outside-not-allowed');
    for (const uri of ['sip:112@contoso.example', 'tel:112;phone-context=contoso.example'])
      expect(await to(uri, signedIn('bob'), 'bob')).toEqual(['med1.contoso.example']);
  });

  it('in need asks for no right, whatever parameters of the number stand behind it', async () => {
    const { to } = start();
    for (const dialled of ['112;isub=1', '112;ext=2;npdi', '112;phone-context=fabrikam.example'])
      expect([
        dialled,
        await to(`sip:${dialled}@contoso.example;user=phone`, signedIn('bob'), 'bob'),
      ]).toEqual([dialled, await to('sip:112@contoso.example', signedIn('bob'), 'bob')]);
    for (const dialled of ['+4930555;isub=112', '0301112;isub=1'])
      expect(await to(`sip:${dialled}@contoso.example;user=phone`, signedIn('bob'), 'bob')).toBe(
        'dial-outside-not-allowed',
      );
  });

  it('in need has the rank of an emergency call for those alone who have proven who they are', () => {
    const { frontEnd } = start();
    const request = (method: string, uri: string) =>
      requestBetween('sip:bob@contoso.example', uri, { method, uri });
    const emergency = request('INVITE', 'sip:112@contoso.example');
    expect(frontEnd.isEmergency(emergency, signedIn('bob'))).toBe(true);
    expect(frontEnd.isEmergency(emergency, { ...signedIn('bob'), users: new Map() })).toBe(false);
    expect(frontEnd.isEmergency(request('INVITE', number), signedIn('bob'))).toBe(false);
    expect(frontEnd.isEmergency(request('MESSAGE', 'sip:112@contoso.example'), signedIn('bob'))).toBe(false);
  });

  it('in need is one as any other of a user who has called eight times within three minutes; nobody else pays for it', () => {
    const { frontEnd } = start();
    const uri = 'sip:112@contoso.example';
    const call = (name: string) =>
      requestBetween(`sip:${name}@contoso.example`, uri, { method: 'INVITE', uri });
    const origin = signedIn('bob');
    const dialled = () => {
      const request = call('bob');
      const sender = frontEnd.admit(request, origin);
      if ('reason' in sender) throw new Error(sender.message);
      frontEnd.onBehalfOf(request, sender);
      return frontEnd.isEmergency(request, origin);
    };
    expect(Array.from({ length: 9 }, dialled)).toEqual([...Array(7).fill(true), false, false]);
    expect(frontEnd.isEmergency(call('alice'), signedIn('alice'))).toBe(true);
  });

  it('in need, of unknown peers behind an edge, is counted by their address, whatever names they write', () => {
    const { frontEnd } = start();
    const uri = 'sip:112@contoso.example';
    const peer = { role: 'edge', name: 'edge1.contoso.example' };
    const origin = {
      ...signedIn('bob'),
      isClosed: false,
      users: new Map(),
      server: 'edge1.contoso.example',
      protection: { ...signedIn('bob').protection, peer },
    } as never;
    const via = (address: string) => `SIP/2.0/TLS phone.invalid;branch=z9hG4bK1;received=${address}`;
    const from = (name: string, address: string) =>
      requestBetween(`sip:${name}@contoso.example`, uri, {
        method: 'INVITE',
        uri,
        headers: [['Via', via(address)]],
      });
    const calls = Array.from({ length: 10 }, (_, count) => from(`u${count}`, '198.51.100.7'));
    expect(calls.map((call) => frontEnd.isEmergency(call, origin))).toEqual([
      ...Array(8).fill(true),
      false,
      false,
    ]);
    expect(frontEnd.isEmergency(from('u1', '198.51.100.200'), origin)).toBe(true);
  });
});
