import { createRequest, type SipRequest } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

/** As a server sends it that reports waiting messages to each user who registers. */
function notify(toTag: string): SipRequest {
  return createRequest({
    method: 'NOTIFY',
    uri: 'sip:alice@contoso.example',
    from: '<sip:voicemail@contoso.example>;tag=v',
    to: `<sip:alice@contoso.example>${toTag}`,
    callId: 'waiting',
    cseq: 1,
    contact: '<sip:fe1.contoso.example;transport=tls>',
    headers: { Event: 'message-summary', 'Subscription-State': 'active' },
    contentType: 'application/simple-message-summary',
    body: 'Messages-Waiting: yes\r\n',
  });
}

describe('a NOTIFY outside a call', () => {
  it('reaches onRequest, which chooses its answer; in a dialog that the user agent does not have it is answered 481', async () => {
    const connections: SipConnection[] = [];
    const user = { onRequest() {}, onAck() {}, onConnection: (one: SipConnection) => connections.push(one) };
    await using server = await startServer(user);
    const bodies: string[] = [];
    const agent = server.agent('sip:alice@contoso.example', {
      onRequest(request) {
        bodies.push(request.bodyText);
        return request.method === 'NOTIFY' ? { status: 200 } : undefined;
      },
    });
    await agent.connect();
    await expect.poll(() => connections.length).toBe(1);
    const connection = connections[0] as SipConnection;
    expect((await server.endpoint.ask(notify(''), connection)).status).toBe(200);
    expect((await server.endpoint.ask(notify(';tag=unknown'), connection)).status).toBe(481);
    expect(bodies).toEqual(['Messages-Waiting: yes\r\n']);
  });
});
