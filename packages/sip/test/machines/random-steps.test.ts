import {
  InviteClientTransaction,
  InviteServerTransaction,
  NonInviteClientTransaction,
  NonInviteServerTransaction,
  type Transaction,
  type TransactionTimer,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { request, respond } from './fixtures.ts';

const invite = request('INVITE');
const ack = request('ACK');
const options = request('OPTIONS');
const statuses = [100, 180, 183, 200, 202, 301, 404, 408, 486, 500, 503, 603];
const inviteResponses = statuses.map((status) => respond(invite, status));
const optionsResponses = statuses.map((status) => respond(options, status));

/** Timers that may run in each state, and whether one must, so that no state but a user's lasts for ever. */
const allowed: Readonly<Record<string, Readonly<Record<string, readonly [may: string, must: boolean]>>>> = {
  'invite-client': {
    calling: ['A B', true],
    proceeding: ['', false],
    completed: ['D', true],
    accepted: ['M', true],
  },
  'non-invite-client': { trying: ['E F', true], proceeding: ['E F', true], completed: ['K', true] },
  'invite-server': {
    proceeding: ['trying', false],
    completed: ['G H', true],
    confirmed: ['I', true],
    accepted: ['L', true],
  },
  'non-invite-server': { trying: ['trying', true], proceeding: ['', false], completed: ['J', true] },
};

/** A small generator with a fixed seed: a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function create(clock: FakeClock, random: (below: number) => number): Transaction {
  const reliable = random(2) === 0;
  switch (random(4)) {
    case 0:
      return new InviteClientTransaction(invite, reliable, clock, undefined);
    case 1:
      return new NonInviteClientTransaction(options, reliable, clock, undefined);
    case 2:
      return new InviteServerTransaction(invite, reliable, clock, undefined);
    default:
      return new NonInviteServerTransaction(options, reliable, clock, undefined);
  }
}

function step(transaction: Transaction, clock: FakeClock, random: (below: number) => number): void {
  const dice = random(20);
  if (dice < 7) clock.advance([1, 200, 500, 3_500, 5_000, 32_000][random(6)]!);
  else if (dice === 7) transaction.transportError();
  else if (dice === 8 && random(5) === 0) transaction.abandon();
  else if (dice === 9) wakeLate(transaction, clock, 'ABDEFGHIJKLM'[random(12)] as TransactionTimer);
  else exchange(transaction, random);
}

/** A wake-up that crossed a stop: the timer does not run any more. */
function wakeLate(transaction: Transaction, clock: FakeClock, timer: TransactionTimer): void {
  if (!clock.pending.some((one) => one.timer === timer)) transaction.wake(timer);
}

function exchange(transaction: Transaction, random: (below: number) => number): void {
  const index = random(statuses.length);
  switch (transaction.kind) {
    case 'invite-client':
      transaction.receive(inviteResponses[index]!);
      return;
    case 'non-invite-client':
      transaction.receive(optionsResponses[index]!);
      return;
    case 'invite-server':
      if (random(2) === 0) transaction.respond(inviteResponses[index]!);
      else transaction.receive(random(2) === 0 ? invite : ack);
      return;
    case 'non-invite-server':
      if (random(2) === 0) transaction.respond(optionsResponses[index]!);
      else transaction.receive();
  }
}

/** @returns what is wrong, or undefined */
function fault(transaction: Transaction, clock: FakeClock): string | undefined {
  const where = `${transaction.kind} ${transaction.state}`;
  const running = clock.pending.map((one) => one.timer);
  if (transaction.state === 'terminated') {
    if (running.length > 0) return `${where} leaks timer ${running.join(' ')}`;
    return clock.ended.length === 1 ? undefined : `${where} was reported ${clock.ended.length} times`;
  }
  const rule = allowed[transaction.kind]![transaction.state];
  if (rule === undefined) return `${where} is no state`;
  const [may, must] = rule;
  const stray = running.filter((timer) => !may.split(' ').includes(timer));
  if (stray.length > 0) return `${where} runs timer ${stray.join(' ')}`;
  if (must && running.length === 0) return `${where} would last for ever`;
  return clock.ended.length === 0 ? undefined : `${where} was reported as over`;
}

function walk(seed: number, steps: number): { faults: string[]; visited: Set<string> } {
  const random = randomFrom(seed);
  const visited = new Set<string>();
  let clock = new FakeClock();
  let transaction = create(clock, random);
  transaction.start();
  for (let i = 0; i < steps; i++) {
    // A few steps beyond the end, then a fresh transaction.
    if (transaction.state === 'terminated' && random(3) === 0) {
      clock = new FakeClock();
      clock.onSend = random(8) === 0 ? (one) => void (random(4) === 0 && one.transportError()) : clock.onSend;
      transaction = create(clock, random);
      transaction.start();
    }
    step(transaction, clock, random);
    visited.add(`${transaction.kind} ${transaction.state}`);
    const wrong = fault(transaction, clock);
    if (wrong !== undefined) return { faults: [`seed ${seed}, step ${i}: ${wrong}`], visited };
  }
  return { faults: [], visited };
}

describe('a million random steps', () => {
  it('leak no timer, reach no undefined state, and report each end once', () => {
    const { faults, visited } = walk(20_260_601, 1_000_000);
    expect(faults).toEqual([]);
    // Every state was reached, or the walk has shown nothing.
    const states = Object.entries(allowed).flatMap(([kind, rules]) =>
      [...Object.keys(rules), 'terminated'].map((state) => `${kind} ${state}`),
    );
    expect([...visited].sort()).toEqual(states.sort());
  });

  it('would notice a machine that leaks a timer', () => {
    const clock = new FakeClock();
    const transaction = new NonInviteClientTransaction(options, false, clock, undefined);
    transaction.start();
    clock.stopTimer = () => {};
    transaction.receive(optionsResponses[3]!);
    expect(fault(transaction, clock)).toBe('non-invite-client completed runs timer E F');
  });
});
