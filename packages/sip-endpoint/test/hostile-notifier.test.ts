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

  it('has ended where its notifier wants it to be made again after more than a day: the application hears when', async () => {
    await using network = await startNotifier();
    const { clock, notify, subscribes } = network;
    const subscription = await network.subscribed();
    const [first] = subscribes as [SipRequest];
    expect((await notify(first, 'terminated;reason=probation;retry-after=86401')).status).toBe(200);
    expect(await subscription.ended).toMatchObject({
      cause: 'notifier',
      reason: 'probation',
      resubscribeAfterMs: 86_401_000,
    });
    clock.move(4_294_967_295_000);
    expect(subscribes).toHaveLength(1);
  });

  it('waits for as long as its notifier wants where that is a day at most', async () => {
    await using network = await startNotifier();
    const { clock, notify, subscribes } = network;
    await network.subscribed();
    await notify(subscribes[0] as SipRequest, 'terminated;reason=giveup;retry-after=86400');
    await expect.poll(() => clock.pending(86_400_000)).toBe(1);
    clock.move(86_399_999);
    expect(subscribes).toHaveLength(1);
    clock.move(1);
    await expect.poll(() => subscribes.length).toBe(2);
  });

  it('is made again with growing pauses where its notifier ends it each time it was made', async () => {
    await using network = await startNotifier();
    const { clock, notify, subscribes } = network;
    await network.subscribed();
    for (const [ends, pauseMs] of [500, 1_000, 2_000, 4_000].entries()) {
      const last = subscribes[ends] as SipRequest;
      await notify(last, active);
      await notify(last, 'terminated;reason=deactivated');
      await expect.poll(() => clock.pending(pauseMs)).toBe(1);
      clock.move(pauseMs);
      await expect.poll(() => subscribes.length).toBe(ends + 2);
    }
    const last = subscribes[4] as SipRequest;
    await notify(last, active);
    clock.move(60_000);
    await notify(last, 'terminated;reason=deactivated');
    await expect.poll(() => clock.pending(500)).toBe(1);
  });
});
