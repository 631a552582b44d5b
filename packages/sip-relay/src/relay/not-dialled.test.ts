import type { SipResponse } from '@entente/sip';
import type { ServerTransaction, SipEndpoint } from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { expect, it } from 'vitest';
import { fakeConnection } from '../../test/fake-connection.ts';
import { relayOfTest } from '../../test/relay-of-test.ts';

/** A request with one target, of which the rules say this. */
function relayed(status: number, mayKnow = true) {
  const told: string[] = [];
  const statuses: number[] = [];
  const answers: SipResponse[] = [];
  const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
    method: 'INVITE',
  });
  const server = {
    request,
    context: { connection: fakeConnection() },
    respond: (response: SipResponse) => answers.push(response) + statuses.push(response.status) > 0,
  } as unknown as ServerTransaction;
  const relay = relayOfTest({
    endpoint: { newToken: () => 'token' } as unknown as SipEndpoint,
    explains: () => (mayKnow ? ['Entente-Diagnostics', '1000;reason="unreachable"'] : undefined),
    onUnreachable: (name, error, _hop, of) =>
      told.push(`${name}: ${(error as Error).message} (${of?.callId === request.callId})`),
  });
  const target = { uri: request.uriText, flow: undefined, routes: [], instance: undefined };
  relay.relay(server, [[target]], {
    nextHop: () => ({ status }),
    build: () => request,
    nameOf: () => 'fe9.contoso.example',
  });
  const why = answers.map((answer) => answer.get('Entente-Diagnostics'));
  return { statuses, told, why };
}

it('a request for a server that may not be dialled is answered 504, and reported with its name', () => {
  const { statuses, told } = relayed(504);
  expect(statuses).toEqual([504]);
  expect(told).toEqual([expect.stringMatching(/^fe9\.contoso\.example: .*found none.* \(true\)$/)]);
});

it('a request for a client that is gone is no such one', () => {
  expect(relayed(430)).toEqual({ statuses: [430], told: [], why: [undefined] });
});

it('the sender of a request for a server that is not reached hears why, where that is somebody who may know', () => {
  expect(relayed(504)).toMatchObject({ statuses: [504], why: ['1000;reason="unreachable"'] });
  expect(relayed(504, false)).toMatchObject({ statuses: [504], why: [undefined] });
});
