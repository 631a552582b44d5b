import { NonInviteServerTransaction } from '@entente/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { request, respond } from './fixtures.ts';

const message = request('MESSAGE');
let clock: FakeClock;

function begin(reliable = false): NonInviteServerTransaction {
  const transaction = new NonInviteServerTransaction(message, reliable, clock, undefined);
  transaction.start();
  return transaction;
}

const statuses = () => clock.sent.map((one) => (one.kind === 'response' ? one.status : 0));

beforeEach(() => {
  clock = new FakeClock();
});

describe('non-INVITE server transaction, RFC 3261 figure 8 with RFC 4320 and RFC 6026 §8.8', () => {
  it('→ Trying: request received / nothing sent', () => {
    expect(begin().state).toBe('trying');
    expect(statuses()).toEqual([]);
  });

  it('Trying → Trying: the request again / discarded', () => {
    const transaction = begin();
    transaction.receive();
    expect(statuses()).toEqual([]);
  });

  it('Trying → Proceeding: a silent TU / 100 when a client would have reached T2, after 3.5 s', () => {
    const transaction = begin();
    clock.advance(3_499);
    expect([transaction.state, statuses()]).toEqual(['trying', []]);
    clock.advance(1);
    expect([transaction.state, statuses()]).toEqual(['proceeding', [100]]);
  });

  it('Trying → Proceeding: 100 from TU / sent at any time over a reliable transport', () => {
    const transaction = begin(true);
    expect(transaction.respond(respond(message, 100))).toBe(true);
    expect([transaction.state, clock.timers]).toEqual(['proceeding', '']);
  });

  it('Trying → Trying: 100 from TU / not sent over an unreliable transport before 3.5 s', () => {
    const transaction = begin();
    expect(transaction.respond(respond(message, 100))).toBe(false);
    expect([transaction.state, statuses()]).toEqual(['trying', []]);
  });

  it('Trying → Trying: a provisional other than 100 from TU / never sent', () => {
    const transaction = begin(true);
    expect(transaction.respond(respond(message, 180))).toBe(false);
    expect([transaction.state, statuses()]).toEqual(['trying', []]);
  });

  it('Trying → Completed: 200–699 from TU / sent, J started', () => {
    const transaction = begin();
    transaction.respond(respond(message, 202));
    expect([transaction.state, statuses(), clock.timers]).toEqual(['completed', [202], 'J']);
  });

  it('Trying → Terminated: 408 from TU / never sent, the transaction ends silently', () => {
    const transaction = begin();
    expect(transaction.respond(respond(message, 408))).toBe(false);
    expect([transaction.state, statuses(), clock.ended, clock.timers]).toEqual([
      'terminated',
      [],
      ['abandoned'],
      '',
    ]);
  });

  it('Proceeding → Proceeding: the request again / the 100 again', () => {
    const transaction = begin();
    clock.advance(3_500);
    transaction.receive();
    expect(statuses()).toEqual([100, 100]);
  });

  it('Proceeding → Completed: 200–699 from TU / sent, J started', () => {
    const transaction = begin();
    clock.advance(3_500);
    transaction.respond(respond(message, 404));
    expect([transaction.state, statuses(), clock.timers]).toEqual(['completed', [100, 404], 'J']);
  });

  it('Trying, Proceeding and Completed stay on a transport error / TU informed', () => {
    const transaction = begin();
    transaction.transportError();
    expect(transaction.state).toBe('trying');
    clock.advance(3_500);
    transaction.transportError();
    expect(transaction.state).toBe('proceeding');
    transaction.respond(respond(message, 200));
    transaction.transportError();
    expect([transaction.state, clock.transportFailures]).toEqual(['completed', 3]);
  });

  it('Completed → Completed: the request again / the response again', () => {
    const transaction = begin();
    transaction.respond(respond(message, 200));
    transaction.receive();
    expect(statuses()).toEqual([200, 200]);
  });

  it('Completed → Completed: any other response of the TU / discarded', () => {
    const transaction = begin();
    transaction.respond(respond(message, 200));
    expect(transaction.respond(respond(message, 500))).toBe(false);
    expect(transaction.respond(respond(message, 408))).toBe(false);
    expect(statuses()).toEqual([200]);
  });

  it('Completed → Terminated: timer J fires after 64·T1', () => {
    const transaction = begin();
    transaction.respond(respond(message, 200));
    clock.advance(31_999);
    expect(transaction.state).toBe('completed');
    clock.advance(1);
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['completed']]);
  });

  it('Completed → Terminated at once over a reliable transport: J is zero', () => {
    const transaction = begin(true);
    transaction.respond(respond(message, 200));
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['completed'], '']);
  });

  it('Terminated: nothing has any effect', () => {
    const transaction = begin();
    transaction.abandon();
    transaction.receive();
    transaction.transportError();
    transaction.wake('trying');
    expect(transaction.respond(respond(message, 200))).toBe(false);
    expect([clock.ended, clock.sent.length]).toEqual([['abandoned'], 0]);
  });
});
