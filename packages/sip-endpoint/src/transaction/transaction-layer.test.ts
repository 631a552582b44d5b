import { createResponse, defaultTimings, type TransactionTimer } from '@entente/sip';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { badRoute, fakeConnection, layerOf, request } from '../../test/transaction-parts.ts';
import { TimerWheel } from '../timer/timer-wheel.ts';
import { type ServerTransaction, silentUser } from './transaction-context.ts';

describe('what a client sends in dialogs', () => {
  it('counts: requests with a tag in To, and ACKs that acknowledge a 2xx', () => {
    const layer = layerOf({});
    const { connection, dialogs } = fakeConnection();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    layer.receiveRequest(request('MESSAGE', 'b'), connection);
    expect(dialogs).toEqual({ begun: 0, sent: 0 });
    layer.receiveRequest(request('ACK', 'c'), connection);
    expect(dialogs).toEqual({ begun: 0, sent: 1 });
    for (const method of ['INFO', 'INVITE', 'BYE'])
      layer.receiveRequest(request(method, method, '', '', ';tag=2'), connection);
    expect(dialogs).toEqual({ begun: 0, sent: 4 });
  });

  it('may be more for each call that is accepted, once, and for no other request', () => {
    let answer = (_: ServerTransaction): unknown => undefined;
    const layer = layerOf({ onRequest: (transaction) => void answer(transaction) });
    const { connection, dialogs, statuses } = fakeConnection();
    const respond = (...codes: number[]) => {
      answer = (transaction) => {
        for (const status of codes) transaction.respond(createResponse(transaction.request, status));
      };
    };
    respond(180, 404);
    layer.receiveRequest(request('INVITE', 'a'), connection);
    answer = (transaction) => layer.refuse(transaction, createResponse(transaction.request, 407));
    layer.receiveRequest(request('INVITE', 'b'), connection);
    respond(200);
    layer.receiveRequest(request('MESSAGE', 'c'), connection);
    layer.receiveRequest(request('INVITE', 'd', '', '', ';tag=2'), connection);
    expect(dialogs.begun).toBe(0);
    respond(180, 200, 200);
    layer.receiveRequest(request('INVITE', 'e'), connection);
    expect([dialogs.begun, statuses()]).toEqual([1, [180, 404, 407, 200, 200, 180, 200, 200]]);
  });
});

describe('a CANCEL (RFC 3261 §16.10, §9.2)', () => {
  it('is answered 200 at once, and the INVITE that it means is told', () => {
    const cancelled: string[] = [];
    const layer = layerOf({
      onRequest: (transaction) => {
        transaction.context.user = { onCancel: ({ method }) => void cancelled.push(method) };
      },
    });
    const { connection, statuses } = fakeConnection();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    layer.receiveRequest(request('CANCEL', 'a'), connection);
    expect([cancelled, statuses()]).toEqual([['CANCEL'], [200]]);
  });

  it('that means nothing which is under way is answered 481, and reaches nobody else', () => {
    const reached: string[] = [];
    const layer = layerOf({ onRequest: ({ request: { method } }) => void reached.push(method) });
    const { connection, statuses } = fakeConnection();
    layer.receiveRequest(request('CANCEL', 'a'), connection);
    expect([reached, statuses()]).toEqual([[], [481]]);
  });
});

describe('answers to CANCEL (RFC 3261 §8.2.6.2)', () => {
  it('have a tag in To, whether they mean an INVITE or none', () => {
    const layer = layerOf({});
    const { connection, sent } = fakeConnection();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    layer.receiveRequest(request('CANCEL', 'a'), connection);
    layer.receiveRequest(request('CANCEL', 'b'), connection);
    expect(sent.map(({ to }) => to.tag)).toEqual(['ours', 'ours']);
  });
});

describe('a response without its transaction (RFC 6026 §8, instead of RFC 3261 §16.7)', () => {
  it('goes no further: neither one that nobody asked for, nor one whose request has been answered', () => {
    const answered: ServerTransaction[] = [];
    const layer = layerOf({ onRequest: (transaction) => void answered.push(transaction) });
    const [client, server] = [fakeConnection(), fakeConnection('fe2.contoso.example')];
    layer.receiveRequest(request('MESSAGE', 'a'), client.connection);
    const [transaction] = answered;
    expect(transaction?.respond(createResponse(request('MESSAGE', 'a'), 200))).toBe(true);
    expect(transaction?.respond(createResponse(request('MESSAGE', 'a'), 404))).toBe(false);
    for (const stray of [request('MESSAGE', 'never-sent'), request('INVITE', 'never-sent')])
      layer.receiveResponse(createResponse(stray, 200), server.connection);
    expect([client.statuses(), server.statuses()]).toEqual([[200], []]);
  });
});

describe('the transaction layer', () => {
  it('survives an ACK whose Route its user cannot read', () => {
    const layer = layerOf({ onAck: (ack) => void ack.routes[0]?.uri });
    const { connection, statuses } = fakeConnection();
    expect(layer.receiveRequest(request('ACK', 'a', badRoute), connection)).toBeUndefined();
    expect(statuses()).toEqual([]);
  });

  it('takes the answer of a client over another connection from the same address, and of nobody else', () => {
    const strays: number[] = [];
    const answers: number[] = [];
    const layer = layerOf({ onStrayResponse: ({ status }) => void strays.push(status) });
    const { connection } = fakeConnection();
    const sent = request('MESSAGE', 'x');
    layer.request(sent, connection, { onResponse: ({ status }) => void answers.push(status), onEnd() {} });
    for (const other of [
      fakeConnection(undefined, { address: '192.0.2.2' }),
      fakeConnection(undefined, { link: links.clientToEdge }),
      fakeConnection(undefined, { openedByUs: true }),
      fakeConnection('fe2.contoso.example'),
    ])
      layer.receiveResponse(createResponse(sent, 200), other.connection);
    expect([answers, strays]).toEqual([[], [200, 200, 200, 200]]);
    layer.receiveResponse(createResponse(sent, 202), fakeConnection().connection);
    expect(answers).toEqual([202]);
  });

  it('takes the answer of a server on the connection alone that it was asked on', () => {
    const answers: number[] = [];
    const layer = layerOf({});
    const { connection } = fakeConnection('fe2.contoso.example');
    const sent = request('MESSAGE', 'x');
    layer.request(sent, connection, { onResponse: ({ status }) => void answers.push(status), onEnd() {} });
    for (const server of ['fe2.contoso.example', undefined])
      layer.receiveResponse(createResponse(sent, 200), fakeConnection(server).connection);
    expect(answers).toEqual([]);
  });

  it('answers 400 where its user cannot read a header field, and keeps nothing', () => {
    const layer = layerOf({ onRequest: ({ request: received }) => void received.routes[0]?.uri });
    const { connection, statuses } = fakeConnection();
    layer.receiveRequest(request('MESSAGE', 'b', badRoute), connection);
    expect(statuses()).toEqual([400]);
    expect(layer.size).toBe(0);
  });

  it('answers 500 and tells of the fault where its user throws anything else', () => {
    const faults: unknown[] = [];
    const fault = new Error('a fault of the program');
    const layer = layerOf({
      onRequest() {
        throw fault;
      },
      onFault: (error) => faults.push(error),
    });
    const { connection, statuses } = fakeConnection();
    layer.receiveRequest(request('MESSAGE', 'c'), connection);
    expect(statuses()).toEqual([500]);
    expect(faults).toEqual([fault]);
  });

  it('keeps no more of a peer than it may have under way, and gives the room back', () => {
    const layer = layerOf({});
    const { connection } = fakeConnection();
    const { ledger } = connection;
    let taken = 0;
    while (
      layer.receiveRequest(request('INVITE', `d${taken}`, '', 'x'.repeat(10_000)), connection) === undefined
    )
      taken++;
    expect(taken).toBeGreaterThan(1);
    expect(layer.size).toBe(taken);
    expect(ledger.bytes).toBeLessThanOrEqual(ledger.maxBytes);
    expect(ledger.bytes).toBeGreaterThan(taken * 10_000);
    const server = fakeConnection('fe2.contoso.example').connection;
    expect(layer.receiveRequest(request('INVITE', 'e'), server), 'of another peer').toBeUndefined();
    layer.connectionClosed(connection);
    expect([ledger.bytes, ledger.transactions]).toEqual([0, 0]);
    layer.close();
  });

  it('counts what it sends on in the ledger of the request that led to it', () => {
    const layer = layerOf({});
    const [sender, receiver] = [
      fakeConnection('fe2.contoso.example').connection,
      fakeConnection().connection,
    ];
    const user = { onResponse() {}, onEnd() {} };
    layer.request(request('INVITE', 'f'), receiver, user, sender.ledger);
    expect([sender.ledger.transactions, receiver.ledger.transactions]).toEqual([1, 0]);
    expect(sender.ledger.bytes).toBeGreaterThan(0);
    layer.connectionClosed(receiver);
    expect([sender.ledger.bytes, sender.ledger.transactions]).toEqual([0, 0]);
  });

  it('keeps the body of an INVITE no longer than until it is answered, and of one that it sends not at all', () => {
    const transactions: ServerTransaction[] = [];
    const layer = layerOf({ onRequest: (transaction) => transactions.push(transaction) });
    const { connection } = fakeConnection();
    const { ledger } = connection;
    const invite = request('INVITE', 'g', '', 'x'.repeat(10_000));
    layer.receiveRequest(invite, connection);
    const before = ledger.bytes;
    const onward = request('INVITE', 'h', '', 'x'.repeat(10_000));
    layer.request(onward, fakeConnection('fe2.contoso.example').connection, silentUser, ledger);
    expect(onward.droppableBytes).toBe(0);
    expect(ledger.bytes - before).toBeLessThan(10_000);
    const sending = ledger.bytes;
    transactions[0]?.respond(createResponse(invite, 180, undefined, { toTag: 't' }));
    expect(invite.droppableBytes).toBe(10_000);
    transactions[0]?.respond(createResponse(invite, 200, undefined, { toTag: 't' }));
    expect(invite.droppableBytes).toBe(0);
    expect(sending - ledger.bytes).toBeGreaterThan(10_000);
    expect(layer.size, 'it still absorbs what comes late').toBe(2);
    layer.close();
    expect(ledger.bytes).toBe(0);
  });

  it('counts an INVITE that was accepted as memory alone, and one that was refused as under way until its ACK', () => {
    const served: ServerTransaction[] = [];
    const layer = layerOf({ onRequest: (transaction) => served.push(transaction) });
    const { connection } = fakeConnection();
    const { ledger } = connection;
    const underWay = () => [ledger.transactions, ledger.bytes > 0];
    const answer = (index: number, status: number): void => {
      const transaction = served[index] as ServerTransaction;
      transaction.respond(createResponse(transaction.request, status, undefined, { toTag: 't' }));
    };
    layer.receiveRequest(request('INVITE', 'l'), connection);
    layer.receiveRequest(request('INVITE', 'm'), connection);
    const receiver = fakeConnection('fe2.contoso.example').connection;
    const onward = request('INVITE', 'n');
    layer.request(onward, receiver, silentUser, ledger);
    expect(underWay()).toEqual([3, true]);
    const before = ledger.bytes;
    answer(0, 200);
    expect(underWay()).toEqual([2, true]);
    answer(1, 486);
    expect(underWay()).toEqual([2, true]);
    layer.receiveResponse(createResponse(onward, 180, undefined, { toTag: 't' }), receiver);
    expect(underWay()).toEqual([2, true]);
    for (const tag of ['t', 'another-device'])
      layer.receiveResponse(createResponse(onward, 200, undefined, { toTag: tag }), receiver);
    expect(underWay()).toEqual([1, true]);
    expect(ledger.bytes).toBeLessThan(before);
    layer.receiveRequest(request('ACK', 'm'), connection);
    expect(underWay()).toEqual([0, true]);
    expect(layer.size, 'each absorbs what comes late').toBe(2);
    layer.connectionClosed(connection);
    layer.connectionClosed(receiver);
    expect(underWay()).toEqual([0, false]);
  });

  it('ends an INVITE that was accepted before its time where its sender has no room for what comes, and nobody else’s', () => {
    const served: ServerTransaction[] = [];
    const layer = layerOf({ onRequest: (transaction) => served.push(transaction) });
    const [alice, bob] = [fakeConnection(), fakeConnection(undefined, { address: '198.51.100.7' })];
    const receiver = fakeConnection('fe2.contoso.example').connection;
    const accept = (branch: string, { connection }: typeof alice): void => {
      expect(layer.receiveRequest(request('INVITE', branch), connection)).toBeUndefined();
      const { request: invite } = served.at(-1) as ServerTransaction;
      served.at(-1)?.respond(createResponse(invite, 200, undefined, { toTag: 't' }));
    };
    accept('of-bob', bob);
    accept('first', alice);
    const onward = request('INVITE', 'onward');
    layer.request(onward, receiver, silentUser, alice.connection.ledger);
    layer.receiveResponse(createResponse(onward, 200, undefined, { toTag: 't' }), receiver);
    const size = () => layer.size - served.filter(({ state }) => state === 'accepted').length;
    expect(size(), 'what was sent on').toBe(1);
    // Many more than there is room for.
    for (let i = 0; i < 2_000; i++) accept(`more-${i}`, alice);
    expect(served.filter(({ state }) => state === 'terminated').length).toBeGreaterThan(100);
    expect([served[0]?.state, served[1]?.state, size()]).toEqual(['accepted', 'terminated', 0]);
    const { ledger } = alice.connection;
    expect(ledger.bytes).toBeLessThanOrEqual(ledger.maxBytes);
    // What is under way is not ended for it.
    for (
      let i = 0;
      layer.receiveRequest(request('INVITE', `ringing-${i}`), alice.connection) === undefined;
      i++
    );
    const ringing = served.filter(({ state }) => state === 'proceeding').length;
    expect(layer.receiveRequest(request('INVITE', 'too-many'), alice.connection)).toBe('no-room');
    expect(served.filter(({ state }) => state === 'proceeding').length).toBe(ringing);
    layer.close();
    expect(ledger.bytes).toBe(0);
  });

  it('knows the ACKs of tens of thousands that were refused before the first of them comes', () => {
    const acks: string[] = [];
    const layer = layerOf({
      onRequest: (transaction) =>
        layer.refuse(transaction, createResponse(transaction.request, 503, undefined, { toTag: 't' })),
      onAck: ({ callId }) => acks.push(callId),
    });
    const { connection } = fakeConnection();
    const count = 10_000;
    for (let i = 0; i < count; i++) layer.receiveRequest(request('INVITE', `r${i}`), connection);
    for (let i = 0; i < count; i++) layer.receiveRequest(request('ACK', `r${i}`), connection);
    // Two may have the same place in the table, and the later one stays.
    expect(acks.length).toBeLessThan(count / 5);
  });

  it('keeps nothing of a request that is refused, and knows the ACK of the refusal', () => {
    const acks: string[] = [];
    const layer = layerOf({
      onRequest: (transaction) =>
        layer.refuse(transaction, createResponse(transaction.request, 401, undefined, { toTag: 't' })),
      onAck: ({ callId }) => acks.push(callId),
    });
    const { connection, statuses } = fakeConnection();
    layer.receiveRequest(request('INVITE', 'i'), connection);
    layer.receiveRequest(request('REGISTER', 'j'), connection);
    expect(statuses()).toEqual([401, 401]);
    expect([layer.size, connection.transactions.size, connection.ledger.bytes]).toEqual([0, 0, 0]);
    layer.receiveRequest(request('ACK', 'i'), connection);
    expect(acks).toEqual([]);
    layer.receiveRequest(request('ACK', 'k'), connection);
    expect(acks).toEqual(['k']);
  });

  it('begins nothing for a peer that takes no answers', () => {
    const layer = layerOf({});
    const { connection, statuses } = fakeConnection('fe2.contoso.example', { isFull: true });
    expect(layer.receiveRequest(request('MESSAGE', 'l'), connection)).toBeUndefined();
    expect([layer.size, statuses()]).toEqual([0, []]);
  });

  it('gives a peer the room of what has ended back', () => {
    const layer = layerOf({
      onRequest: (transaction) => void transaction.respond(createResponse(transaction.request, 200)),
    });
    const { connection } = fakeConnection();
    for (let i = 0; i < 1_000; i++)
      expect(
        layer.receiveRequest(request('MESSAGE', `m${i}`, '', 'x'.repeat(10_000)), connection),
      ).toBeUndefined();
    expect([connection.transactions.size, connection.ledger.bytes]).toEqual([0, 0]);
  });

  it('ends what is under way on a connection that broke, and on no other', () => {
    const ends: string[] = [];
    const layer = layerOf({
      onRequest(transaction) {
        transaction.context.user = { onEnd: (end) => ends.push(`received: ${end}`) };
      },
    });
    const [broken, whole] = [fakeConnection().connection, fakeConnection().connection];
    for (const connection of [broken, whole]) {
      layer.receiveRequest(request('INVITE', 'n'), connection);
      const user = { onResponse() {}, onEnd: (end: string) => ends.push(`sent: ${end}`) };
      layer.request(request('MESSAGE', `o${connection.id}`), connection, user);
    }
    expect(layer.size).toBe(4);
    layer.connectionClosed(broken);
    expect(ends.sort()).toEqual(['received: transport-error', 'sent: transport-error']);
    expect([layer.size, broken.transactions.size, whole.transactions.size]).toEqual([2, 0, 2]);
    layer.close();
  });

  it('ends all that is under way on a connection that broke where one user throws, and tells of the fault', () => {
    const fault = new Error('a fault of the program');
    const faults: unknown[] = [];
    const ends: string[] = [];
    const throwing = (end: string) => {
      ends.push(end);
      throw fault;
    };
    const layer = layerOf({
      onRequest(transaction) {
        transaction.context.user = { onEnd: throwing };
      },
      onFault: (error) => faults.push(error),
    });
    const { connection } = fakeConnection();
    for (const branch of ['p', 'q']) {
      layer.receiveRequest(request('INVITE', branch), connection);
      layer.request(request('MESSAGE', branch), connection, { onResponse() {}, onEnd: throwing });
    }
    layer.connectionClosed(connection);
    expect(ends).toEqual(new Array(4).fill('transport-error'));
    expect(faults).toEqual(new Array(4).fill(fault));
    expect(layer.size).toBe(0);
  });

  it('wakes all whose time has passed where the user of one throws', () => {
    let now = 0;
    const wheel = new TimerWheel<TransactionTimer>(() => now, { start: () => () => {} });
    const faults: unknown[] = [];
    const layer = layerOf({ onFault: (error) => faults.push(error) }, { wheel });
    const { connection } = fakeConnection();
    const onEnd = (end: string) => {
      throw new Error(end);
    };
    for (const branch of ['r', 's'])
      layer.request(request('MESSAGE', branch), connection, { onResponse() {}, onEnd });
    now = 64 * defaultTimings.t1Ms + 50;
    wheel.advance();
    expect(faults).toEqual([new Error('timeout'), new Error('timeout')]);
    expect([layer.size, wheel.size]).toEqual([0, 0]);
  });
});
