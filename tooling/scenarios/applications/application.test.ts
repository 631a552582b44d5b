import { type Application, refuse } from '@entente/application';
import { afterEach, describe, expect, it } from 'vitest';
import { Opened } from '../harness/opened.ts';
import { type ApplicationNetworkOptions, startApplicationNetwork } from './testing/application-network.ts';

const echoAddress = 'sip:echo@chat.contoso.example';
const sdp = { contentType: 'application/sdp', body: 'v=0\r\n' };

const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

const start = async (frontEnds: 1 | 2, options: ApplicationNetworkOptions = {}) =>
  opened.use(await startApplicationNetwork({ frontEnds, ...options }));

/** Two front ends, and an application that echoes. */
async function startEcho(options: ApplicationNetworkOptions = {}) {
  const network = await start(2, options);
  let application: Application | undefined;
  const senders: unknown[] = [];
  application = await network.application({
    onMessage({ sender, text, to }) {
      senders.push(sender);
      if (text === 'no')
        return refuse(403, 'not-today', 'expected another text, found no', 'Send another text.');
      return application?.message(to, `sip:${sender.address}`, `echo: ${text}`).then(() => undefined);
    },
  });
  return { network, application, senders };
}

describe('an application with addresses of its own', () => {
  it('gets what users send it with who they are, and answers as its own address', async () => {
    const { network, senders } = await startEcho();
    const alice = await network.user('alice', 0);
    const bob = await network.user('bob', 1);
    for (const user of [alice, bob]) {
      expect((await user.agent.message(echoAddress, 'hello')).status).toBe(200);
      const echo = await user.waitFor(({ text }) => text === 'echo: hello');
      expect(echo.from).toBe(echoAddress);
      expect(echo.request.all('P-Asserted-Identity')).toEqual([`<${echoAddress}>`]);
    }
    expect(senders).toEqual([
      { address: 'alice@contoso.example', isPrivate: false, server: 'fe1.contoso.example' },
      { address: 'bob@contoso.example', isPrivate: false, server: 'fe2.contoso.example' },
    ]);
  });

  it('is reached at an address of the domain that the topology gives it', async () => {
    const users = { 'help@contoso.example': 'chat.contoso.example' };
    const { network } = await startEcho({ users });
    const alice = await network.user('alice');
    expect((await alice.agent.message('sip:help@contoso.example', 'hello')).status).toBe(200);
    expect((await alice.waitFor(({ text }) => text === 'echo: hello')).from).toBe('sip:help@contoso.example');
  });

  it('refuses with a reason, which the user’s client is told inside the organisation', async () => {
    const { network } = await startEcho();
    const alice = await network.user('alice');
    const response = await alice.agent.message(echoAddress, 'no');
    expect(response.status).toBe(403);
    expect(response.get('Entente-Diagnostics')).toBe(
      '1000;reason="not-today";source="chat1.contoso.example"',
    );
    const line = await network.lines.waitFor(({ reason }) => reason === 'not-today');
    expect(line).toMatchObject({ by: 'chat1.contoso.example', event: 'refused', method: 'MESSAGE' });
  });

  it('is passed over by front ends once it is gone, for the next of its pool', async () => {
    const { network, application } = await startEcho({ applications: 2 });
    const texts: string[] = [];
    await network.application({ onMessage: ({ text }) => void texts.push(text) }, 1);
    const alice = await network.user('alice');
    await application[Symbol.asyncDispose]();
    expect((await alice.agent.message(echoAddress, 'to the other')).status).toBe(200);
    expect(texts).toEqual(['to the other']);
  });

  it('sends over another front end where one is gone', async () => {
    const network = opened.use(await startApplicationNetwork());
    const first = await network.frontEnd(0);
    await network.frontEnd(1);
    const application = await network.application({});
    const bob = await network.user('bob', 1);
    await first[Symbol.asyncDispose]();
    for (const text of ['one', 'two', 'three'])
      expect((await application.message(echoAddress, bob.address, text)).status).toBe(200);
    expect(bob.received.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  it('sends to many with a receipt for each, so many at a time', async () => {
    const { network, application } = await startEcho();
    const names = ['alice', 'bob', 'carol', 'dave'];
    for (const [index, name] of names.entries()) await network.user(name, index % 2);
    const targets = [...names, 'nobody'].map((name) => `sip:${name}@contoso.example`);
    const receipts = await application.fanOut(
      echoAddress,
      targets,
      { contentType: 'text/plain', body: 'all' },
      { concurrency: 2 },
    );
    const byTarget = Object.fromEntries(receipts.map(({ to, status }) => [to, status]));
    expect(byTarget).toEqual(
      Object.fromEntries(targets.map((to) => [to, to.includes('nobody') ? 480 : 200])),
    );
    await expect(application.fanOut(echoAddress, targets, {}, { concurrency: 0 })).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_BAD_ARGUMENT',
    });
  });

  it('is called only where it takes calls, and says with 405 what it takes', async () => {
    const { network } = await startEcho();
    const alice = await network.user('alice');
    const outcome = await alice.agent.call(echoAddress, sdp);
    const refused = outcome.ok ? undefined : outcome.response;
    expect(refused?.status).toBe(405);
    const takes = 'ACK, BYE, CANCEL, MESSAGE, OPTIONS, INFO, UPDATE, NOTIFY';
    expect(refused?.get('Allow')).toBe(takes);
    const info = await alice.agent.request('INFO', echoAddress);
    expect([info.status, info.get('Allow')]).toEqual([405, takes]);
    const options = await alice.agent.request('OPTIONS', echoAddress);
    expect([options.status, options.get('Allow')]).toEqual([200, takes]);
  });

  it('answers calls and makes them, and each side may end one', async () => {
    const network = await start(2);
    const application = await network.application({ onCall: (incoming) => void incoming.accept(sdp) });
    const alice = await network.user('alice', 0);
    const outcome = await alice.agent.call(echoAddress, sdp);
    expect(outcome.ok).toBe(true);
    if (!outcome.ok) return;
    expect((await outcome.call.info({ contentType: 'text/plain', body: '1' })).status).toBe(200);
    expect((await outcome.call.hangUp()).status).toBe(200);
    const bob = await network.user('bob', 1, { onCall: (incoming) => void incoming.accept(sdp) });
    const made = await application.call(echoAddress, bob.address, sdp);
    expect(made.ok).toBe(true);
    if (!made.ok) return;
    expect(application.calls).toBe(1);
    expect((await made.call.hangUp()).status).toBe(200);
    expect(application.calls).toBe(0);
  });

  it('joins a caller with a user whom it calls as its own address, and passes the BYE of either side on', async () => {
    const network = await start(2);
    const application = await network.application({
      onCall: (incoming) => void incoming.bridge('sip:bob@contoso.example'),
    });
    const callers: string[] = [];
    const bob = await network.user('bob', 1, {
      onCall(incoming) {
        callers.push(incoming.request.from.uri.toString());
        void incoming.accept(sdp)?.ended.then((by) => callers.push(by));
      },
    });
    const alice = await network.user('alice', 0);
    const outcome = await alice.agent.call('sip:desk@chat.contoso.example', sdp);
    expect(outcome.response.status).toBe(200);
    expect(application.calls).toBe(2);
    if (outcome.ok) await outcome.call.hangUp();
    await expect.poll(() => callers).toEqual(['sip:desk@chat.contoso.example', 'remote']);
    await expect.poll(() => application.calls).toBe(0);
    expect(bob.agent.registration.state).toBe('registered');
  });

  it('is answered 486 where it has as many calls as it may', async () => {
    const network = await start(1);
    await network.application({
      ...{ maxCalls: 1 },
      onCall: (incoming) => void incoming.accept(sdp),
    });
    const alice = await network.user('alice');
    const first = await alice.agent.call(echoAddress, sdp);
    const second = await alice.agent.call(echoAddress, sdp);
    expect([first.response.status, second.response.status]).toEqual([200, 486]);
  });

  it('is answered 486 to a user who has as many calls as one may have; others are answered', async () => {
    const network = await start(1);
    await network.application({
      ...{ maxCallsOfUser: 2 },
      onCall: (incoming) => void incoming.accept(sdp),
    });
    const [alice, bob] = [await network.user('alice'), await network.user('bob')];
    const call = () => alice.agent.call(echoAddress, sdp);
    const outcomes = [await call(), await call(), await call()];
    expect(outcomes.map(({ response }) => response.status)).toEqual([200, 200, 486]);
    expect((await bob.agent.call(echoAddress, sdp)).response.status).toBe(200);
    if (outcomes[0]?.ok) expect((await outcomes[0].call.hangUp()).status).toBe(200);
    await expect.poll(async () => (await call()).response.status).toBe(200);
  });

  it('is answered 486 to a user of whom as many calls ring as one may have; what rings no more makes room', async () => {
    const network = await start(1);
    const ringing: { reject(status: number): void }[] = [];
    await network.application({
      ...{ maxCallsOfUser: 2 },
      onCall: (incoming) => void ringing.push(incoming),
    });
    const alice = await network.user('alice');
    const statusOf = async () => (await alice.agent.call(echoAddress, sdp)).response.status;
    const waiting = [statusOf(), statusOf()];
    await expect.poll(() => ringing.length).toBe(2);
    expect(await statusOf()).toBe(486);
    ringing[0]?.reject(480);
    ringing[0]?.reject(480);
    expect(await Promise.race(waiting)).toBe(480);
    const next = statusOf();
    await expect.poll(() => ringing.length).toBe(3);
    expect(await statusOf()).toBe(486);
    for (const one of ringing) one.reject(603);
    expect(await Promise.all([...waiting, next])).toEqual(expect.arrayContaining([480, 603, 603]));
  });

  it('ends calls whose other end has broken off without BYE, and keeps those that go on', async () => {
    const network = await start(1);
    const application = await network.application({
      ...{ maxCalls: 3, checkCallsMs: 50 },
      onCall: (incoming) => void incoming.accept(sdp),
    });
    const alice = await network.user('alice');
    const going = await alice.agent.call(echoAddress, sdp);
    const mallory = await network.user('mallory');
    for (const _ of [1, 2]) expect((await mallory.agent.call(echoAddress, sdp)).response.status).toBe(200);
    expect(application.calls).toBe(3);
    await mallory[Symbol.asyncDispose]();
    await expect.poll(() => application.calls).toBe(1);
    expect((await alice.agent.call(echoAddress, sdp)).response.status).toBe(200);
    if (!going.ok) throw new Error('not answered');
    expect((await going.call.hangUp()).status).toBe(200);
  });

  it('ends its calls with BYE when it stops', async () => {
    const network = await start(1);
    const application = await network.application({ onCall: (incoming) => void incoming.accept(sdp) });
    const alice = await network.user('alice');
    const outcome = await alice.agent.call(echoAddress, sdp);
    if (!outcome.ok) throw new Error('not answered');
    const [drained, by] = await Promise.all([application.drain(60_000), outcome.call.ended]);
    expect({ drained, by }).toEqual({ drained: true, by: 'remote' });
  });

  it('gets no request for an address that is not its own, and no request of an address that is nobody’s', async () => {
    const { network } = await startEcho();
    const alice = await network.user('alice');
    expect((await alice.agent.message('sip:echo@other.contoso.example', 'hello')).status).toBe(403);
    expect((await alice.agent.message('sip:nobody@contoso.example', 'hello')).status).toBe(480);
  });
});

describe('an application that opens no connection', () => {
  it('sends over those that front ends have opened to it', async () => {
    const { network } = await startEcho({ flags: { outboundOnly: true } });
    const alice = await network.user('alice');
    expect((await alice.agent.message(echoAddress, 'hello')).status).toBe(200);
    await alice.waitFor(({ text }) => text === 'echo: hello');
    const opened = network.lines.all.filter(
      ({ event, to }) => event === 'link' && to === 'chat1.contoso.example',
    );
    expect(opened.length).toBeGreaterThan(0);
    const inbound = network.lines.all.filter(
      ({ event, from }) => event === 'link' && from === 'chat1.contoso.example',
    );
    expect(inbound).toEqual([]);
  });

  it('says so where none has', async () => {
    const network = opened.use(await startApplicationNetwork({ flags: { outboundOnly: true } }));
    const application = await network.application({});
    await expect(application.message(echoAddress, 'sip:alice@contoso.example', 'x')).rejects.toMatchObject({
      code: 'ENTENTE_APPLICATION_NO_FRONT_END',
      remedy: expect.stringContaining('wait until a front end has connected'),
    });
  });
});

describe('what an application knows of an address', () => {
  it('is whether it may be one of the organisation', async () => {
    const { application } = await startEcho();
    const ours = [
      'sip:alice@contoso.example',
      'sip:alice@CONTOSO.example',
      'sip:echo@chat.contoso.example',
      'sip:echo@chat1.contoso.example',
    ];
    const others = [
      'sip:alice@fe1.contoso.example',
      'sip:alice@sub.contoso.example',
      'sip:alice@fabrikam.example',
      'tel:+15550100',
      'no URI',
    ];
    expect([...ours, ...others].filter((uri) => application.isOurs(uri))).toEqual(ours);
  });
});

describe('what an application may send as', () => {
  it('is its own address: the program is told at once', async () => {
    const { application } = await startEcho();
    for (const from of ['sip:alice@contoso.example', 'sip:lobby@other.example', 'tel:+15550100'])
      await expect(application.message(from, 'sip:bob@contoso.example', 'x')).rejects.toMatchObject({
        code: 'ENTENTE_APPLICATION_NOT_OWN_ADDRESS',
      });
    expect(application.hasAddress(echoAddress)).toBe(true);
  });

  it('is any user where the topology lets it assert users', async () => {
    const { network, application } = await startEcho({ flags: { assertsUsers: true } });
    const bob = await network.user('bob');
    expect((await application.message('sip:alice@contoso.example', bob.address, 'as alice')).status).toBe(
      200,
    );
    expect(bob.received[0]?.from).toBe('sip:alice@contoso.example');
  });
});
