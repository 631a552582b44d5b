import {
  Notifier,
  ReliableProvisionals,
  type ReliableTimer,
  SessionTimer,
  type SessionTimerName,
  Subscriber,
  type SubscriberTimer,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';
import { Timers } from './timers.ts';

const invite = request('INVITE', { cseq: 10 });
const responses = [100, 180, 183, 200].map((status) => respond(invite, status));
const pracks = ['1 10 INVITE', '2 10 INVITE', '3 10 INVITE', '9 9 X', 'x'].map((rack) =>
  request('PRACK', { headers: { RAck: rack } }),
);
const notifies = [
  'active',
  'active;expires=60',
  'pending;expires=9',
  'terminated',
  'terminated;reason=rejected',
  'odd',
].map((state) => request('NOTIFY', { headers: { 'Subscription-State': state } }));
const failures = [200, 204, 404, 408, 423, 481, 500];
const waits = [1, 500, 9_000, 31_000, 60_000, 600_000];

/** One machine under random steps. */
interface Walker {
  step(dice: (below: number) => number): void;
  /** Whether the machine says that it is over. */
  isOver(): boolean;
  /** How often it reported its end. */
  ends(): number;
  readonly timers: Timers<string>;
}

type Create = () => Walker;

const pick = <T>(dice: (below: number) => number, list: readonly T[]): T => list[dice(list.length)]!;

function walker<Name extends string>(
  make: (
    timers: Timers<Name>,
    ended: () => void,
  ) => Omit<Walker, 'timers' | 'ends'> & { wake(name: Name): void },
): Walker {
  const timers = new Timers<Name>();
  let ends = 0;
  const made = make(timers, () => void ends++);
  timers.wake = (name) => made.wake(name);
  return {
    step: made.step,
    isOver: made.isOver,
    ends: () => ends,
    timers: timers as unknown as Timers<string>,
  };
}

const machines: Readonly<Record<string, Create>> = {
  subscriber: () =>
    walker<SubscriberTimer>((timers, ended) => {
      const machine = new Subscriber(
        {
          subscribe: () => {},
          startTimer: (_, name, afterMs) => timers.start(name, afterMs),
          stopTimer: (_, name) => timers.stop(name),
          notified: () => {},
          terminated: ended,
        },
        600,
      );
      machine.start();
      return {
        wake: (name) => machine.wake(name),
        isOver: () => machine.state === 'terminated',
        step(dice) {
          const choice = dice(4);
          if (choice === 0) machine.receiveNotify(pick(dice, notifies));
          else if (choice === 1)
            machine.subscribed(pick(dice, failures), dice(2) === 0 ? dice(900) : undefined);
          else if (choice === 2 && dice(10) === 0) machine.unsubscribe();
          else timers.advance(pick(dice, waits));
        },
      };
    }),
  notifier: () =>
    walker<'expiry'>((timers, ended) => {
      const machine = new Notifier({
        notify: () => {},
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
        terminated: ended,
      });
      machine.start(600, 'needed', 0);
      return {
        wake: () => machine.wake(),
        isOver: () => machine.state === 'terminated',
        step(dice) {
          const choice = dice(6);
          if (choice === 0) machine.refresh(dice(20) * 60, timers.now);
          else if (choice === 1) machine.grant(timers.now);
          else if (choice === 2) machine.changed(timers.now);
          else if (choice === 3) machine.notifyFailed(pick(dice, failures.slice(2)));
          else if (choice === 4 && dice(10) === 0) machine.end('noresource');
          else timers.advance(pick(dice, waits));
        },
      };
    }),
  'session timer': () =>
    walker<SessionTimerName>((timers, ended) => {
      let over = false;
      const machine = new SessionTimer({
        refresh: () => {},
        expired: () => {
          over = true;
          ended();
        },
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
      });
      machine.refreshed({ interval: 600, refresher: 'local' });
      return {
        wake: (name) => machine.wake(name),
        isOver: () => over,
        step(dice) {
          const choice = dice(4);
          if (choice === 0)
            machine.refreshed({ interval: 90 + dice(900), refresher: dice(2) === 0 ? 'local' : 'remote' });
          else if (choice === 1 && dice(5) === 0) machine.refreshed(undefined);
          else if (choice === 2) machine.refreshFailed(pick(dice, failures.slice(2)));
          else timers.advance(pick(dice, waits));
        },
      };
    }),
  'reliable provisionals': () =>
    walker<ReliableTimer>((timers, ended) => {
      let over = false;
      const machine = new ReliableProvisionals(invite, 1, {
        send: () => {},
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
        unacknowledged: () => {
          over = true;
          ended();
        },
      });
      return {
        wake: (name) => machine.wake(name),
        isOver: () => over,
        step(dice) {
          const choice = dice(4);
          if (choice === 0) machine.send(pick(dice, responses));
          else if (choice === 1) machine.receivePrack(pick(dice, pracks));
          else timers.advance(pick(dice, waits.slice(0, 4)));
        },
      };
    }),
};

function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('a hundred thousand random steps', () => {
  for (const [name, create] of Object.entries(machines)) {
    it(`of a ${name} leak no timer and report the end once`, () => {
      const dice = randomFrom(7);
      let one = create();
      let ended = 0;
      for (let i = 0; i < 100_000; i++) {
        // Some steps beyond the end, then a fresh machine.
        if (one.isOver() && dice(3) === 0) {
          ended++;
          one = create();
        }
        one.step(dice);
        if (one.isOver() && one.timers.due.size > 0)
          throw new Error(`step ${i}: timers ${[...one.timers.due.keys()].join(' ')} leak`);
        if (one.ends() !== (one.isOver() ? 1 : 0))
          throw new Error(`step ${i}: the end was reported ${one.ends()} times`);
      }
      expect(ended).toBeGreaterThan(1_000);
    });
  }
});
