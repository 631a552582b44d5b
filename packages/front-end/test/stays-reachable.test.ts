import { createTokenSource, type RegistrationState, UserAgent } from '@entente/sip-endpoint';
import { ServiceLocator, type ServiceResolver } from '@entente/sip-endpoint/resolve';
import { StepClock } from '@entente/testkit';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { Gateway } from './gateway.ts';
import { startFrontEnd } from './wire-network.ts';

const domain = 'contoso.example';
const secondMs = 1_000;
/** Of what lies between the client and its server. */
const idleMs = 4_000;
/** Of RFC 5626 §4.4.1: while a timer with this delay waits, so does a keep-alive for its answer. */
const pongMs = 10_000;

/** A user agent behind a gateway at the real front end; the clock of both moves when the test says so. */
async function start() {
  const clock = new StepClock(1_700_000_000_000);
  const now = () => clock.now();
  const frontEnd = await startFrontEnd({ clock: now });
  const gateways = [await Gateway.open(frontEnd.port, now)];
  const gateway = () => gateways.at(-1) as Gateway;
  const none = () => Promise.reject(Object.assign(new Error('none'), { code: 'ENOTFOUND' }));
  const dns: ServiceResolver = {
    resolveNaptr: none,
    resolveSrv: async () => [
      { name: 'sip.contoso.example', port: gateway().port, priority: 1, weight: 1, ttl: 30 },
    ],
    resolve4: async () => [{ address: '127.0.0.1', ttl: 30 }],
    resolve6: none,
  };
  const locator = new ServiceLocator({ resolver: dns, clock: now, random: () => 0 });
  const states: RegistrationState[] = [];
  const texts: string[] = [];
  const closed: (() => boolean)[] = [];
  const alice = new UserAgent({
    addressOfRecord: `sip:alice@${domain}`,
    credentials: { secret: { username: 'alice', password: 'secret' } },
    server: { name: domain, address: '', port: 0, link: links.clientToFrontEnd },
    locate: ({ name }) => locator.locate({ host: name, scheme: 'sip' }),
    dial: async (hop) => {
      const dialled = await frontEnd.dial(hop);
      closed.push(() => dialled.socket.destroyed);
      return dialled;
    },
    newToken: createTokenSource(),
    clock,
    random: () => 0.5,
    // As rarely as the server allows: more often, nothing would ever be idle.
    stay: { pingMs: 120_000, pongMs },
    events: {
      onMessage: ({ text }) => void texts.push(text),
      onRegistration: (state) => void states.push(state),
    },
  });
  /** Everything on real sockets that the last move has set off is over. */
  const settle = async () => {
    const isBusy = () =>
      alice.registration.state === 'registering' ||
      clock.pending(pongMs) > 0 ||
      closed.filter((isClosed) => !isClosed()).length !== gateways.reduce((sum, { open }) => sum + open, 0);
    while (isBusy()) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    alice,
    clock,
    frontEnd,
    gateway,
    settle,
    states,
    texts,
    /** Lets seconds pass. */
    async pass(seconds: number) {
      for (let i = 0; i < seconds; i++) {
        clock.move(secondMs);
        await settle();
        gateway().forgetAfter(idleMs);
        await settle();
      }
    },
    /** Lets seconds pass until something is so. @returns how many */
    async until(isSo: () => boolean) {
      let seconds = 0;
      for (; !isSo(); seconds++) {
        clock.move(secondMs);
        // What has come is read before a keep-alive counts as unanswered.
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
        // The answer to a keep-alive may never come.
        while (alice.registration.state === 'registering')
          await new Promise((resolve) => setImmediate(resolve));
      }
      await settle();
      return seconds;
    },
    /** The server is at another address from now on; nothing tells the client but DNS. */
    async moveServer() {
      const before = gateway();
      gateways.push(await Gateway.open(frontEnd.port, now));
      await before[Symbol.asyncDispose]();
    },
    async [Symbol.asyncDispose]() {
      await alice[Symbol.asyncDispose]();
      for (const one of gateways) await one[Symbol.asyncDispose]().catch(() => {});
      await frontEnd[Symbol.asyncDispose]();
    },
  };
}

describe('a user agent of ours', () => {
  it('stays reachable for an hour over a server restart, an idle limit of 4 s and changed addresses', async () => {
    await using network = await start();
    const { alice, clock, frontEnd, gateway, pass, states, texts, until } = network;
    const bob = await frontEnd.user('bob');
    let sent = 0;
    const reach = async () => {
      const { status } = await bob.ask('MESSAGE', `sip:alice@${domain}`, { as: 'bob' });
      if (status === 200) sent++;
      return status;
    };
    const begun = clock.now();
    const isRegistered = () => alice.registration.state === 'registered';
    expect((await alice.register()).status).toBe(200);

    // The idle limit ends two connections; then the user agent knows it.
    for (let minute = 0; minute < 15; minute++) {
      await pass(60);
      expect(await reach()).toBe(200);
    }
    expect(gateway().forgotten).toBe(2);

    // The server restarts, and has forgotten everything.
    await frontEnd.stop();
    await expect.poll(() => alice.registration.state).toBe('waiting');
    await pass(20);
    await frontEnd.start();
    const afterRestart = await until(isRegistered);
    expect(afterRestart).toBeLessThanOrEqual(40);
    expect(await reach()).toBe(200);
    await pass(600);
    expect(await reach()).toBe(200);

    // The client has another address: its connection is dead, and nobody says so.
    const before = alice.connection;
    gateway().goDark();
    const afterMove = await until(() => isRegistered() && alice.connection !== before);
    expect(afterMove).toBeLessThanOrEqual(3 + pongMs / secondMs + 1);
    expect(await reach()).toBe(200);
    await pass(600);
    expect(await reach()).toBe(200);

    // The server has another address: DNS says so.
    const last = alice.connection;
    await network.moveServer();
    await expect.poll(() => alice.connection).not.toBe(last);
    const afterServerMoved = await until(isRegistered);
    expect(afterServerMoved).toBeLessThanOrEqual(60);
    expect(await reach()).toBe(200);

    while (clock.now() < begun + 3_600_000) {
      await pass(60);
      expect(await reach()).toBe(200);
    }
    expect(texts).toHaveLength(sent);
    expect(states.filter(({ state }) => state === 'refused' || state === 'unregistered')).toEqual([]);
  });
});
