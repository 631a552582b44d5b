import { NonInviteClientTransaction } from '@entente/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { request, respond } from './fixtures.ts';

const options = request('OPTIONS');
let clock: FakeClock;

function begin(reliable = false): NonInviteClientTransaction {
  const transaction = new NonInviteClientTransaction(options, reliable, clock, undefined);
  transaction.start();
  return transaction;
}

beforeEach(() => {
  clock = new FakeClock();
});

describe('non-INVITE client transaction, RFC 3261 figure 6', () => {
  it('→ Trying: request from TU / request sent, E and F started', () => {
    expect(begin().state).toBe('trying');
    expect([clock.sent, clock.timers]).toEqual([[options], 'E F']);
  });

  it('→ Trying over a reliable transport: F alone', () => {
    begin(true);
    expect(clock.timers).toBe('F');
  });

  it('Trying → Trying: timer E fires / request sent again at gaps that double up to T2', () => {
    begin();
    const times: number[] = [];
    clock.onSend = () => times.push(clock.now);
    clock.advance(31_999);
    expect(times).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500]);
  });

  it('Trying → Terminated: timer F fires after 64·T1 / timeout to TU', () => {
    const transaction = begin();
    clock.advance(32_000);
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['timeout'], '']);
  });

  it('Trying → Terminated: transport error / TU informed', () => {
    begin().transportError();
    expect([clock.ended, clock.timers]).toEqual([['transport-error'], '']);
  });

  it('Trying → Proceeding: 1xx / to TU, E and F go on', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    expect([transaction.state, clock.delivered.length, clock.timers]).toEqual(['proceeding', 1, 'E F']);
  });

  it('Trying → Completed: 200–699 / to TU, K started', () => {
    const transaction = begin();
    transaction.receive(respond(options, 404));
    expect([transaction.state, clock.delivered.length, clock.timers]).toEqual(['completed', 1, 'K']);
  });

  it('Proceeding → Proceeding: timer E fires / request sent again every T2', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    const times: number[] = [];
    clock.onSend = () => times.push(clock.now);
    clock.advance(13_000);
    expect(times).toEqual([500, 4_500, 8_500, 12_500]);
  });

  it('Proceeding → Proceeding: 1xx / to TU', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    transaction.receive(respond(options, 100));
    expect(clock.delivered).toHaveLength(2);
  });

  it('Proceeding → Terminated: timer F fires / timeout to TU', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    clock.advance(32_000);
    expect(clock.ended).toEqual(['timeout']);
  });

  it('Proceeding → Terminated: transport error / TU informed', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    transaction.transportError();
    expect(clock.ended).toEqual(['transport-error']);
  });

  it('Proceeding → Completed: 200–699 / to TU, K started', () => {
    const transaction = begin();
    transaction.receive(respond(options, 100));
    transaction.receive(respond(options, 200));
    expect([transaction.state, clock.timers]).toEqual(['completed', 'K']);
  });

  it('Completed → Completed: any response is ignored', () => {
    const transaction = begin();
    for (const status of [200, 200, 100, 500]) transaction.receive(respond(options, status));
    expect(clock.delivered).toHaveLength(1);
  });

  it('Completed → Terminated: timer K fires after T4', () => {
    const transaction = begin();
    transaction.receive(respond(options, 200));
    clock.advance(4_999);
    expect(transaction.state).toBe('completed');
    clock.advance(1);
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['completed']]);
  });

  it('Completed → Terminated at once over a reliable transport: K is zero', () => {
    const transaction = begin(true);
    transaction.receive(respond(options, 200));
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['completed'], '']);
  });

  it('Terminated: nothing has any effect', () => {
    const transaction = begin();
    transaction.abandon();
    transaction.receive(respond(options, 200));
    transaction.transportError();
    transaction.wake('F');
    expect([clock.ended, clock.delivered.length]).toEqual([['abandoned'], 0]);
  });
});
