import { createResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { fakeConnection, layerOf, request } from '../../test/transaction-parts.ts';
import { type ServerTransaction, silentUser } from './transaction-context.ts';

/** A layer that answers each INVITE with a status, where one is given. */
function answering(status?: number) {
  const acks: string[] = [];
  const served: ServerTransaction[] = [];
  const layer = layerOf({
    onRequest(transaction) {
      served.push(transaction);
      if (status === undefined) return;
      const response = createResponse(transaction.request, status, undefined, { toTag: 't' });
      if (status < 300) transaction.respond(response);
      else layer.refuse(transaction, response);
    },
    onAck: ({ callId }) => acks.push(callId),
  });
  return { layer, acks, served, ...fakeConnection() };
}

describe('what a client repeats, which nobody refuses', () => {
  it('counts as what it sends in dialogs, but for the first ACK of each INVITE that was refused', () => {
    const { acks, connection, dialogs, layer } = answering(403);
    for (const branch of ['a', 'b']) layer.receiveRequest(request('INVITE', branch), connection);
    for (const branch of ['a', 'b']) layer.receiveRequest(request('ACK', branch), connection);
    expect([dialogs.sent, acks]).toEqual([0, []]);
    for (let i = 1; i <= 3; i++) {
      layer.receiveRequest(request('ACK', 'a'), connection);
      expect(dialogs.sent).toBe(i);
    }
  });

  it('counts where it is an ACK with the branch of an INVITE that is not answered yet', () => {
    const { acks, connection, dialogs, layer } = answering();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    for (let i = 0; i < 3; i++) layer.receiveRequest(request('ACK', 'a'), connection);
    expect([dialogs.sent, acks]).toEqual([3, []]);
  });

  it('counts where it is an ACK with the branch of an INVITE that was accepted, which its user hears of', () => {
    const { acks, connection, dialogs, layer } = answering(200);
    layer.receiveRequest(request('INVITE', 'a'), connection);
    for (let i = 0; i < 3; i++) layer.receiveRequest(request('ACK', 'a'), connection);
    expect([dialogs.sent, acks]).toEqual([3, ['a', 'a', 'a']]);
  });

  it('counts not where it is the ACK that an answered INVITE waits for', () => {
    const { connection, dialogs, layer, served } = answering();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    served[0]?.respond(createResponse(request('INVITE', 'a'), 486, undefined, { toTag: 't' }));
    layer.receiveRequest(request('ACK', 'a'), connection);
    expect([dialogs.sent, layer.size]).toEqual([0, 0]);
  });

  it.each(['INVITE', 'MESSAGE'])('counts where it is a copy of an %s that is under way', (method) => {
    const { connection, dialogs, layer, served } = answering();
    for (let i = 0; i < 4; i++) layer.receiveRequest(request(method, 'a'), connection);
    expect([served.length, dialogs.sent]).toEqual([1, 3]);
  });

  it('counts where it is a copy of an INVITE that was sent on and accepted', () => {
    const { connection, dialogs, layer, served } = answering();
    layer.receiveRequest(request('INVITE', 'a'), connection);
    const called = fakeConnection();
    const client = layer.request(request('INVITE', 'b'), called.connection, silentUser);
    const answer = createResponse(request('INVITE', 'b'), 200, undefined, { toTag: 't' });
    layer.receiveResponse(answer, called.connection);
    const server = served[0] as ServerTransaction;
    server.respond(createResponse(server.request, 200, undefined, { toTag: 't' }));
    expect(layer.accepted.keep(server, client, { keptBytes: 0, onFurtherSuccess() {} })).toBe(true);
    for (let i = 0; i < 3; i++) layer.receiveRequest(request('INVITE', 'a'), connection);
    expect([served.length, dialogs.sent]).toEqual([1, 3]);
  });
});
