import { InviteClientTransaction } from '@entente/sip';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { request, respond } from './fixtures.ts';

const invite = request('INVITE');
let clock: FakeClock;

function begin(reliable = false): InviteClientTransaction {
  const transaction = new InviteClientTransaction(invite, reliable, clock, undefined);
  transaction.start();
  return transaction;
}

beforeEach(() => {
  clock = new FakeClock();
});

describe('INVITE client transaction, RFC 3261 figure 5 with RFC 6026 §7.2', () => {
  it('→ Calling: INVITE from TU / INVITE sent, A and B started', () => {
    expect(begin().state).toBe('calling');
    expect(clock.sent).toEqual([invite]);
    expect(clock.timers).toBe('A B');
  });

  it('→ Calling over a reliable transport: B alone', () => {
    begin(true);
    expect(clock.timers).toBe('B');
  });

  it('Calling → Calling: timer A fires / INVITE sent again after 0.5, 1.5, 3.5, 7.5, 15.5 and 31.5 s', () => {
    begin();
    const times: number[] = [];
    clock.onSend = () => times.push(clock.now);
    clock.advance(31_999);
    expect(times).toEqual([500, 1_500, 3_500, 7_500, 15_500, 31_500]);
  });

  it('Calling → Terminated: timer B fires after 64·T1 / timeout to TU', () => {
    const transaction = begin();
    clock.advance(31_999);
    expect(clock.ended).toEqual([]);
    clock.advance(1);
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['timeout'], '']);
  });

  it('Calling → Terminated: transport error / TU informed', () => {
    const transaction = begin();
    transaction.transportError();
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['transport-error'], '']);
  });

  it('Calling → Terminated: the send fails at once', () => {
    clock.onSend = (one) => one.transportError();
    expect(begin().state).toBe('terminated');
    expect([clock.ended, clock.timers]).toEqual([['transport-error'], '']);
  });

  it('Calling → Proceeding: 1xx / to TU, retransmission and B stop', () => {
    const transaction = begin();
    transaction.receive(respond(invite, 180));
    expect([transaction.state, clock.delivered.length, clock.timers]).toEqual(['proceeding', 1, '']);
    clock.advance(600_000);
    expect(clock.sent).toHaveLength(1);
  });

  it('Proceeding → Proceeding: 1xx / to TU', () => {
    const transaction = begin();
    for (const status of [100, 180, 183]) transaction.receive(respond(invite, status));
    expect([transaction.state, clock.delivered.length]).toEqual(['proceeding', 3]);
  });

  for (const from of ['Calling', 'Proceeding']) {
    const at = () => {
      const transaction = begin();
      if (from === 'Proceeding') transaction.receive(respond(invite, 180));
      return transaction;
    };

    it(`${from} → Accepted: 2xx / to TU, M started, no ACK`, () => {
      const transaction = at();
      transaction.receive(respond(invite, 200));
      expect([transaction.state, clock.timers]).toEqual(['accepted', 'M']);
      expect(clock.delivered.at(-1)).toMatchObject({ status: 200 });
      expect(clock.sent).toHaveLength(1);
    });

    it(`${from} → Completed: 300–699 / ACK sent, to TU, D started`, () => {
      const transaction = at();
      transaction.receive(respond(invite, 486));
      expect([transaction.state, clock.timers]).toEqual(['completed', 'D']);
      expect(clock.delivered.at(-1)).toMatchObject({ status: 486 });
      expect(clock.sent.at(-1)).toMatchObject({ method: 'ACK' });
    });
  }

  it('Proceeding → Terminated: transport error / TU informed', () => {
    const transaction = begin();
    transaction.receive(respond(invite, 180));
    transaction.transportError();
    expect(clock.ended).toEqual(['transport-error']);
  });

  it('Accepted → Accepted: 2xx / to TU, anything else ignored', () => {
    const transaction = begin();
    for (const status of [200, 200, 486, 180]) transaction.receive(respond(invite, status));
    expect(clock.delivered.map((one) => 'status' in one && one.status)).toEqual([200, 200]);
    expect(clock.sent).toHaveLength(1);
  });

  it('Accepted → Terminated: timer M fires after 64·T1, over a reliable transport too', () => {
    const transaction = begin(true);
    transaction.receive(respond(invite, 200));
    clock.advance(31_999);
    expect(transaction.state).toBe('accepted');
    clock.advance(1);
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['completed']]);
  });

  it('Completed → Completed: 300–699 / ACK sent again, not to TU; 1xx and 2xx ignored', () => {
    const transaction = begin();
    for (const status of [486, 486, 180, 200]) transaction.receive(respond(invite, status));
    expect(clock.delivered).toHaveLength(1);
    expect(clock.sent.map((one) => 'method' in one && one.method)).toEqual(['INVITE', 'ACK', 'ACK']);
  });

  it('Completed → Terminated: timer D fires after 32 s', () => {
    const transaction = begin();
    transaction.receive(respond(invite, 486));
    clock.advance(32_000);
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['completed'], '']);
  });

  it('Completed → Terminated at once over a reliable transport: D is zero', () => {
    const transaction = begin(true);
    transaction.receive(respond(invite, 486));
    expect([transaction.state, clock.ended, clock.timers]).toEqual(['terminated', ['completed'], '']);
    expect(clock.delivered).toHaveLength(1);
  });

  it('Completed → Terminated: the ACK cannot be sent / the response has reached the TU all the same', () => {
    const transaction = begin();
    clock.onSend = (one) => one.transportError();
    transaction.receive(respond(invite, 486));
    expect([transaction.state, clock.ended]).toEqual(['terminated', ['transport-error']]);
    expect(clock.delivered).toHaveLength(1);
  });

  it('Terminated: nothing has any effect', () => {
    const transaction = begin();
    transaction.abandon();
    transaction.abandon();
    transaction.transportError();
    transaction.receive(respond(invite, 200));
    transaction.wake('B');
    expect([clock.ended, clock.delivered.length, clock.timers]).toEqual([['abandoned'], 0, '']);
  });
});

describe('ACK for a failure, RFC 3261 §17.1.1.3', () => {
  it('has the Request-URI, Via, Route, From and Call-ID of the INVITE, the To of the response, and the CSeq number with ACK', () => {
    const routed = request('INVITE', {
      routes: ['<sip:p1.contoso.example;lr>', '<sip:p2.contoso.example;lr>'],
      cseq: 7,
    });
    const transaction = new InviteClientTransaction(routed, true, clock, undefined);
    transaction.start();
    transaction.receive(respond(routed, 603));
    const ack = clock.sent[1]!;
    if (ack.kind !== 'request') throw new Error('expected a request');
    expect([ack.method, ack.uriText, ack.cseq.toString()]).toEqual(['ACK', routed.uriText, '7 ACK']);
    for (const name of ['Via', 'From', 'Call-ID']) expect(ack.all(name)).toEqual(routed.all(name));
    expect(ack.routes.map(String)).toEqual(routed.routes.map(String));
    expect(ack.to.tag).toBe('b1');
    expect(ack.contentLength).toBe(0);
  });

  it('takes only the first of several Via values', () => {
    const via =
      'SIP/2.0/TLS a.contoso.example;branch=z9hG4bKa, SIP/2.0/TLS b.contoso.example;branch=z9hG4bKb';
    const proxied = request('INVITE', { via });
    const transaction = new InviteClientTransaction(proxied, true, clock, undefined);
    transaction.start();
    transaction.receive(respond(proxied, 486));
    expect(clock.sent[1]!.vias.map((one) => one.host)).toEqual(['a.contoso.example']);
  });
});
