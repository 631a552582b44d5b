import {
  endsSubscription,
  formatSubscriptionState,
  Notifier,
  Subscriber,
  type SubscriberTimer,
  type SubscriptionEnd,
} from '@entente/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { request } from './fixtures.ts';
import { Timers } from './timers.ts';

const notify = (state?: string) =>
  request('NOTIFY', state === undefined ? {} : { headers: { 'Subscription-State': state } });

describe('subscriber, RFC 6665 §4.1.2', () => {
  let timers: Timers<SubscriberTimer>;
  let sent: number[];
  let seen: string[];
  let ends: SubscriptionEnd[];

  function begin(expiresSec = 600): Subscriber {
    const subscriber = new Subscriber(
      {
        subscribe: (_, seconds) => void sent.push(seconds),
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
        notified: (_one, _message, state) => void seen.push(formatSubscriptionState(state)),
        terminated: (_, end) => void ends.push(end),
      },
      expiresSec,
    );
    timers.wake = (name) => subscriber.wake(name);
    subscriber.start();
    return subscriber;
  }

  beforeEach(() => {
    timers = new Timers();
    sent = [];
    seen = [];
    ends = [];
  });

  it('init → notify-wait: SUBSCRIBE sent, N started', () => {
    expect(begin().state).toBe('notify-wait');
    expect([sent, [...timers.due.keys()]]).toEqual([[600], ['N']]);
  });

  it('notify-wait → terminated: timer N fires after 64·T1', () => {
    const subscriber = begin();
    subscriber.subscribed(200);
    timers.advance(32_000);
    expect([subscriber.state, ends[0]!.cause, timers.due.size]).toEqual(['terminated', 'no-notify', 0]);
  });

  it('notify-wait → terminated: SUBSCRIBE failure response', () => {
    const subscriber = begin();
    subscriber.subscribed(500);
    expect([subscriber.state, ends[0], timers.due.size]).toEqual([
      'terminated',
      { cause: 'failure', status: 500, resubscribeAfterMs: undefined },
      0,
    ]);
  });

  it('notify-wait → terminated: NOTIFY with state=terminated', () => {
    const subscriber = begin();
    expect(subscriber.receiveNotify(notify('terminated;reason=rejected'))).toBe(200);
    expect([subscriber.state, seen]).toEqual(['terminated', ['terminated;reason=rejected']]);
  });

  it.each(['active', 'pending'] as const)(
    'notify-wait → %s: NOTIFY, even before the 2xx; N stops',
    (state) => {
      const subscriber = begin();
      expect(subscriber.receiveNotify(notify(`${state};expires=300`))).toBe(200);
      expect([subscriber.state, seen]).toEqual([state, [`${state};expires=300`]]);
      expect([...timers.due.keys()].sort()).toEqual(['expiry', 'refresh']);
    },
  );

  it('pending → active: NOTIFY with state=active; a late pending changes nothing', () => {
    const subscriber = begin();
    for (const state of ['pending', 'active', 'pending']) subscriber.receiveNotify(notify(state));
    expect(subscriber.state).toBe('active');
  });

  it.each(['pending', 'active'])('%s → terminated: a refresh gets 481', (state) => {
    const subscriber = begin();
    subscriber.receiveNotify(notify(`${state};expires=600`));
    timers.advance(540_000);
    expect(sent).toEqual([600, 600]);
    subscriber.subscribed(481);
    expect([subscriber.state, timers.due.size]).toEqual(['terminated', 0]);
  });

  it.each(['pending', 'active'])('%s → terminated: NOTIFY with state=terminated', (state) => {
    const subscriber = begin();
    subscriber.receiveNotify(notify(state));
    expect(subscriber.receiveNotify(notify('terminated;reason=noresource'))).toBe(200);
    expect([subscriber.state, ends[0]!.cause, timers.due.size]).toEqual(['terminated', 'notifier', 0]);
  });

  it('notify-wait → notify-wait: 2xx to SUBSCRIBE, whose NOTIFY is still due', () => {
    const subscriber = begin();
    subscriber.subscribed(200, 600);
    expect([subscriber.state, timers.due.has('N')]).toEqual(['notify-wait', true]);
  });

  it('pending → pending, active → active: a NOTIFY with expires moves the expiry', () => {
    for (const state of ['pending', 'active']) {
      timers = new Timers();
      const subscriber = begin();
      subscriber.receiveNotify(notify(`${state};expires=600`));
      subscriber.receiveNotify(notify(`${state};expires=100`));
      expect([subscriber.state, timers.due.get('expiry')]).toEqual([state, 100_000]);
    }
  });

  it('lasts as long as it asked for where the notifier names no time, never for ever', () => {
    const subscriber = begin(600);
    subscriber.receiveNotify(notify('active'));
    expect(timers.due.get('expiry')).toBe(600_000);
    const other = begin(600);
    other.subscribed(204);
    expect(timers.due.get('expiry')).toBe(600_000);
    expect([subscriber.state, other.state]).toEqual(['active', 'notify-wait']);
  });

  it('keeps the time of a NOTIFY that came before a 2xx without Expires', () => {
    const subscriber = begin(600);
    subscriber.receiveNotify(notify('active;expires=100'));
    subscriber.subscribed(200);
    expect(timers.due.get('expiry')).toBe(100_000);
  });

  it('with 0 seconds asks once and never again (§4.4.3)', () => {
    const subscriber = begin(0);
    subscriber.subscribed(200, 0);
    subscriber.receiveNotify(notify('terminated;reason=timeout'));
    timers.advance(100_000);
    expect([sent, ends, timers.due.size]).toEqual([
      [0],
      [{ cause: 'notifier', reason: 'timeout', resubscribeAfterMs: undefined }],
      0,
    ]);
  });

  it('expires without a refresh where the notifier gives it no time', () => {
    begin().receiveNotify(notify('active;expires=0'));
    timers.advance(0);
    expect([sent, ends[0]?.cause]).toEqual([[600], 'expired']);
  });

  it('active → active: a refresh fails otherwise; the subscription lives until it expires', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    timers.advance(540_000);
    subscriber.subscribed(500);
    expect(subscriber.state).toBe('active');
    timers.advance(60_000);
    expect([subscriber.state, ends[0]!.cause]).toEqual(['terminated', 'expired']);
  });

  it('active → terminated: a refresh is answered 408, or by nobody, and its dialog is over (RFC 3261 §12.2.1.2)', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    timers.advance(540_000);
    subscriber.subscribed(408);
    expect([subscriber.state, ends, timers.due.size]).toEqual([
      'terminated',
      [{ cause: 'failure', status: 408, resubscribeAfterMs: undefined }],
      0,
    ]);
  });

  it('active → terminated: no NOTIFY follows a refresh before its timer N', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    timers.advance(540_000);
    subscriber.subscribed(200, 600);
    timers.advance(32_000);
    expect(ends[0]).toEqual({ cause: 'no-notify', resubscribeAfterMs: 0 });
  });

  it('active → active: 204 to a refresh, after which no NOTIFY is due', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    timers.advance(540_000);
    subscriber.subscribed(204, 600);
    timers.advance(32_000);
    expect(subscriber.state).toBe('active');
  });

  it('takes no longer time from a 2xx than it asked for', () => {
    begin(100).subscribed(200, 9_999);
    expect(timers.due.get('expiry')).toBe(100_000);
  });

  it('takes no longer time from a NOTIFY than it asked for, and what 423 made of that', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=4294967295'));
    expect([timers.due.get('refresh'), timers.due.get('expiry')]).toEqual([540_000, 600_000]);
    subscriber.subscribed(200, 1_200, 1_200);
    subscriber.receiveNotify(notify('active;expires=1200'));
    expect(timers.due.get('expiry')).toBe(1_200_000);
  });

  it('→ terminated by unsubscribing: SUBSCRIBE with 0, then the last NOTIFY', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    subscriber.unsubscribe();
    subscriber.unsubscribe();
    subscriber.subscribed(200, 0);
    subscriber.receiveNotify(notify('terminated;reason=timeout'));
    expect([sent, ends, timers.due.size]).toEqual([
      [600, 0],
      [{ cause: 'notifier', reason: 'timeout', resubscribeAfterMs: undefined }],
      0,
    ]);
  });

  it('→ terminated by unsubscribing: 204, after which no NOTIFY is due', () => {
    const subscriber = begin();
    subscriber.receiveNotify(notify('active;expires=600'));
    subscriber.unsubscribe();
    subscriber.subscribed(204);
    expect([subscriber.state, ends[0]?.cause, timers.due.size]).toEqual(['terminated', 'notifier', 0]);
  });

  it('→ terminated by unsubscribing: without a last NOTIFY when N fires, also where one crossed', () => {
    const subscriber = begin();
    subscriber.unsubscribe();
    subscriber.receiveNotify(notify('active'));
    timers.advance(32_000);
    expect([subscriber.state, ends, timers.due.size]).toEqual([
      'terminated',
      [{ cause: 'no-notify', resubscribeAfterMs: undefined }],
      0,
    ]);
  });

  it.each<[string, number | undefined]>([
    ['terminated', 0],
    ['terminated;retry-after=7', 7_000],
    ['terminated;reason=deactivated;retry-after=7', 0],
    ['terminated;reason=timeout', 0],
    ['terminated;reason=probation;retry-after=7', 7_000],
    ['terminated;reason=giveup', 0],
    ['terminated;reason=rejected;retry-after=7', undefined],
    ['terminated;reason=noresource', undefined],
    ['terminated;reason=invariant;retry-after=31536000', undefined],
  ])('subscribes again after "%s" in %s ms', (state, ms) => {
    begin().receiveNotify(notify(state));
    expect(ends[0]!.resubscribeAfterMs).toBe(ms);
  });

  it('answers 400 without a readable Subscription-State, and 481 once it is over', () => {
    const subscriber = begin();
    expect(subscriber.receiveNotify(notify())).toBe(400);
    expect(subscriber.receiveNotify(notify('waiting'))).toBe(400);
    expect(subscriber.receiveNotify(notify('active;expires=soon'))).toBe(400);
    subscriber.receiveNotify(notify('terminated'));
    expect(subscriber.receiveNotify(notify('active'))).toBe(481);
  });
});

describe('notifier, RFC 6665 §4.2.2', () => {
  let timers: Timers<'expiry'>;
  let log: string[];

  function begin(policy: 'granted' | 'needed' = 'granted', expiresSec = 600): Notifier {
    const notifier = new Notifier({
      notify: (_, state) => void log.push(formatSubscriptionState(state)),
      startTimer: (_, name, afterMs) => timers.start(name, afterMs),
      stopTimer: (_, name) => timers.stop(name),
      terminated: () => void log.push('over'),
    });
    timers.wake = () => notifier.wake();
    notifier.start(expiresSec, policy, timers.now);
    return notifier;
  }

  beforeEach(() => {
    timers = new Timers();
    log = [];
  });

  it('resp-wait → active: policy grants; NOTIFY at once', () => {
    expect([begin().state, log]).toEqual(['active', ['active;expires=600']]);
  });

  it('resp-wait → pending: policy needed; NOTIFY at once', () => {
    expect([begin('needed').state, log]).toEqual(['pending', ['pending;expires=600']]);
  });

  it('resp-wait → terminated: the state is asked for once, with Expires 0', () => {
    expect([begin('granted', 0).state, log]).toEqual(['terminated', ['terminated;reason=timeout', 'over']]);
  });

  it('pending → active: policy changed to grant permission', () => {
    const notifier = begin('needed');
    notifier.changed(0);
    notifier.grant(0);
    notifier.changed(0);
    expect([notifier.state, log.slice(1)]).toEqual(['active', ['active;expires=600', 'active;expires=600']]);
  });

  it('pending → terminated: policy denies', () => {
    begin('needed').end('rejected');
    expect(log.slice(1)).toEqual(['terminated;reason=rejected', 'over']);
    expect(timers.due.size).toBe(0);
  });

  it('active → terminated: the subscription expires; last NOTIFY with reason timeout', () => {
    const notifier = begin();
    timers.advance(600_000);
    expect([notifier.state, log.slice(1)]).toEqual(['terminated', ['terminated;reason=timeout', 'over']]);
  });

  it('active → active: a refresh moves the expiry and is followed by NOTIFY', () => {
    const notifier = begin();
    timers.advance(500_000);
    expect(notifier.refresh(600, timers.now)).toBe(true);
    timers.advance(500_000);
    notifier.changed(timers.now);
    expect(log.slice(1)).toEqual(['active;expires=600', 'active;expires=100']);
  });

  it('active → terminated: unsubscribed with Expires 0', () => {
    const notifier = begin();
    notifier.refresh(0, 0);
    expect(log.slice(1)).toEqual(['terminated;reason=timeout', 'over']);
    expect(notifier.refresh(600, 0)).toBe(false);
  });

  it('active → terminated: NOTIFY failure, without another NOTIFY', () => {
    for (const status of [408, 481, 404]) {
      log = [];
      begin().notifyFailed(status);
      expect(log.slice(1)).toEqual(['over']);
      expect(timers.due.size).toBe(0);
    }
  });

  it('active → active: any other NOTIFY failure', () => {
    const notifier = begin();
    notifier.notifyFailed(500);
    expect(notifier.state).toBe('active');
  });

  it('terminated: nothing has any effect', () => {
    const notifier = begin();
    notifier.end('noresource', 60);
    log = [];
    notifier.end('noresource');
    notifier.changed(0);
    notifier.grant(0);
    notifier.notifyFailed(481);
    notifier.wake();
    expect(log).toEqual([]);
  });
});

describe('endsSubscription', () => {
  it('is true for exactly the failures RFC 6665 lists', () => {
    const ending = Array.from({ length: 400 }, (_, i) => 300 + i).filter(endsSubscription);
    expect(ending).toEqual([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 604]);
  });
});
