import { defaultTimings, InviteServerTransaction, type Timings } from '@entente/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { request, respond } from './fixtures.ts';

const invite = request('INVITE');
const ack = request('ACK');
let clock: FakeClock;

function begin(reliable = false, timings: Timings = defaultTimings): InviteServerTransaction {
  const transaction = new InviteServerTransaction(invite, reliable, clock, undefined, timings);
  transaction.start();
  return transaction;
}

const statuses = () => clock.sent.map((one) => (one.kind === 'response' ? one.status : 0));

beforeEach(() => {
  clock = new FakeClock();
});

describe('INVITE server transaction, RFC 3261 figure 7 with RFC 6026 §7.1', () => {
  it('→ Proceeding: INVITE / 100 after 200 ms if the TU is silent', () => {
    const transaction = begin();
    clock.advance(199);
    expect([transaction.state, statuses()]).toEqual(['proceeding', []]);
    clock.advance(1);
    expect([transaction.state, statuses(), clock.timers]).toEqual(['proceeding', [100], '']);
  });

  it('→ Proceeding: INVITE / 100 at once where the delay is 0, never where it is Infinity', () => {
    begin(true, { ...defaultTimings, tryingAfterMs: 0 });
    expect(statuses()).toEqual([100]);
    begin(true, { ...defaultTimings, tryingAfterMs: Number.POSITIVE_INFINITY });
    clock.advance(60_000);
    expect(statuses()).toEqual([100]);
  });

  it('→ Proceeding: a TU that answers within 200 ms makes the 100 needless', () => {
    begin().respond(respond(invite, 180));
    clock.advance(1_000);
    expect(statuses()).toEqual([180]);
  });

  it('Proceeding → Proceeding: INVITE / the last provisional again, nothing before there was one', () => {
    const transaction = begin();
    transaction.receive(invite);
    expect(statuses()).toEqual([]);
    transaction.respond(respond(invite, 180));
    transaction.respond(respond(invite, 183));
    transaction.receive(invite);
    expect(statuses()).toEqual([180, 183, 183]);
  });

  it('Proceeding → Proceeding: 101–199 from TU / sent', () => {
    const transaction = begin();
    expect(transaction.respond(respond(invite, 180))).toBe(true);
    expect(transaction.state).toBe('proceeding');
  });

  it('Proceeding → Proceeding: transport error / TU informed', () => {
    const transaction = begin();
    transaction.transportError();
    expect([transaction.state, clock.transportFailures]).toEqual(['proceeding', 1]);
  });

  it('Proceeding → Proceeding: a stray ACK is ignored', () => {
    const transaction = begin();
    transaction.receive(ack);
    expect([transaction.state, clock.delivered.length]).toEqual(['proceeding', 0]);
  });

  it('Proceeding → Accepted: 2xx from TU / sent, L started', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 200));
    expect([transaction.state, statuses(), clock.timers]).toEqual(['accepted', [200], 'L']);
  });

  it('Proceeding → Completed: 300–699 from TU / sent, G and H started', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    expect([transaction.state, statuses(), clock.timers]).toEqual(['completed', [486], 'G H']);
  });

  it('Proceeding → Completed over a reliable transport: H alone', () => {
    begin(true).respond(respond(invite, 486));
    expect(clock.timers).toBe('H');
  });

  it('Accepted → Accepted: INVITE / absorbed', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 200));
    transaction.receive(invite);
    expect(statuses()).toEqual([200]);
  });

  it('Accepted → Accepted: ACK / to TU', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 200));
    transaction.receive(ack);
    expect(clock.delivered).toEqual([ack]);
  });

  it('Accepted → Accepted: 2xx from TU / sent; no other response is', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 200));
    expect(transaction.respond(respond(invite, 200))).toBe(true);
    expect(transaction.respond(respond(invite, 486))).toBe(false);
    expect(transaction.respond(respond(invite, 180))).toBe(false);
    expect(statuses()).toEqual([200, 200]);
  });

  it('Accepted → Accepted: transport error / TU informed', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 200));
    transaction.transportError();
    expect([transaction.state, clock.transportFailures]).toEqual(['accepted', 1]);
  });

  it('Accepted → Terminated: timer L fires after 64·T1', () => {
    const transaction = begin(true);
    transaction.respond(respond(invite, 200));
    clock.advance(31_999);
    expect(transaction.state).toBe('accepted');
    clock.advance(1);
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['completed']]);
  });

  it('Completed → Completed: INVITE / the response again', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    transaction.receive(invite);
    expect(statuses()).toEqual([486, 486]);
  });

  it('Completed → Completed: timer G fires / the response again at gaps that double up to T2', () => {
    begin().respond(respond(invite, 486));
    const times: number[] = [];
    clock.onSend = () => times.push(clock.now);
    clock.advance(16_000);
    expect(times).toEqual([500, 1_500, 3_500, 7_500, 11_500, 15_500]);
  });

  it('Completed → Completed: transport error / TU informed', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    transaction.transportError();
    expect([transaction.state, clock.transportFailures]).toEqual(['completed', 1]);
  });

  it('Completed → Completed: further responses of the TU are not sent', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    expect(transaction.respond(respond(invite, 200))).toBe(false);
    expect(statuses()).toEqual([486]);
  });

  it('Completed → Confirmed: ACK / not to TU, G and H stopped, I started', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    transaction.receive(ack);
    expect([transaction.state, clock.delivered.length, clock.timers]).toEqual(['confirmed', 0, 'I']);
  });

  it('Completed → Terminated: timer H fires after 64·T1 / TU informed that no ACK came', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    clock.advance(32_000);
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['no-ack'], '']);
  });

  it('Confirmed → Confirmed: ACK and INVITE are absorbed', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    for (const message of [ack, ack, invite]) transaction.receive(message);
    expect([transaction.state, statuses(), clock.delivered.length]).toEqual(['confirmed', [486], 0]);
  });

  it('Confirmed → Terminated: timer I fires after T4', () => {
    const transaction = begin();
    transaction.respond(respond(invite, 486));
    transaction.receive(ack);
    clock.advance(5_000);
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['completed']]);
  });

  it('Confirmed → Terminated at once over a reliable transport: I is zero', () => {
    const transaction = begin(true);
    transaction.respond(respond(invite, 486));
    transaction.receive(ack);
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['completed'], '']);
  });

  it('Terminated: nothing has any effect', () => {
    const transaction = begin();
    transaction.abandon();
    transaction.receive(invite);
    transaction.receive(ack);
    transaction.transportError();
    transaction.wake('H');
    expect(transaction.respond(respond(invite, 200))).toBe(false);
    expect([clock.ended, clock.sent.length, clock.transportFailures]).toEqual([['abandoned'], 0, 0]);
  });
});
