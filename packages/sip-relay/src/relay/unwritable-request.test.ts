import type { ServerTransaction, SipConnection, SipEndpoint } from '@entente/sip-endpoint';
import { refusal } from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { links } from '@entente/topology';
import { expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';

const tooLong = refusal('message-too-large', 513, 'expected a short route, found a long one', 'Shorten it.');

/** A request, or an ACK, that the rules refuse to write for its next hop. */
function start(method: string) {
  const statuses: number[] = [];
  const refused: [reason: string, by: SipConnection][] = [];
  const unreachable: string[] = [];
  const sent: unknown[] = [];
  const sender = fakeConnection();
  const next = Object.assign(fakeConnection(), { send: (message: unknown) => void sent.push(message) });
  const request = requestBetween('sip:alice@contoso.example', 'sip:bob@fabrikam.example', { method });
  const relay = relayOfTest({
    endpoint: {
      newToken: () => 'token',
      newBranch: () => 'token',
      connected: () => next,
      via: () => request.topVia,
      forward: (message: unknown) => void sent.push(message),
    } as unknown as SipEndpoint,
    onRefused: (_request, { reason }, connection) => refused.push([reason, connection]),
    onUnreachable: (name) => unreachable.push(name),
  });
  const groups = [[{ uri: request.uriText, flow: undefined, routes: [], instance: undefined }]];
  const rules = {
    nextHop: () => ({ name: 'fabrikam.example', address: '', port: 0, link: links.federation }),
    build: () => tooLong,
  };
  const server = {
    request,
    context: { connection: sender },
    respond: ({ status }: { status: number }) => statuses.push(status) > 0,
  } as unknown as ServerTransaction;
  return { groups, refused, relay, rules, sender, sent, server, statuses, unreachable };
}

it('a request that cannot be written for its next hop because of its sender is refused, and nothing is said of the hop', () => {
  const { groups, refused, relay, rules, sender, sent, server, statuses, unreachable } = start('INVITE');
  relay.relay(server, groups, rules);
  expect({ refused, sent, statuses, unreachable }).toEqual({
    refused: [['message-too-large', sender]],
    sent: [],
    statuses: [513],
    unreachable: [],
  });
});

it('an ACK that cannot be written goes nowhere', () => {
  const { groups, relay, rules, sender, sent, unreachable } = start('ACK');
  relay.forwardAck(groups, rules, { ledger: sender.ledger, bytes: 100 });
  expect({ sent, unreachable }).toEqual({ sent: [], unreachable: [] });
});
