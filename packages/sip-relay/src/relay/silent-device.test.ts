import { createResponse, type SipRequest, type SipResponse, type TransactionEnd, Via } from '@entente/sip';
import {
  type ClientTransaction,
  type ClientUser,
  type NextHop,
  type ServerTransaction,
  SipConnection,
  type SipEndpoint,
} from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';
import { FlowNames } from '../flow-tokens.ts';

const device = 'sip:bob@192.0.2.7:49152;transport=tls';

/** A relay that has sent a request to a device over the connection of its registration. */
function relayed(method: string) {
  const connection: SipConnection = Object.defineProperties(
    Object.create(SipConnection.prototype),
    Object.getOwnPropertyDescriptors(fakeConnection()),
  );
  const lines: string[] = [];
  const statuses: number[] = [];
  let sent: { readonly transaction: ClientTransaction; readonly user: ClientUser } | undefined;
  const endpoint = {
    newToken: () => 'token',
    newBranch: () => 'token',
    flow: () => connection,
    via: () => Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKours' }),
    forward(request: SipRequest, _connection: unknown, user: ClientUser) {
      const transaction = { request, context: { connection }, abandon() {} } as unknown as ClientTransaction;
      sent = { transaction, user };
      return transaction;
    },
  } as unknown as SipEndpoint;
  const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', { method });
  const server = {
    request,
    context: { connection: fakeConnection(), user: undefined },
    respond: (response: SipResponse) => statuses.push(response.status) > 0,
    abandon: () => statuses.push(0),
  };
  const flows = new FlowNames();
  const onUnreachable = (name: string, error: unknown, hop?: NextHop, of?: SipRequest) => {
    const { message, remedy } = error as Error & { readonly remedy?: string };
    lines.push(`${name}: ${message}; ${remedy}`);
    expect([hop, of?.callId]).toEqual([undefined, request.callId]);
  };
  const relay = relayOfTest({ endpoint, flows, onUnreachable });
  const target = { uri: device, flow: flows.of({ id: 1 }), routes: [], instance: undefined };
  relay.relay(server as unknown as ServerTransaction, [[target]], {
    nextHop: () => ({ status: 504 }),
    // As an edge calls all of them.
    nameOf: () => 'external client',
    build: (_target, via) =>
      requestBetween('sip:alice@contoso.example', device, { method, via: [`${via}`, `${request.topVia}`] }),
  });
  return {
    lines,
    statuses,
    answer: (status: number) =>
      sent?.user.onResponse(
        createResponse(sent.transaction.request, status, undefined, { toTag: 'far' }),
        sent.transaction,
      ),
    end: (how: TransactionEnd) => sent?.user.onEnd(how, sent.transaction),
  };
}

const line = `${device}: the device did not answer in time, over a connection that is open; check that it is switched on and runs, and that its network lets the connection pass`;

describe('a device that is silent on an open connection', () => {
  it('is in the log with the request, whose sender hears nothing (RFC 4320 §4.2)', () => {
    const text = relayed('MESSAGE');
    text.end('timeout');
    expect(text.lines).toEqual([line]);
    expect(text.statuses).toEqual([0]);
  });

  it('is in the log with the call, which is answered 408', () => {
    const call = relayed('INVITE');
    call.end('timeout');
    expect(call.lines).toEqual([line]);
    expect(call.statuses).toEqual([408]);
  });

  it('is not in the log where its connection was lost: other lines say that', () => {
    const text = relayed('MESSAGE');
    text.end('transport-error');
    expect(text.lines).toEqual([]);
  });

  it('is not in the log where it has rung', () => {
    const call = relayed('INVITE');
    call.answer(180);
    call.end('timeout');
    expect(call.lines).toEqual([]);
  });
});
