import type { IncomingCall, ServerTransaction, SipConnection, UserAgentEvents } from '@entente/sip-endpoint';
import type { Clock } from '@entente/tls';
import { expect } from 'vitest';
import { startServer } from './network.ts';

/**
 * A server that passes everything from one user agent to the other, as a transparent wire between the two.
 * @param events - of the one that is called, beside its calls
 * @param caller - the time of the one that calls
 */
export async function startExchange(events: UserAgentEvents = {}, caller: { readonly clock?: Clock } = {}) {
  const connections: SipConnection[] = [];
  const acks: string[] = [];
  const other = (connection: SipConnection) =>
    connections.find((candidate) => candidate !== connection) as SipConnection;
  const pending = new Map<
    ServerTransaction,
    ReturnType<Awaited<ReturnType<typeof startServer>>['endpoint']['forward']>
  >();
  const server = await startServer({
    onConnection: (connection) => connections.push(connection),
    onAck(ack, connection) {
      acks.push(ack.method);
      other(connection).send(ack);
    },
    onRequest(transaction, connection) {
      const { request } = transaction;
      const onward = server.endpoint.forward(request, other(connection), {
        onResponse: (response) => void transaction.respond(response),
        onEnd: () => pending.delete(transaction),
      });
      transaction.context.user = {
        onCancel: (cancel) =>
          void server.endpoint.forward(cancel, other(connection), { onResponse() {}, onEnd() {} }),
      };
      pending.set(transaction, onward);
    },
  });
  const calls: ((call: IncomingCall) => void)[] = [];
  const ended: string[] = [];
  const disconnected: string[] = [];
  const onDisconnected = () => void disconnected.push('alice');
  const alice = { agent: server.agent('sip:alice@contoso.example', { onDisconnected }, caller) };
  const bob = {
    calls,
    ended,
    agent: server.agent('sip:bob@contoso.example', {
      ...events,
      onCall: (call) => calls.shift()?.(call),
    }),
  };
  await alice.agent.connect();
  await bob.agent.connect();
  await expect.poll(() => connections.length).toBe(2);
  return {
    alice,
    bob,
    acks,
    server,
    disconnected,
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
