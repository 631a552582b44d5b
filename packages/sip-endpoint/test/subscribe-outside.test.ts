import { createResponse, type SipRequest } from '@entente/sip';
import type { ServerTransaction } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { active, bob, startNotifier } from './notifier.ts';

describe('a subscription outside a call', () => {
  it('brings the state of somebody, is renewed in its dialog, and ends with the NOTIFY after it was given up', async () => {
    await using network = await startNotifier();
    const { bodies, clock, notify, subscribes } = network;
    const subscription = await network.subscribed();
    const [first] = subscribes as [SipRequest];
    expect([first.get('Event'), first.expires, first.contacts.length, first.to.tag]).toEqual([
      'presence',
      600,
      1,
      undefined,
    ]);
    expect((await notify(first, active, { body: 'open' })).status).toBe(200);
    clock.move(540_000);
    await expect.poll(() => subscribes.length).toBe(2);
    const [, again] = subscribes as [SipRequest, SipRequest];
    expect([again.callId, again.from.tag, again.to.tag, again.uriText]).toEqual([
      first.callId,
      first.from.tag,
      'far',
      'sip:bob@192.0.2.8;transport=tls',
    ]);
    expect(again.cseq.sequence).toBeGreaterThan(first.cseq.sequence);
    subscription.unsubscribe();
    await expect.poll(() => subscribes.length).toBe(3);
    expect(subscribes[2]?.expires).toBe(0);
    expect((await notify(first, 'terminated;reason=timeout', { body: 'closed' })).status).toBe(200);
    expect(await subscription.ended).toMatchObject({ cause: 'notifier', reason: 'timeout' });
    expect(bodies).toEqual(['open', 'closed']);
    expect((await notify(first, active)).status).toBe(481);
  });

  it.each(['before', 'after'])(
    'goes along the route of its first NOTIFY, which comes %s the answer to SUBSCRIBE (RFC 6665 §4.4.1)',
    async (when) => {
      const waiting: ServerTransaction[] = [];
      await using network = await startNotifier({
        onSubscribe: (transaction, number) =>
          number === 1 ? void waiting.push(transaction) : network.accept(transaction),
      });
      const { bodies, notify, subscribes } = network;
      const outcome = network.subscribed();
      await expect.poll(() => waiting.length).toBe(1);
      const [first] = subscribes as [SipRequest];
      const theirs = { 'Record-Route': '<sip:near.contoso.example;lr>, <sip:far.contoso.example;lr>' };
      const notified = () => notify(first, active, { body: 'open', ...theirs });
      if (when === 'before') expect((await notified()).status).toBe(200);
      network.accept(waiting[0] as ServerTransaction, { 'Record-Route': '<sip:other.contoso.example;lr>' });
      const subscription = await outcome;
      if (when === 'after') expect((await notified()).status).toBe(200);
      subscription.unsubscribe();
      await expect.poll(() => subscribes.length).toBe(2);
      expect(subscribes[1]?.routes.map(({ uri }) => `${uri}`)).toEqual([
        'sip:near.contoso.example;lr',
        'sip:far.contoso.example;lr',
      ]);
      expect(bodies).toEqual(['open']);
    },
  );

  it('keeps the route of the answer where the NOTIFY has none', async () => {
    await using network = await startNotifier({
      onSubscribe: (transaction) =>
        network.accept(transaction, { 'Record-Route': '<sip:proxy.contoso.example;lr>' }),
    });
    const { notify, subscribes } = network;
    const subscription = await network.subscribed();
    await notify(subscribes[0] as SipRequest, active);
    subscription.unsubscribe();
    await expect.poll(() => subscribes[1]?.get('Route')).toBe('<sip:proxy.contoso.example;lr>');
  });

  it.each([
    ['another notifier that the SUBSCRIBE has reached', { tag: 'fork' }],
    ['another event', { event: 'dialog' }],
    ['a tag that is not ours', { to: 'other' }],
  ])('takes no NOTIFY of %s: 481, and what it has goes on', async (_, other) => {
    await using network = await startNotifier();
    const { bodies, notify, subscribes } = network;
    await network.subscribed();
    const [first] = subscribes as [SipRequest];
    expect((await notify(first, active, { body: 'ours' })).status).toBe(200);
    expect((await notify(first, 'terminated', { body: 'theirs', ...other })).status).toBe(481);
    expect((await notify(first, active, { body: 'ours again' })).status).toBe(200);
    expect(bodies).toEqual(['ours', 'ours again']);
  });

  it('is not there where it is refused', async () => {
    await using network = await startNotifier({
      onSubscribe: (transaction) => void transaction.respond(createResponse(transaction.request, 489)),
    });
    const outcome = await network.agent.subscribe(bob, 'presence', network.options);
    expect([outcome.ok, outcome.response.status]).toEqual([false, 489]);
    expect((await network.notify(network.subscribes[0] as SipRequest, active)).status).toBe(481);
    network.clock.move(3_600_000);
    expect(network.subscribes).toHaveLength(1);
  });

  it('is made again in another dialog where the notifier moves it, and ends where the notifier refuses it', async () => {
    await using network = await startNotifier();
    const { bodies, clock, notify, subscribes } = network;
    const subscription = await network.subscribed();
    const [first] = subscribes as [SipRequest];
    await notify(first, active, { body: 'one' });
    await notify(first, 'terminated;reason=deactivated', { body: 'moved' });
    await expect.poll(() => clock.pending(500)).toBe(1);
    clock.move(500);
    await expect.poll(() => subscribes.length).toBe(2);
    const [, second] = subscribes as [SipRequest, SipRequest];
    expect(second.callId).not.toBe(first.callId);
    expect(second.to.tag).toBeUndefined();
    await notify(second, active, { body: 'two' });
    await notify(second, 'terminated;reason=rejected', { body: 'no' });
    expect(await subscription.ended).toMatchObject({ cause: 'notifier', reason: 'rejected' });
    expect(bodies).toEqual(['one', 'moved', 'two', 'no']);
  });

  it('is made again where the notifier has forgotten it, with growing pauses as long as it is not there', async () => {
    await using network = await startNotifier({
      onSubscribe: (transaction, number) =>
        number === 1
          ? network.accept(transaction)
          : void transaction.respond(createResponse(transaction.request, number === 2 ? 481 : 480)),
    });
    const { clock, notify, subscribes } = network;
    const subscription = await network.subscribed();
    await notify(subscribes[0] as SipRequest, active);
    clock.move(540_000);
    await expect.poll(() => clock.pending(500)).toBe(1);
    clock.move(500);
    await expect.poll(() => clock.pending(1_000)).toBe(1);
    clock.move(1_000);
    await expect.poll(() => clock.pending(2_000)).toBe(1);
    expect(subscribes).toHaveLength(4);
    expect(new Set(subscribes.map(({ callId }) => callId)).size).toBe(3);
    subscription.unsubscribe();
    await subscription.ended;
    clock.move(3_600_000);
    expect(subscribes).toHaveLength(4);
  });

  it('asks for as long as the notifier wants at least (423), then and with each renewal', async () => {
    await using network = await startNotifier({
      onSubscribe: (transaction, number) =>
        number === 1
          ? void transaction.respond(
              createResponse(transaction.request, 423, undefined, { headers: { 'Min-Expires': 1_200 } }),
            )
          : network.accept(transaction),
    });
    const { clock, notify, subscribes } = network;
    await network.subscribed();
    await notify(subscribes[1] as SipRequest, 'active');
    clock.move(1_139_999);
    clock.move(1);
    await expect.poll(() => subscribes.map(({ expires }) => expires)).toEqual([600, 1_200, 1_200]);
  });

  it('asks for the state once where it is to last 0 seconds', async () => {
    await using network = await startNotifier();
    const { agent, bodies, notify, options, subscribes } = network;
    const outcome = await agent.subscribe(bob, 'presence', { ...options, expiresSeconds: 0 });
    await notify(subscribes[0] as SipRequest, 'terminated;reason=timeout', { body: 'open' });
    expect(outcome.ok && (await outcome.subscription.ended).cause).toBe('notifier');
    expect([bodies, subscribes.length]).toEqual([['open'], 1]);
  });

  it('ends with the user agent, and with a connection after which none comes', async () => {
    await using network = await startNotifier();
    const subscription = await network.subscribed();
    network.agent.connection?.close();
    expect((await subscription.ended).cause).toBe('failure');
    await expect(network.agent.subscribe(bob, 'presence', network.options)).rejects.toMatchObject({
      code: 'ENTENTE_SIP_NOT_CONNECTED',
    });
    await network.agent.connect();
    const other = await network.subscribed();
    // Kept registered, it would connect again.
    await network.agent.register();
    network.agent.connection?.close();
    await network.agent[Symbol.asyncDispose]();
    expect((await other.ended).cause).toBe('failure');
    expect(network.subscribes).toHaveLength(2);
  });

  it.each<[string, readonly unknown[]]>([
    ['to of subscribe', ['bob', 'presence', { onNotify() {} }]],
    ['event of subscribe', [bob, 'presence;id=1', { onNotify() {} }]],
    ['event of subscribe', [bob, undefined, { onNotify() {} }]],
    ['onNotify of subscribe', [bob, 'presence', {}]],
    ['expires of subscribe', [bob, 'presence', { onNotify() {}, expires: 5 }]],
  ])('says which argument is wrong: %s', async (argument, given) => {
    await using network = await startNotifier();
    const subscribe = network.agent.subscribe.bind(network.agent) as (...all: unknown[]) => Promise<unknown>;
    await expect(subscribe(...given)).rejects.toMatchObject({
      code: 'SIP_INVALID_ARGUMENT',
      place: argument,
    });
    expect(network.subscribes).toEqual([]);
  });
});
