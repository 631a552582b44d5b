import { createResponse, type SipRequest, type SipResponse, type TransactionEnd, Via } from '@entente/sip';
import type {
  ClientTransaction,
  ClientUser,
  NextHop,
  ServerTransaction,
  SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';

const hop: NextHop = { name: 'fabrikam.example', address: '', port: 0, link: { row: 0, name: 'a test' } };

interface Sent {
  readonly transaction: ClientTransaction;
  readonly user: ClientUser;
}

/** A relay whose hop is at two places; the test settles when the second is reached, and what becomes of each transaction. */
function relayed(method: string) {
  const sent: Sent[] = [];
  const cancels: SipRequest[] = [];
  const statuses: number[] = [];
  const suspected: SipConnection[] = [];
  const [first, second] = [fakeConnection(), fakeConnection()];
  let reached: (connection: SipConnection) => void = () => {};
  let nowhere: (error: Error) => void = () => {};
  const endpoint = {
    newToken: () => 'token',
    newBranch: () => 'token',
    connected: () => first,
    suspect: (connection: SipConnection) => suspected.push(connection) > 0,
    reach: () =>
      new Promise((resolve, reject) => {
        reached = resolve;
        nowhere = reject;
      }),
    via: () => Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKours' }),
    forward(request: SipRequest, connection: SipConnection, user: ClientUser) {
      const transaction = { request, context: { connection }, abandon() {} } as unknown as ClientTransaction;
      if (request.method === 'CANCEL') cancels.push(request);
      else sent.push({ transaction, user });
      return transaction;
    },
  } as unknown as SipEndpoint;
  const request = requestBetween('sip:alice@contoso.example', 'sip:bob@fabrikam.example', { method });
  const server = {
    request,
    context: {
      connection: fakeConnection(),
      user: undefined as { onCancel?: () => void } | undefined,
    },
    respond: (response: SipResponse) => statuses.push(response.status) > 0,
    abandon: () => statuses.push(0),
  };
  const target = { uri: request.uriText, flow: undefined, routes: [], instance: undefined };
  const lost: string[] = [];
  const onUnreachable = (name: string, error: unknown, _hop?: NextHop, of?: SipRequest) =>
    lost.push(`${(error as Error).message} (${name}, ${of?.callId === request.callId})`);
  const relay = relayOfTest({ endpoint, onUnreachable });
  relay.relay(server as unknown as ServerTransaction, [[target]], {
    nextHop: () => hop,
    nameOf: () => hop.name,
    build: (_target, via) =>
      requestBetween('sip:alice@contoso.example', target.uri, {
        method,
        via: [`${via}`, `${request.topVia}`],
      }),
  });
  const at = (which: number) => sent[which] as Sent;
  return {
    sent,
    cancels,
    statuses,
    suspected,
    lost,
    first,
    cancel: () => server.context.user?.onCancel?.(),
    answer: (which: number, status: number) => {
      const { transaction, user } = at(which);
      user.onResponse(createResponse(transaction.request, status, undefined, { toTag: 'far' }), transaction);
    },
    end: (which: number, how: TransactionEnd) => at(which).user.onEnd(how, at(which).transaction),
    reachSecond: async () => {
      reached(second);
      await Promise.resolve();
    },
    reachNobody: async () => {
      nowhere(new Error('connect ECONNREFUSED'));
      await Promise.resolve();
    },
  };
}

describe('a request that its next hop has failed', () => {
  it('goes to another place when timer B fires without any response to the INVITE', async () => {
    const call = relayed('INVITE');
    call.end(0, 'timeout');
    await call.reachSecond();
    call.answer(1, 200);
    expect(call.statuses).toEqual([200]);
  });

  it('goes nowhere else when timer F fires, for its sender has given up; those that follow do', () => {
    const call = relayed('MESSAGE');
    call.end(0, 'timeout');
    expect(call.sent).toHaveLength(1);
    expect(call.suspected).toEqual([call.first]);
    expect(call.statuses).toEqual([0]);
  });

  it('is reported with its name where nothing comes back, or the connection is lost, and it goes nowhere else', async () => {
    const silent = relayed('MESSAGE');
    silent.end(0, 'timeout');
    expect(silent.lost).toEqual(['fabrikam.example: it did not answer in time (fabrikam.example, true)']);
    const cut = relayed('MESSAGE');
    cut.end(0, 'transport-error');
    await cut.reachNobody();
    expect(cut.lost).toEqual([
      'fabrikam.example: the connection was lost before it answered (fabrikam.example, true)',
    ]);
  });

  it('is not reported where another place has it', async () => {
    const call = relayed('INVITE');
    call.end(0, 'timeout');
    await call.reachSecond();
    call.answer(1, 200);
    expect(call.lost).toEqual([]);
  });

  it('is answered as the first has answered where no other place is reached', async () => {
    const call = relayed('MESSAGE');
    call.answer(0, 503);
    await call.reachNobody();
    expect(call.statuses).toEqual([500]);
  });

  it('keeps to what the second says, whatever becomes of its transaction with the first', async () => {
    const call = relayed('INVITE');
    call.answer(0, 503);
    await call.reachSecond();
    call.end(0, 'transport-error');
    call.answer(1, 180);
    call.answer(1, 486);
    expect(call.statuses).toEqual([180, 486]);
    expect(call.sent).toHaveLength(2);
  });

  it('goes nowhere else once its sender has cancelled it', async () => {
    const before = relayed('INVITE');
    before.answer(0, 180);
    before.cancel();
    before.answer(0, 503);
    expect(before.sent).toHaveLength(1);
    expect(before.statuses, 'nothing more is waited for').toEqual([180, 500]);
    const meanwhile = relayed('INVITE');
    meanwhile.answer(0, 180);
    meanwhile.answer(0, 503);
    meanwhile.cancel();
    await meanwhile.reachSecond();
    expect(meanwhile.sent).toHaveLength(1);
    expect(meanwhile.statuses.at(-1)).toBe(487);
  });

  it('is cancelled at the second only after a provisional response of that one (RFC 3261 §9.1)', async () => {
    const call = relayed('INVITE');
    call.answer(0, 180);
    call.answer(0, 503);
    await call.reachSecond();
    call.cancel();
    expect(call.cancels).toEqual([]);
    call.answer(1, 180);
    expect(call.cancels).toHaveLength(1);
  });

  it('is over for the first when it has answered otherwise: a later loss of the connection says nothing', () => {
    const call = relayed('INVITE');
    call.answer(0, 200);
    call.end(0, 'transport-error');
    expect(call.suspected).toEqual([]);
  });
});
