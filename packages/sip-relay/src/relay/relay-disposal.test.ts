import { createRequest, type SipRequest, type SipResponse, type TransactionEnd, Via } from '@entente/sip';
import type {
  ClientTransaction,
  ClientUser,
  ServerTransaction,
  SipConnection,
  SipEndpoint,
} from '@entente/sip-endpoint';
import type { Target } from '@entente/sip-proxy';
import { describe, expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';

const hop = {
  name: 'fe2.contoso.example',
  address: '192.0.2.2',
  port: 5061,
  link: { row: 0, name: 'a test' },
};
const target: Target = { uri: 'sip:bob@contoso.example', flow: undefined, routes: [], instance: undefined };

function request(method: string): SipRequest {
  return createRequest({
    method,
    uri: target.uri,
    from: '<sip:alice@contoso.example>;tag=1',
    to: `<${target.uri}>`,
    callId: 'c',
    cseq: 1,
    via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1',
  });
}

/** A relay whose endpoint dials for ever, or sends at once; what it sent waits for its end. */
function relayOf(method: string, groups: number, open: boolean) {
  const sent: { user: ClientUser; transaction: ClientTransaction }[] = [];
  const statuses: number[] = [];
  const connection = fakeConnection();
  let dials = 0;
  const endpoint = {
    newToken: () => 'token',
    newBranch: () => 'token',
    connected: () => (open ? connection : undefined),
    reach() {
      dials++;
      return new Promise<SipConnection>(() => {});
    },
    suspect: () => false,
    via: () => Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKours' }),
    forward(message: SipRequest, _connection: SipConnection, user: ClientUser) {
      const transaction = { request: message, context: { connection } } as unknown as ClientTransaction;
      sent.push({ user, transaction });
      return transaction;
    },
  } as unknown as SipEndpoint;
  const relay = relayOfTest({ endpoint });
  const server = {
    request: request(method),
    context: {
      connection: fakeConnection(),
    },
    respond: (response: SipResponse) => statuses.push(response.status) > 0,
    abandon() {},
  } as unknown as ServerTransaction;
  relay.relay(
    server,
    Array.from({ length: groups }, () => [target]),
    { nextHop: () => hop, build: () => request(method) },
  );
  const end = (how: TransactionEnd) => {
    const last = sent.at(-1);
    last?.user.onEnd(how, last.transaction);
  };
  return { relay, sent, statuses, end, dials: () => dials };
}

describe('a relay that was closed', () => {
  it('wakes nobody any more, not even a branch that still dials', () => {
    const { relay } = relayOf('INVITE', 1, false);
    expect(relay.timers).toBe(1);
    relay.close();
    expect(relay.timers).toBe(0);
  });

  it('tries no further target when the transactions under way are abandoned', () => {
    for (const method of ['INVITE', 'MESSAGE']) {
      const { end, relay, sent, statuses } = relayOf(method, 3, true);
      expect(sent).toHaveLength(1);
      relay.close();
      end('abandoned');
      expect(sent).toHaveLength(1);
      expect(relay.timers).toBe(0);
      expect(statuses).toEqual([500]);
    }
  });

  it('dials for no request that comes afterwards', () => {
    const { dials, relay, statuses } = relayOf('INVITE', 1, false);
    relay.close();
    relay.relay(
      {
        request: request('INVITE'),
        context: {
          connection: fakeConnection(),
        },
        respond: (response: SipResponse) => statuses.push(response.status) > 0,
      } as unknown as ServerTransaction,
      [[target]],
      { nextHop: () => hop, build: () => request('INVITE') },
    );
    expect(dials()).toBe(1);
    expect(statuses).toEqual([500]);
    expect(relay.timers).toBe(0);
  });

  it('tries the next target as long as it is open', () => {
    const { end, sent } = relayOf('INVITE', 2, true);
    end('timeout');
    expect(sent).toHaveLength(2);
  });
});
