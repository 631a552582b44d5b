import { defaultTimings, parseMessage, type SipRequest, type SipResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import type { SipConnection } from './connection.ts';
import { TransactionLayer, type TransactionUser } from './transaction-layer.ts';
import { UnorderedList } from './unordered-list.ts';

let lastId = 0;

function fakeConnection(server?: string) {
  const sent: (SipRequest | SipResponse)[] = [];
  const connection = {
    id: ++lastId,
    server,
    transactions: new UnorderedList(),
    send: (message: SipRequest | SipResponse) => sent.push(message) > 0,
  } as unknown as SipConnection;
  const statuses = () => sent.map((message) => (message.kind === 'response' ? message.status : 0));
  return { connection, statuses };
}

function request(method: string, branch: string, more = ''): SipRequest {
  const parsed = parseMessage(
    Buffer.from(
      `${method} sip:bob@contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS client.invalid;branch=z9hG4bK${branch}\r\n` +
        `Max-Forwards: 70\r\nFrom: <sip:alice@contoso.example>;tag=1\r\nTo: <sip:bob@contoso.example>\r\n` +
        `Call-ID: ${branch}\r\nCSeq: 1 ${method}\r\n${more}Content-Length: 0\r\n\r\n`,
    ),
    { check: 'routing' },
  );
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

function layerOf(user: Partial<TransactionUser>, limits = {}) {
  return new TransactionLayer({
    user: { onRequest() {}, onAck() {}, ...user },
    timings: { ...defaultTimings, tryingAfterMs: Number.POSITIVE_INFINITY },
    ...limits,
  });
}

const badRoute = 'Route: <<>\r\n';

describe('the transaction layer', () => {
  it('survives an ACK whose Route its user cannot read', () => {
    const layer = layerOf({ onAck: (ack) => void ack.routes[0]?.uri });
    const { connection, statuses } = fakeConnection();
    expect(layer.receiveRequest(request('ACK', 'a', badRoute), connection)).toBe(true);
    expect(statuses()).toEqual([]);
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

  it('lets one client not take the room of the others, and holds no server to that', () => {
    const layer = layerOf({}, { maxTransactionsPerClient: 2 });
    const greedy = fakeConnection().connection;
    const taken = ['d', 'e', 'f'].map((branch) => layer.receiveRequest(request('INVITE', branch), greedy));
    expect(taken).toEqual([true, true, false]);
    expect(layer.receiveRequest(request('INVITE', 'g'), fakeConnection().connection)).toBe(true);
    const server = fakeConnection('fe2.contoso.example').connection;
    for (const branch of ['h', 'i', 'j'])
      expect(layer.receiveRequest(request('INVITE', branch), server)).toBe(true);
    layer.close();
    expect(layer.size).toBe(0);
  });
});
