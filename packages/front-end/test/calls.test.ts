import type { SipRequest, SipResponse } from '@entente/sip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

/** The Route of the called end of a dialog: the Record-Route values that it got, as they stand. */
function routeOf(begun: SipRequest | undefined): Record<string, string> {
  return { Route: begun?.values('Record-Route').join() ?? '' };
}

/** The Route of the caller: those of the answer, in reverse. */
function routeOfAnswer(answer: SipResponse): Record<string, string> {
  return { Route: [...answer.values('Record-Route')].reverse().join() };
}

describe('a call (RFC 3261 §16.6 step 4)', () => {
  const bobs = 'sip:bob@contoso.example';
  const contact = '<sip:bob@client.invalid>';
  let network: Awaited<ReturnType<typeof startFrontEnd>>;
  let alice: Awaited<ReturnType<typeof network.user>>;
  let bob: Awaited<ReturnType<typeof network.user>>;
  beforeAll(async () => {
    network = await startFrontEnd();
    alice = await network.user('alice');
    bob = await network.user('bob');
  });
  afterAll(() => network[Symbol.asyncDispose]());

  /** Alice calls bob, by whatever address in To. */
  async function call(to = bobs, uri = bobs) {
    const answer = await alice.ask('INVITE', uri, { as: 'alice', to, contact: '<sip:alice@client.invalid>' });
    expect(answer.status).toBe(200);
    return { answer, begun: bob.received.at(-1) as SipRequest };
  }
  const hangUp = (peer: typeof bob, as: string, begun: SipRequest, headers = routeOf(begun)) =>
    peer.ask('BYE', 'sip:alice@client.invalid', { as, inDialog: begun, headers });

  it.each(['sip:helpdesk@contoso.example', 'sip:bob@fabrikam.example', 'tel:+12015550123'])(
    'is ended by the user who was called by another address than their own: %s',
    async (to) => {
      const { begun } = await call(to);
      expect((await hangUp(bob, 'bob', begun)).status).toBe(200);
      const bye = alice.received.at(-1);
      expect(bye?.method).toBe('BYE');
      expect(bye?.from.uri.toString()).toBe(to);
      expect(bye?.all('P-Asserted-Identity')).toEqual([`<${bobs}>`]);
    },
  );

  it('is ended by neither a third user who has its route and tags, nor by its ends without the route', async () => {
    const { answer, begun } = await call();
    const eve = await network.user('eve');
    const received = alice.received.length;
    expect((await hangUp(eve, 'eve', begun)).status).toBe(403);
    expect((await hangUp(bob, 'bob', begun, { Route: '<sip:fe1.contoso.example;lr>' })).status).toBe(403);
    const application = await network.server('app1.contoso.example');
    for (const peer of [alice, application])
      expect((await peer.ask('BYE', bobs, { as: 'alice', inDialog: answer })).status).toBe(403);
    expect(alice.received).toHaveLength(received);
    expect(bob.received.at(-1)?.method).toBe('INVITE');
  });

  it('lends its route to no other dialog, and to no other From of the called user', async () => {
    const { begun } = await call();
    const headers = routeOf(begun);
    const asCeo = { as: 'bob', inDialog: begun, headers };
    const forged = await bob.ask('INFO', 'sip:alice@client.invalid', {
      ...asCeo,
      inDialog: (await call('sip:ceo@contoso.example')).begun,
    });
    expect(forged.status).toBe(403);
    const outside = await bob.ask('MESSAGE', 'sip:alice@client.invalid', { as: 'bob', headers });
    expect(outside.status).toBe(403);
  });

  it('goes on after either end has connected again: both ends reach each other, and the old connection is gone', async () => {
    const { answer, begun } = await call();
    await bob[Symbol.asyncDispose]();
    const lost = { as: 'alice', inDialog: answer, headers: routeOfAnswer(answer) };
    await expect.poll(async () => (await alice.ask('INFO', 'sip:bob@client.invalid', lost)).status).toBe(430);
    bob = await network.user('bob');
    expect((await alice.ask('INFO', 'sip:bob@client.invalid', lost)).status).toBe(200);
    expect(bob.received.map(({ method }) => method)).toEqual(['INFO']);
    expect((await hangUp(bob, 'bob', begun)).status).toBe(200);
    expect(alice.received.at(-1)?.method).toBe('BYE');
  });

  it('of a client that has not registered goes on as long as its connection, and no longer', async () => {
    const carol = await network.client();
    const answer = await carol.ask('INVITE', bobs, { as: 'carol', contact: '<sip:carol@client.invalid>' });
    expect(answer.status).toBe(200);
    const begun = bob.received.at(-1);
    const headers = routeOf(begun);
    const info = () => bob.ask('INFO', 'sip:carol@client.invalid', { as: 'bob', inDialog: begun, headers });
    expect((await info()).status).toBe(200);
    await carol[Symbol.asyncDispose]();
    await expect.poll(async () => (await info()).status).toBe(430);
  });

  it('reaches a device by the GRUU that it gives as its Contact, as its Contact', async () => {
    const device = await network.client();
    const instance = '<urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6>';
    const registered = await device.ask('REGISTER', 'sip:contoso.example', {
      as: 'dora',
      to: 'sip:dora@contoso.example',
      contact: `<sip:dora@client.invalid>;+sip.instance="${instance}"`,
      headers: { Supported: 'gruu' },
    });
    const [binding] = registered.contacts;
    for (const name of ['pub-gruu', 'temp-gruu']) {
      const gruu = binding?.parameters.get(name) ?? '';
      expect((await alice.ask('MESSAGE', gruu, { as: 'alice' })).status).toBe(200);
      expect(device.received.at(-1)?.uriText).toBe('sip:dora@client.invalid');
      const answer = await alice.ask('INVITE', 'sip:dora@contoso.example', { as: 'alice', contact });
      const headers = routeOfAnswer(answer);
      expect((await alice.ask('BYE', gruu, { as: 'alice', inDialog: answer, headers })).status).toBe(200);
      expect(device.received.at(-1)).toMatchObject({ method: 'BYE', uriText: 'sip:dora@client.invalid' });
    }
    const changed = (binding?.parameters.get('temp-gruu') ?? '').replace('sip:tgruu.', 'sip:tgruu.A');
    expect((await alice.ask('MESSAGE', changed, { as: 'alice' })).status).toBe(404);
  });
});

describe('a Route that a client writes itself', () => {
  it('leads to no server of ours: neither to one that takes our word, nor back and forth between front ends', async () => {
    await using network = await startFrontEnd();
    const application = await network.server('app1.contoso.example');
    await application.ask('OPTIONS', 'sip:contoso.example', { as: 'app' });
    const alice = await network.user('alice');
    const routes = [
      '<sip:app1.contoso.example;lr>',
      '<sip:fe1.contoso.example;lr>, <sip:app1.contoso.example;lr>',
      Array.from({ length: 33 }, () => '<sip:fe2.contoso.example;lr>, <sip:fe1.contoso.example;lr>').join(),
      '<sip:fabrikam.example;lr>',
    ];
    for (const Route of routes) {
      const { status } = await alice.ask('MESSAGE', 'sip:+15550100@contoso.example', {
        as: 'alice',
        headers: { Route },
      });
      expect(status).toBe(403);
    }
    expect(application.received).toEqual([]);
    // Our own names are a mere outbound proxy.
    const ours = '<sip:sip.contoso.example;lr>, <sip:pool1.contoso.example;lr>';
    const bob = await network.user('bob');
    const sent = await alice.ask('MESSAGE', 'sip:bob@contoso.example', {
      as: 'alice',
      headers: { Route: ours },
    });
    expect(sent.status).toBe(200);
    expect(bob.received.at(-1)?.has('Route')).toBe(false);
  });
});
