import {
  type Dialog,
  DialogFault,
  dialogOfRequest,
  dialogOfResponse,
  Notifier,
  ReliableProvisionals,
  type ReliableTimer,
  SessionTimer,
  type SessionTimerName,
  type SipRequest,
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

type Dice = (below: number) => number;

/** One machine under random steps. */
interface Walker {
  step(dice: Dice): void;
  /** A state of `rules`. */
  state(): string;
  /** How often it reported its end. */
  ends(): number;
  /** Anything else that is wrong. */
  fault?(): string | undefined;
  readonly timers: Timers<string>;
}

/** For each state the timers that may run, and one that must, so that nothing lasts for ever by a peer's silence. */
type Rules = Readonly<Record<string, readonly [may: string, must?: string]>>;

interface Kind {
  readonly rules: Rules;
  create(dice: Dice): Walker;
}

const pick = <T>(dice: Dice, list: readonly T[]): T => list[dice(list.length)]!;

function walker<Name extends string>(
  make: (
    timers: Timers<Name>,
    ended: () => void,
  ) => Omit<Walker, 'timers' | 'ends'> & { wake(name: Name): void },
): Walker {
  const timers = new Timers<Name>();
  let ends = 0;
  const { wake, ...made } = make(timers, () => void ends++);
  timers.wake = wake;
  return { ...made, ends: () => ends, timers: timers as unknown as Timers<string> };
}

/** What a timer of the random walk can be woken with although it does not run: a wake-up that crossed a stop. */
function wakeLate<Name extends string>(timers: Timers<Name>, wake: (name: Name) => void, name: Name): void {
  if (!timers.due.has(name)) wake(name);
}

const subscriber: Kind = {
  rules: {
    'notify-wait': ['N expiry refresh', 'N or expiry'],
    pending: ['N expiry refresh', 'expiry'],
    active: ['N expiry refresh', 'expiry'],
    leaving: ['N expiry', 'N'],
    terminated: [''],
  },
  create: (random) =>
    walker<SubscriberTimer>((timers, ended) => {
      let leaving = false;
      const machine = new Subscriber(
        {
          subscribe: () => {},
          startTimer: (_, name, afterMs) => timers.start(name, afterMs),
          stopTimer: (_, name) => timers.stop(name),
          notified: () => {},
          terminated: ended,
        },
        random(10) === 0 ? 0 : 600,
      );
      machine.start();
      return {
        wake: (name) => machine.wake(name),
        state() {
          const isLeaving = machine.state !== 'terminated' && (leaving || machine.expiresSec === 0);
          return isLeaving ? 'leaving' : machine.state;
        },
        step(dice) {
          const choice = dice(5);
          if (choice === 0) machine.receiveNotify(pick(dice, notifies));
          else if (choice === 1)
            machine.subscribed(pick(dice, failures), dice(2) === 0 ? dice(900) : undefined);
          else if (choice === 2 && dice(10) === 0) {
            leaving = true;
            machine.unsubscribe();
          } else if (choice === 3)
            wakeLate(timers, (name) => machine.wake(name), pick(dice, ['N', 'refresh', 'expiry']));
          else timers.advance(pick(dice, waits));
        },
      };
    }),
};

const notifier: Kind = {
  rules: {
    'resp-wait': [''],
    pending: ['expiry', 'expiry'],
    active: ['expiry', 'expiry'],
    terminated: [''],
  },
  create: (random) =>
    walker<'expiry'>((timers, ended) => {
      const machine = new Notifier({
        // A transport that fails at once tells the machine while it is sending.
        notify: (one) => void (random(50) === 0 && one.notifyFailed(pick(random, failures.slice(2)))),
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
        terminated: ended,
      });
      return {
        wake: () => machine.wake(),
        state: () => machine.state,
        step(dice) {
          const choice = dice(8);
          if (choice === 0) machine.refresh(dice(20) * 60, timers.now);
          else if (choice === 1) machine.grant(timers.now);
          else if (choice === 2) machine.changed(timers.now);
          else if (choice === 3) machine.notifyFailed(pick(dice, failures.slice(2)));
          else if (choice === 4 && dice(10) === 0) machine.end('noresource');
          else if (choice === 5) machine.start(dice(20) * 60, pick(dice, ['granted', 'needed']), timers.now);
          else if (choice === 6) wakeLate(timers, () => machine.wake(), 'expiry');
          else timers.advance(pick(dice, waits));
        },
      };
    }),
};

const sessionTimer: Kind = {
  rules: {
    off: [''],
    local: ['refresh expiry', 'expiry'],
    remote: ['expiry', 'expiry'],
    terminated: [''],
  },
  create: () =>
    walker<SessionTimerName>((timers, ended) => {
      let state = 'off';
      const machine = new SessionTimer({
        refresh: () => {},
        expired: () => {
          state = 'terminated';
          ended();
        },
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
      });
      return {
        wake: (name) => machine.wake(name),
        state: () => state,
        fault: () =>
          machine.isRunning === timers.due.size > 0 ? undefined : 'says otherwise whether timers run',
        step(dice) {
          const choice = dice(5);
          if (choice === 0) {
            const refresher = pick(dice, ['local', 'remote'] as const);
            machine.refreshed({ interval: 90 + dice(900), refresher });
            if (state !== 'terminated') state = refresher;
          } else if (choice === 1 && dice(5) === 0) {
            machine.refreshed(undefined);
            if (state !== 'terminated') state = 'off';
          } else if (choice === 2) machine.refreshFailed(pick(dice, failures.slice(2)));
          else if (choice === 3)
            wakeLate(timers, (name) => machine.wake(name), pick(dice, ['refresh', 'expiry']));
          else timers.advance(pick(dice, waits));
        },
      };
    }),
};

const reliableProvisionals: Kind = {
  rules: {
    idle: [''],
    waiting: ['repeat give-up', 'give-up'],
    finished: [''],
    terminated: [''],
  },
  create: () =>
    walker<ReliableTimer>((timers, ended) => {
      let state = 'idle';
      let waiting = 0;
      const machine = new ReliableProvisionals(invite, 1, {
        send: () => {},
        startTimer: (_, name, afterMs) => timers.start(name, afterMs),
        stopTimer: (_, name) => timers.stop(name),
        unacknowledged: () => {
          state = 'terminated';
          ended();
        },
      });
      return {
        wake: (name) => machine.wake(name),
        state: () => state,
        step(dice) {
          const choice = dice(5);
          if (choice === 0) {
            if (!machine.send(pick(dice, responses))) return;
            waiting++;
            state = 'waiting';
          } else if (choice === 1) {
            if (machine.receivePrack(pick(dice, pracks)) !== 200 || state !== 'waiting') return;
            waiting--;
            state = waiting === 0 ? 'idle' : 'waiting';
          } else if (choice === 2 && dice(20) === 0) {
            machine.finish();
            if (state !== 'terminated') state = 'finished';
          } else if (choice === 3)
            wakeLate(timers, (name) => machine.wake(name), pick(dice, ['repeat', 'give-up']));
          else timers.advance(pick(dice, waits.slice(0, 4)));
        },
      };
    }),
};

const methods = ['INVITE', 'UPDATE', 'INFO', 'BYE', 'REFER', 'ACK', 'CANCEL', 'OPTIONS'];
const statuses = [180, 200, 202, 404, 408, 481, 500];
const contacts = ['<sip:bob@192.0.2.9>', '<sip:bob@192.0.2.8>', '*', '<sip:'];

/** The two sides of a call are one kind of machine each: what they may do on an early dialog differs. */
function dialogKind(role: 'uac' | 'uas'): Kind {
  return {
    rules: { early: [''], confirmed: [''], terminated: [''] },
    create(random) {
      const status = pick(random, [180, 183, 200]);
      const contact = { Contact: contacts[0]! };
      const made =
        role === 'uac'
          ? dialogOfResponse(invite, respond(invite, status, contact), true)
          : dialogOfRequest(invite, { status, localTag: 'b1' }, true);
      if (!made.ok) throw new Error(made.message);
      const { dialog } = made;
      let wrong: string | undefined;
      return {
        timers: new Timers<string>(),
        ends: () => (dialog.state === 'terminated' ? 1 : 0),
        state: () => dialog.state,
        fault: () => wrong,
        step(dice) {
          wrong = dialogStep(dialog, dice);
        },
      };
    },
  };
}

/** @returns what the step broke: numbers go up by one, an end is final, a fault is a `DialogFault` */
function dialogStep(dialog: Dialog, dice: Dice): string | undefined {
  const before = { state: dialog.state, local: dialog.localSequence, remote: dialog.remoteSequence ?? -1 };
  let sent: SipRequest | undefined;
  try {
    sent = act(dialog, dice);
  } catch (error) {
    if (!(error instanceof DialogFault)) return `threw ${error}`;
    if (dialog.state !== before.state || dialog.localSequence !== before.local) return 'changed in a fault';
  }
  if (before.state === 'terminated' && dialog.state !== 'terminated') return 'lives again';
  if (before.state === 'confirmed' && dialog.state === 'early') return 'is early again';
  if ((dialog.remoteSequence ?? -1) < before.remote) return 'counts backwards';
  if (sent === undefined || sent.method === 'ACK') {
    return dialog.localSequence === before.local ? undefined : 'counted what it did not send';
  }
  if (before.state === 'terminated') return `sends ${sent.method} after its end`;
  return sent.cseq.sequence === (before.local ?? 0) + 1 ? undefined : `skips to ${sent.cseq}`;
}

function act(dialog: Dialog, dice: Dice): SipRequest | undefined {
  const choice = dice(12);
  const contact = pick(dice, contacts);
  if (choice < 3) return dialog.createRequest(pick(dice, methods), { headers: { 'X-A': 1 } });
  if (choice < 6) {
    const one = request(pick(dice, methods), {
      cseq: dice(60),
      contact: [],
      headers: { Contact: contact },
    });
    const verdict = dialog.receiveRequest(one);
    if (verdict.ok && dice(2) === 0) dialog.requestAnswered(one, pick(dice, statuses));
  } else if (choice < 9) {
    const of = request(pick(dice, methods), { cseq: 10 });
    dialog.receiveResponse(respond(of, pick(dice, statuses), { Contact: contact }));
  } else if (choice === 9) return dialog.createAck(10);
  else if (choice === 10) dialog.confirm();
  else if (dice(20) === 0) dialog.terminate();
  else if (dice(10) === 0) return dialog.createBye();
  return undefined;
}

const kinds: Readonly<Record<string, Kind>> = {
  subscriber,
  notifier,
  'session timer': sessionTimer,
  'reliable provisionals': reliableProvisionals,
  'dialog of the caller': dialogKind('uac'),
  'dialog of the called': dialogKind('uas'),
};

function randomFrom(seed: number): Dice {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** @returns what is wrong, or undefined */
function fault(one: Walker, rules: Rules): string | undefined {
  const state = one.state();
  const rule = rules[state];
  if (rule === undefined) return `${state} is no state`;
  const [may, must = ''] = rule;
  const running = [...one.timers.due.keys()];
  const stray = running.filter((name) => !may.split(' ').includes(name));
  if (stray.length > 0) return `${state} runs timer ${stray.join(' ')}`;
  if (must !== '' && !must.split(' or ').some((name) => one.timers.due.has(name))) {
    return `${state} would last for ever`;
  }
  const ends = state === 'terminated' ? 1 : 0;
  return one.ends() === ends ? one.fault?.() : `${state} was reported as over ${one.ends()} times`;
}

const steps = 200_000;

describe(`a million random steps over ${Object.keys(kinds).length} machines`, () => {
  it.each(Object.entries(kinds))(
    'of a %s leak no timer, reach no undefined state, and report the end once',
    (_, { create, rules }) => {
      const dice = randomFrom(7);
      const visited = new Set<string>();
      let one = create(dice);
      for (let i = 0; i < steps; i++) {
        // Some steps beyond the end, then a fresh machine.
        const over = one.state() === 'terminated' || one.state() === 'finished';
        if (over && dice(3) === 0) one = create(dice);
        else one.step(dice);
        visited.add(one.state());
        const wrong = fault(one, rules);
        if (wrong !== undefined) throw new Error(`step ${i}: ${wrong}`);
      }
      // Every state was reached, or the walk has shown nothing.
      expect([...visited].sort()).toEqual(Object.keys(rules).sort());
    },
  );

  it('is a million at least', () => {
    expect(steps * Object.keys(kinds).length).toBeGreaterThanOrEqual(1_000_000);
  });

  it('would notice a machine that leaks a timer, and one that lasts for ever', () => {
    const one = subscriber.create(() => 1);
    one.timers.due.set('odd', 1);
    expect(fault(one, subscriber.rules)).toBe('notify-wait runs timer odd');
    one.timers.due.clear();
    expect(fault(one, subscriber.rules)).toBe('notify-wait would last for ever');
  });
});
