import type { SipRequest } from '@entente/sip';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

const diagnostics = '1000;reason="relay-not-allowed";source="fe1.contoso.example"';
const ceo = '<sip:ceo@contoso.example>';
const forged = { 'Entente-Diagnostics': diagnostics, 'P-Asserted-Identity': ceo };

/** The Route of the called end of a dialog: the Record-Route values that it got, as they stand. */
function routeOf(begun: SipRequest | undefined): Record<string, string> {
  return { Route: begun?.values('Record-Route').join() ?? '' };
}

describe('what only insiders may say', () => {
  let network: Awaited<ReturnType<typeof startFrontEnd>>;
  let alice: Awaited<ReturnType<typeof network.user>>;
  let bob: Awaited<ReturnType<typeof network.user>>;
  beforeAll(async () => {
    network = await startFrontEnd();
    alice = await network.user('alice');
    bob = await network.user('bob');
  });
  afterAll(() => network[Symbol.asyncDispose]());

  const message = (peer: typeof alice, as: string, headers: Record<string, string>) =>
    peer.ask('MESSAGE', 'sip:bob@contoso.example', { as, headers });

  it('does not travel on from a client: no diagnostics, and only the identity that it has proven', async () => {
    expect((await message(alice, 'alice', forged)).status).toBe(200);
    const arrived = bob.received.at(-1);
    expect(arrived?.wire).not.toContain('Entente-Diagnostics');
    expect(arrived?.all('P-Asserted-Identity')).toEqual(['<sip:alice@contoso.example>']);
  });

  it.each([
    'Remote-Party-ID',
    'Diversion',
    'History-Info',
    'P-Associated-URI',
    'P-Called-Party-ID',
    'P-Served-User',
    'P-Asserted-Service',
    'CC-Diversion',
    'CC-Redirect',
    'Requested-By',
    'Additional-Identity',
    'P-Charge-Info',
    'Entente-Message-Id',
  ])('does not travel on from a client as %s, which telephones show, or servers go by', async (field) => {
    expect((await message(alice, 'alice', { [field]: `${ceo};index=1` })).status).toBe(200);
    expect(bob.received.at(-1)?.has(field)).toBe(false);
  });

  it('does not travel on from a user, at a client or an edge, as the author or with the id that a room writes; an application’s does', async () => {
    const named = { 'Entente-Author': ceo, 'Entente-Message-Id': '1' };
    const edge = await network.server('edge1.contoso.example');
    const application = await network.server('app1.contoso.example');
    const arrived: boolean[] = [];
    for (const [peer, as] of [
      [alice, 'alice'],
      [edge, 'alice'],
      [application, 'app'],
    ] as const) {
      expect((await message(peer, as, named)).status).toBe(200);
      arrived.push(...Object.keys(named).map((name) => bob.received.at(-1)?.has(name) === true));
    }
    expect(arrived).toEqual([false, false, false, false, true, true]);
  });

  it('stays with us where the caller asks for privacy (RFC 3325 §7)', async () => {
    expect((await message(alice, 'alice', { Privacy: 'id' })).status).toBe(200);
    expect(bob.received.at(-1)?.has('P-Asserted-Identity')).toBe(false);
  });

  it('does not travel on from a client however it is written, nor twice', async () => {
    const odd = {
      'eNTENTE-dIAGNOSTICS': diagnostics,
      'p-asserted-identity': `${ceo}, <tel:+15550100>`,
    };
    expect((await message(alice, 'alice', odd)).status).toBe(200);
    const arrived = bob.received.at(-1);
    expect(arrived?.wire.toLowerCase()).not.toContain('entente-diagnostics');
    expect(arrived?.all('P-Asserted-Identity')).toEqual(['<sip:alice@contoso.example>']);
  });

  it('does not travel on from an edge: an outsider stands behind it', async () => {
    const edge = await network.server('edge1.contoso.example');
    expect((await message(edge, 'alice', forged)).status).toBe(200);
    const arrived = bob.received.at(-1);
    expect(arrived?.wire).not.toContain('Entente-Diagnostics');
    expect(arrived?.all('P-Asserted-Identity')).toEqual(['<sip:alice@contoso.example>']);
  });

  it.each(['a client', 'an edge'])('keeps the credentials that %s brought to itself', async (who) => {
    const sender = who === 'an edge' ? await network.server('edge1.contoso.example') : await network.client();
    const response = await sender.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'dave' });
    expect(response.status).toBe(200);
    expect(sender.challenged).toBe(1);
    expect(bob.received.at(-1)?.wire).not.toContain('Authorization');
  });

  it.each(['Authorization', 'Proxy-Authorization'])(
    'lets %s for the realm of somebody further on pass, and its own not',
    async (field) => {
      const other =
        'Digest username="dave", realm="fabrikam.example", nonce="n", uri="sip:bob@contoso.example", response="0"';
      const sender = await network.client();
      const response = await sender.ask('MESSAGE', 'sip:bob@contoso.example', {
        as: 'dave',
        headers: { [field]: other },
      });
      expect(response.status).toBe(200);
      const arrived = bob.received.at(-1);
      expect([
        ...(arrived?.all('Authorization') ?? []),
        ...(arrived?.all('Proxy-Authorization') ?? []),
      ]).toEqual([other]);
    },
  );

  it('travels on from a server that may vouch', async () => {
    const application = await network.server('app1.contoso.example');
    expect((await message(application, 'app', forged)).status).toBe(200);
    const arrived = bob.received.at(-1);
    expect(arrived?.all('P-Asserted-Identity')).toEqual([ceo]);
    expect(arrived?.get('Entente-Diagnostics')).toBe(diagnostics);
  });

  it('does not come back in a client’s answer', async () => {
    bob.answerHeaders = forged;
    const response = await message(alice, 'alice', {});
    bob.answerHeaders = {};
    expect(response.status).toBe(200);
    expect(response.wire).not.toContain('Entente-Diagnostics');
    expect(response.has('P-Asserted-Identity')).toBe(false);
  });
});

describe('what an application says that is not treated as authenticated', () => {
  it('counts as said by nobody: its user authenticates, and no identity that it asserts arrives', async () => {
    await using network = await startFrontEnd({ applicationFlags: { treatAsAuthenticated: false } });
    const bob = await network.user('bob');
    const application = await network.server('app1.contoso.example');
    const forged = { 'P-Asserted-Identity': '<sip:ceo@contoso.example>', 'Entente-Diagnostics': '1000' };
    const send = (more: Partial<Parameters<typeof application.ask>[2]>) =>
      application.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice', headers: forged, ...more });
    expect((await send({ password: null })).status).toBe(407);
    expect((await send({ from: 'sip:ceo@contoso.example' })).status).toBe(403);
    expect(bob.received).toEqual([]);
    expect((await send({})).status).toBe(200);
    expect(bob.received.at(-1)?.all('P-Asserted-Identity')).toEqual(['<sip:alice@contoso.example>']);
    expect(bob.received.at(-1)?.has('Entente-Diagnostics')).toBe(false);
    // Of a foreign domain nobody here knows who it is: it arrives, without an identity.
    expect((await send({ from: 'sip:carl@litware.example' })).status).toBe(200);
    expect(bob.received.at(-1)?.has('P-Asserted-Identity')).toBe(false);
  });
});

describe('a Path that a client wrote itself', () => {
  it('leads nowhere: he is reached over his own connection, and no server inside hears of it', async () => {
    await using network = await startFrontEnd();
    const application = await network.server('app1.contoso.example');
    await application.ask('OPTIONS', 'sip:contoso.example', { as: 'app' });
    const alice = await network.user('alice');
    const bob = await network.client();
    const registered = await bob.ask('REGISTER', 'sip:contoso.example', {
      as: 'bob',
      to: 'sip:bob@contoso.example',
      contact: '<sip:+15550100@app1.contoso.example>',
      headers: { Path: '<sip:app1.contoso.example;lr>', Supported: 'path' },
    });
    expect(registered.status).toBe(200);
    const { status } = await alice.ask('MESSAGE', 'sip:bob@contoso.example', { as: 'alice' });
    expect(application.received).toEqual([]);
    expect(status).toBe(200);
    expect(bob.received.map((request) => request.has('Route'))).toEqual([false]);
    expect(registered.has('Path')).toBe(false);
  });
});

describe('a sips request', () => {
  it('gets a Record-Route entry that is sips, and a sip request one that is sip (RFC 3261 §16.6 step 4)', async () => {
    await using network = await startFrontEnd();
    const alice = await network.user('alice');
    const bob = await network.client();
    const registered = await bob.ask('REGISTER', 'sips:contoso.example', {
      as: 'bob',
      to: 'sip:bob@contoso.example',
      contact: '<sips:bob@client.invalid>',
    });
    expect(registered.status).toBe(200);
    for (const scheme of ['sips', 'sip']) {
      const { status } = await alice.ask('SUBSCRIBE', `${scheme}:bob@contoso.example`, { as: 'alice' });
      expect(status).toBe(200);
      const arrived = bob.received.at(-1);
      expect(arrived?.uriText).toBe(`${scheme}:bob@client.invalid`);
      expect(arrived?.recordRoutes.map(({ uri }) => uri.scheme)).toEqual([scheme]);
      // The other end follows it: with port, and with TLS where the scheme does not say it.
      const end = `${scheme === 'sips' ? '' : ';transport=tls'};lr;member=fe1.contoso.example>`;
      expect(arrived?.get('Record-Route')).toMatch(
        new RegExp(`^<${scheme}:[\\w-]+@pool1\\.contoso\\.example:${network.port}${end}$`),
      );
    }
  });
});

describe('a dialog that an application has begun', () => {
  it('is ended by the user whom it called: the BYE reaches the application', async () => {
    await using network = await startFrontEnd();
    const application = await network.server('app1.contoso.example');
    const alice = await network.user('alice');
    const called = await application.ask('SUBSCRIBE', 'sip:alice@contoso.example', { as: 'app' });
    expect(called.status).toBe(200);
    const begun = alice.received.at(-1);
    const room = 'sip:room@app1.contoso.example';
    const bye = await alice.ask('BYE', room, { as: 'alice', inDialog: begun, headers: routeOf(begun) });
    expect(bye.status).toBe(200);
    // A partner's, too, to whom its edge has given route and Contact.
    const edge = await network.server('edge1.contoso.example');
    await edge.ask('OPTIONS', 'sip:contoso.example', { as: 'edge', from: 'sip:bob@fabrikam.example' });
    expect((await application.ask('SUBSCRIBE', 'sip:bob@fabrikam.example', { as: 'app' })).status).toBe(200);
    const other = edge.received.at(-1);
    const ended = await edge.ask('BYE', room, { as: 'bob', inDialog: other, headers: routeOf(other) });
    expect(ended.status).toBe(200);
    // Without our entry it is not a request in a dialog that came through here; outside of one, the application hears it as any other for it.
    expect((await alice.ask('BYE', room, { as: 'alice', inDialog: begun })).status).toBe(403);
    expect((await alice.ask('BYE', room, { as: 'alice' })).status).toBe(200);
    const heard = application.received.map(({ method, to, uriText }) => [
      method,
      uriText,
      to.tag === undefined,
    ]);
    expect(heard).toEqual([
      ['BYE', room, false],
      ['BYE', room, false],
      ['BYE', room, true],
    ]);
  });
});

describe('what an unauthenticated client learns', () => {
  it('is the status alone: no diagnostics, and no name of a server', async () => {
    await using network = await startFrontEnd();
    const unknown = await network.client();
    const challenged = await unknown.ask('MESSAGE', 'sip:bob@contoso.example', {
      as: 'mallory',
      password: null,
    });
    expect(challenged.status).toBe(407);
    expect(challenged.has('Entente-Diagnostics')).toBe(false);
    expect(challenged.wire).not.toContain('fe1.');
    const alice = await network.user('alice');
    const insider = await alice.ask('MESSAGE', 'sip:bob@litware.example', { as: 'alice' });
    expect(insider.get('Entente-Diagnostics') ?? '').toContain('source="fe1.contoso.example"');
  });
});

describe('a client that guesses passwords', () => {
  it('must wait after five, gets one line of the log each of ten times a second, and each line names the user', async () => {
    // All of it within one second, however long it takes.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    await using network = await startFrontEnd();
    const client = await network.client();
    const statuses: number[] = [];
    for (let time = 0; time < 20; time++) {
      const { status } = await client.ask('MESSAGE', 'sip:bob@contoso.example', {
        as: 'alice',
        password: `guess ${time}`,
      });
      statuses.push(status);
    }
    expect(statuses.slice(0, 5).every((status) => status === 407)).toBe(true);
    expect(new Set(statuses.slice(5))).toEqual(new Set([403]));
    const lines = network.lines.filter(
      ({ event, reason }) => event === 'refused' && reason !== 'authentication-required',
    );
    expect(lines).toHaveLength(10);
    expect(new Set(lines.map(({ user }) => user))).toEqual(new Set(['alice']));
  });

  it('behind an edge holds up nobody at another address, be its own address noted by the edge or right in its Via', async () => {
    for (const viaOf of [
      (address: string) => `SIP/2.0/TLS client.invalid;branch=z9hG4bK1;received=${address}`,
      (address: string) => `SIP/2.0/TLS ${address};branch=z9hG4bK1`,
    ]) {
      await using network = await startFrontEnd();
      const edge = await network.server('edge1.contoso.example');
      const ask = async (address: string, password?: string) => {
        const headers = { Via: viaOf(address) };
        const options = { as: 'alice', headers, ...(password === undefined ? {} : { password }) };
        return (await edge.ask('MESSAGE', 'sip:bob@contoso.example', options)).status;
      };
      const statuses: number[] = [];
      for (let time = 0; time < 8; time++) statuses.push(await ask('198.51.100.7', `guess ${time}`));
      expect(statuses.slice(5)).toEqual([403, 403, 403]);
      // The password is right, and nobody has registered as bob.
      expect(await ask('198.51.100.8')).toBe(480);
      expect(await ask('[2001:db8::8]')).toBe(480);
    }
  });

  it('is stopped by its own address, whatever address it writes into Via', async () => {
    await using network = await startFrontEnd({ applicationFlags: { treatAsAuthenticated: false } });
    const application = await network.server('app1.contoso.example');
    const statuses: number[] = [];
    for (let time = 0; time < 8; time++) {
      const { status } = await application.ask('MESSAGE', 'sip:bob@contoso.example', {
        as: 'alice',
        password: `guess ${time}`,
        headers: { Via: `SIP/2.0/TLS client.invalid;branch=z9hG4bK${time};received=198.51.100.${time}` },
      });
      statuses.push(status);
    }
    expect(statuses.slice(5)).toEqual([403, 403, 403]);
  });
});
