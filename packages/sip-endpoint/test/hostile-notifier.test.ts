import { createResponse, type SipRequest } from '@entente/sip';
import type { ServerTransaction } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { active, bob, startNotifier } from './notifier.ts';

/** A notifier whose answer to the first SUBSCRIBE waits, and alice, who has sent it. */
async function waiting() {
  const unanswered: ServerTransaction[] = [];
  const network = await startNotifier({ onSubscribe: (transaction) => void unanswered.push(transaction) });
  const outcome = network.agent.subscribe(bob, 'presence', network.options);
  await expect.poll(() => unanswered.length).toBe(1);
  const [first] = network.subscribes as [SipRequest];
  return { first, network, outcome, transaction: unanswered[0] as ServerTransaction };
}

describe('a subscription whose notifier is hostile or broken', () => {
  it('is over where it is refused after its first NOTIFY: nothing of it comes, and nothing is sent', async () => {
    const { first, network, outcome, transaction } = await waiting();
    await using _ = network;
    const { bodies, clock, notify, subscribes } = network;
    expect((await notify(first, 'active;expires=4294967295', { body: 'one' })).status).toBe(200);
    transaction.respond(createResponse(first, 500));
    expect((await outcome).ok).toBe(false);
    expect((await notify(first, active, { body: 'two' })).status).toBe(481);
    clock.move(4_294_967_295_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect([bodies, subscribes.length]).toEqual([['one'], 1]);
  });

  it('is not taken from the one that it is made with by a NOTIFY that is refused', async () => {
    const { first, network, outcome, transaction } = await waiting();
    await using _ = network;
    const { bodies, notify } = network;
    expect((await notify(first, 'no such state', { tag: 'fork' })).status).toBe(400);
    expect((await notify(first, active, { body: 'open' })).status).toBe(200);
    expect((await notify(first, active, { tag: 'fork' })).status).toBe(481);
    network.accept(transaction);
    expect((await outcome).ok).toBe(true);
    expect(bodies).toEqual(['open']);
  });
});
