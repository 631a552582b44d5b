import { createRequest, createResponse } from '@entente/sip';
import { type EndpointUser, type NextHop, type SipConnection, SipEndpoint } from '@entente/sip-endpoint';
import { memoryTransport } from '@entente/sip-endpoint/testing';
import { forwardRequest } from '@entente/sip-proxy';
import { expect, it } from 'vitest';
import { FlowNames } from '../src/flow-tokens.ts';
import { Relay } from '../src/relay/relay.ts';

const link = { row: 0, name: 'a test' };
const hop: NextHop = { name: 'proxy.contoso.example', address: '192.0.2.1', port: 5061, link };
const noUser: EndpointUser = { onRequest() {}, onAck() {} };

it('a call whose CANCEL its device never follows ends with 408 (RFC 3261 §16.8), not as one that could not be sent', async () => {
  let now = 1_000_000;
  let tokens = 0;
  const network = memoryTransport();
  const endpointOf = (host: string, user: EndpointUser) =>
    new SipEndpoint({ sentBy: { host }, newToken: () => `t${++tokens}`, user, dial: network.dial });
  const flows = new FlowNames();
  const connections: SipConnection[] = [];
  await using proxy = endpointOf('proxy.contoso.example', {
    ...noUser,
    onConnection: (connection) => connections.push(connection),
    onRequest(transaction) {
      const flow = flows.of(connections[0] as SipConnection);
      relay.relay(transaction, [[{ uri: 'sip:bob@device.invalid', flow, routes: [], instance: undefined }]], {
        nextHop: () => ({ status: 504 }),
        build: ({ uri }, via) => forwardRequest(transaction.request, { via, uri }),
      });
    },
  });
  const relay = new Relay({ endpoint: proxy, flows, clock: () => now });
  network.listen(hop, (socket) => proxy.accept(socket, link));
  const cancel = new AbortController();
  await using device = endpointOf('device.invalid', {
    ...noUser,
    onRequest(transaction) {
      transaction.context.user = {
        onCancel() {
          now += 60_000;
        },
      };
      transaction.respond(createResponse(transaction.request, 180, undefined, { toTag: 'rings' }));
    },
  });
  await using caller = endpointOf('caller.invalid', noUser);
  await device.reach(hop);
  const invite = createRequest({
    method: 'INVITE',
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=a',
    to: '<sip:bob@contoso.example>',
    callId: 'c',
    cseq: 1,
  });
  const answer = await caller.ask(invite, await caller.reach(hop), {
    signal: cancel.signal,
    onProvisional: () => cancel.abort(),
  });
  expect(answer.status).toBe(408);
});
