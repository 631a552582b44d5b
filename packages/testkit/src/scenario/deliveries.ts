import type { DeliveryEntry } from '../network/account.ts';
import type { Network } from '../network/network.ts';

/** Something to be delivered. */
export interface Delivery {
  readonly title: string;
  run(network: Network): Promise<DeliveryEntry>;
}

function message(from: string, to: string, title: string): Delivery {
  return {
    title,
    async run(network) {
      const [sender, receiver] = [network.user(from), network.user(to)];
      const text = `hello ${to}, this is ${from} (${network.processes.length} processes)`;
      const startedAt = performance.now();
      const outcome = await sender.message(`sip:${receiver.user.address}`, text);
      if (outcome.status !== 200)
        throw new Error(`${title}: answered ${outcome.status ?? JSON.stringify(outcome.record)}`);
      await receiver.received(text);
      return entry('MESSAGE', network, from, to, startedAt);
    },
  };
}

function call(from: string, to: string, title: string): Delivery {
  return {
    title,
    async run(network) {
      const [caller, called] = [network.user(from), network.user(to)];
      const startedAt = performance.now();
      const outcome = await caller.call(`sip:${called.user.address}`);
      if (outcome.status !== 200)
        throw new Error(`${title}: answered ${outcome.status ?? JSON.stringify(outcome.record)}`);
      await called.process.waitFor(
        'the call',
        ({ event, from: by }) => event === 'call-started' && by === `sip:${caller.user.address}`,
      );
      const ringing = caller.process.records.some(
        ({ event, status }) => event === 'progress' && status === 180,
      );
      if (!ringing) throw new Error(`${title}: no 180 reached the caller`);
      const ended = await caller.hangUp();
      if (ended.status !== 200) throw new Error(`${title}: BYE was answered ${ended.status}`);
      await called.process.waitFor(
        'the end of the call',
        ({ event, by }) => event === 'call-ended' && by === 'remote',
      );
      return entry('call', network, from, to, startedAt);
    },
  };
}

function entry(
  what: DeliveryEntry['what'],
  network: Network,
  from: string,
  to: string,
  startedAt: number,
): DeliveryEntry {
  const [sender, receiver] = [network.user(from).user, network.user(to).user];
  return {
    what,
    from: sender.address,
    to: receiver.address,
    through: sender.home === receiver.home ? [sender.home] : [sender.home, receiver.home],
    tookMs: Math.round(performance.now() - startedAt),
  };
}

/** What one organisation delivers: at one front end, and across the two. */
export const deliveries: readonly Delivery[] = [
  message('alice', 'carol', 'a message at one front end'),
  message('alice', 'bob', 'a message from one front end to the other'),
  message('bob', 'alice', 'a message the other way'),
  call('alice', 'carol', 'a call at one front end'),
  call('alice', 'bob', 'a call across the two front ends'),
  call('bob', 'alice', 'a call the other way'),
];
