import type { DeliveryEntry } from '../network/account.ts';
import type { DemoUser } from '../network/demo-user.ts';
import type { Network } from '../network/network.ts';

/** Something to be delivered. */
export interface Delivery {
  /** A sentence for the test runner and reports. */
  readonly title: string;
  /** Delivers it. @throws if a step is refused or does not arrive */
  run(network: Network): Promise<DeliveryEntry>;
}

let sent = 0;

/** Sends a text and waits until it has arrived. @throws if it is refused or does not arrive */
export async function deliverMessage(
  title: string,
  sender: DemoUser,
  receiver: DemoUser,
  through: readonly string[],
): Promise<DeliveryEntry> {
  const text = `hello ${receiver.user.address}, this is message ${++sent}`;
  const startedAt = performance.now();
  const outcome = await sender.message(`sip:${receiver.user.address}`, text);
  if (outcome.status !== 200)
    throw new Error(`${title}: answered ${outcome.status ?? JSON.stringify(outcome.record)}`);
  await receiver.received(text);
  return entry('MESSAGE', sender, receiver, through, startedAt);
}

/** Calls, waits until both sides have the call, and hangs up. @throws if one step fails */
export async function deliverCall(
  title: string,
  caller: DemoUser,
  called: DemoUser,
  through: readonly string[],
): Promise<DeliveryEntry> {
  const startedAt = performance.now();
  const before = caller.process.records.length;
  const outcome = await caller.call(`sip:${called.user.address}`);
  if (outcome.status !== 200)
    throw new Error(`${title}: answered ${outcome.status ?? JSON.stringify(outcome.record)}`);
  await called.process.waitFor(
    'the call',
    ({ event, from: by }) => event === 'call-started' && by === `sip:${caller.user.address}`,
  );
  const rang = caller.process.records
    .slice(before)
    .some(({ event, status }) => event === 'progress' && status === 180);
  if (!rang) throw new Error(`${title}: no 180 reached the caller`);
  const ended = await caller.hangUp();
  if (ended.status !== 200) throw new Error(`${title}: BYE was answered ${ended.status}`);
  await called.process.waitFor(
    'the end of the call',
    ({ event, by }) => event === 'call-ended' && by === 'remote',
  );
  return entry('call', caller, called, through, startedAt);
}

function entry(
  what: DeliveryEntry['what'],
  from: DemoUser,
  to: DemoUser,
  through: readonly string[],
  startedAt: number,
): DeliveryEntry {
  const tookMs = Math.round(performance.now() - startedAt);
  return { what, from: from.user.address, to: to.user.address, through, tookMs };
}

function inside(title: string, what: DeliveryEntry['what'], from: string, to: string): Delivery {
  return {
    title,
    run(network) {
      const [sender, receiver] = [network.user(from), network.user(to)];
      const homes = [sender.user.home, receiver.user.home];
      const deliver = what === 'MESSAGE' ? deliverMessage : deliverCall;
      return deliver(title, sender, receiver, [...new Set(homes)]);
    },
  };
}

/** What one organisation delivers: at one front end, and across the two. */
export const deliveries: readonly Delivery[] = [
  inside('a message at one front end', 'MESSAGE', 'alice', 'carol'),
  inside('a message from one front end to the other', 'MESSAGE', 'alice', 'bob'),
  inside('a message the other way', 'MESSAGE', 'bob', 'alice'),
  inside('a call at one front end', 'call', 'alice', 'carol'),
  inside('a call across the two front ends', 'call', 'alice', 'bob'),
  inside('a call the other way', 'call', 'bob', 'alice'),
];
