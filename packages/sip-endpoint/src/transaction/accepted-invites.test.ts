import { createResponse, defaultTimings, type TransactionTimer } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { fakeConnection, layerOf, request } from '../../test/transaction-parts.ts';
import { TimerWheel } from '../timer/timer-wheel.ts';
import { AcceptedEnds } from './accepted-ends.ts';
import { AcceptedEnd, type AcceptedInvite, type AcceptedUser } from './accepted-invite.ts';
import type { ServerTransaction } from './transaction-context.ts';

const keptMs = 64 * defaultTimings.t1Ms;

/** A layer whose clock the test sets, and INVITEs that it accepts as a proxy does. */
function accepting() {
  let now = 1_000_000;
  const wheel = new TimerWheel<TransactionTimer>(() => now, { start: () => () => {} });
  const served: ServerTransaction[] = [];
  const strays: number[] = [];
  const layer = layerOf(
    {
      onRequest: (transaction) => void served.push(transaction),
      onStrayResponse: ({ status }) => void strays.push(status),
    },
    { wheel },
  );
  const caller = fakeConnection();
  const called = fakeConnection(undefined, { address: '198.51.100.7' });
  const further: string[] = [];
  const user: AcceptedUser = {
    keptBytes: 0,
    onFurtherSuccess: ({ to }) => void further.push(to.tag ?? ''),
  };
  const answer = (branch: string, status: number, tag = 't') =>
    createResponse(request('INVITE', `on-${branch}`), status, undefined, { toTag: tag });
  return {
    layer,
    wheel,
    served,
    strays,
    caller,
    called,
    further,
    answer,
    /** Lets time pass. */
    pass(ms: number): void {
      now += ms;
      wheel.advance();
    },
    /** @returns whether a record has taken the place of both transactions */
    accept(branch: string): boolean {
      layer.receiveRequest(request('INVITE', branch), caller.connection);
      const server = served.at(-1) as ServerTransaction;
      let isKept = false;
      layer.request(
        request('INVITE', `on-${branch}`),
        called.connection,
        {
          onResponse(response, client) {
            server.respond(createResponse(server.request, response.status, undefined, { toTag: 't' }));
            isKept = layer.accepted.keep(server, client, user);
          },
          onEnd() {},
        },
        caller.connection.ledger,
      );
      layer.receiveResponse(answer(branch, 200), called.connection);
      return isKept;
    },
  };
}

describe('an INVITE that was sent on and accepted (RFC 6026 §7)', () => {
  it('holds up a telephone that repeats its 2xx without end', () => {
    const { accept, answer, called, further, layer } = accepting();
    expect(accept('a')).toBe(true);
    for (let i = 0; i < 100; i++) layer.receiveResponse(answer('a', 200), called.connection);
    expect([further.length, called.refused.length]).toEqual([32, 68]);
  });

  it('is found for 32 seconds: its copies are absorbed, its further 2xx delivered, and then neither', () => {
    const { accept, answer, called, caller, further, layer, pass, served, strays, wheel } = accepting();
    expect(accept('a')).toBe(true);
    pass(keptMs - 1);
    layer.receiveRequest(request('INVITE', 'a'), caller.connection);
    layer.receiveResponse(answer('a', 200, 'another'), called.connection);
    layer.receiveResponse(answer('a', 486), called.connection);
    expect([served.length, further, strays, layer.size]).toEqual([1, ['another'], [], 2]);
    pass(51);
    expect([layer.size, wheel.size, caller.connection.ledger.bytes]).toEqual([0, 0, 0]);
    layer.receiveResponse(answer('a', 200, 'late'), called.connection);
    expect([further, strays]).toEqual([['another'], [200]]);
    layer.receiveRequest(request('INVITE', 'a'), caller.connection);
    expect(served.length).toBe(2);
    layer.close();
  });

  it('ends when its own time has passed, one after the other', () => {
    const { accept, layer, pass } = accepting();
    accept('a');
    pass(10_000);
    accept('b');
    pass(keptMs - 10_000 + 50);
    expect(layer.size).toBe(2);
    pass(10_000);
    expect(layer.size).toBe(0);
  });

  it('belongs to its connections: the same branch over another one is another INVITE, or nobody’s answer', () => {
    const { accept, answer, further, layer, served, strays } = accepting();
    accept('a');
    const other = fakeConnection(undefined, { address: '203.0.113.9' }).connection;
    layer.receiveRequest(request('INVITE', 'a'), other);
    expect(served.length).toBe(2);
    layer.receiveResponse(answer('a', 200, 'forged'), other);
    expect([further, strays]).toEqual([[], [200]]);
    layer.close();
  });

  it('is memory of its sender, and goes before its time where that has no room for what comes', () => {
    const { accept, caller, layer } = accepting();
    accept('first');
    const { ledger } = caller.connection;
    const one = ledger.bytes;
    expect([ledger.transactions, one > 0]).toEqual([0, true]);
    const most = Math.ceil(ledger.maxBytes / one) + 10;
    for (let i = 0; i < most; i++) accept(`more-${i}`);
    expect(ledger.bytes).toBeLessThanOrEqual(ledger.maxBytes);
    expect(layer.size).toBeLessThan(2 * most);
    expect(caller.connection.transactions.size).toBe(layer.size / 2);
    layer.close();
    expect([ledger.bytes, caller.connection.transactions.size]).toEqual([0, 0]);
  });

  it('stays as it is where it is not accepted, or as it was kept already', () => {
    const { accept, caller, layer, served } = accepting();
    layer.receiveRequest(request('INVITE', 'rings'), caller.connection);
    const server = served[0] as ServerTransaction;
    const client = layer.request(request('INVITE', 'on'), caller.connection, { onResponse() {}, onEnd() {} });
    const user: AcceptedUser = { keptBytes: 0, onFurtherSuccess() {} };
    expect(layer.accepted.keep(server, client, user)).toBe(false);
    expect([server.state, client.state]).toEqual(['proceeding', 'calling']);
    expect(accept('a')).toBe(true);
    expect(layer.accepted.keep(served.at(-1) as ServerTransaction, client, user)).toBe(false);
    layer.close();
  });
});

describe('ends of accepted INVITEs', () => {
  const end = (key: string, hash: number) =>
    new AcceptedEnd(fakeConnection().connection, key, hash, {} as AcceptedInvite);

  it('are found by hash and key, however many there are and whichever went', () => {
    const ends = new AcceptedEnds();
    const all = Array.from({ length: 5_000 }, (_, i) => end(`k${i}`, Math.imul(i, 0x9e3779b1)));
    for (const one of all) ends.add(one);
    for (const one of all.filter((_, i) => i % 3 === 0)) ends.remove(one);
    all.forEach((one, i) => {
      expect(ends.find(one.hash, ({ key }) => key === one.key)).toBe(i % 3 === 0 ? undefined : one);
    });
  });

  it('have no room for more than sixteen that somebody has given one hash', () => {
    const ends = new AcceptedEnds();
    for (let i = 0; i < 16; i++) {
      expect(ends.hasRoom(7)).toBe(true);
      ends.add(end(`k${i}`, 7));
    }
    expect([ends.hasRoom(7), ends.hasRoom(8)]).toEqual([false, true]);
  });
});
