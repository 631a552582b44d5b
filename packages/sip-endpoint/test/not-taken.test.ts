import { createRequest } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

const bob = 'sip:bob@contoso.example';

describe('a request that a connection does not take', () => {
  it('is refused by itself, says why, and leaves the connection as it is', async () => {
    const connections: SipConnection[] = [];
    const user = { onRequest() {}, onAck() {}, onConnection: (one: SipConnection) => connections.push(one) };
    await using server = await startServer(user, { limits: { maxPendingBytes: 100_000 } });
    await server.bare();
    await expect.poll(() => connections.length).toBe(1);
    const connection = connections[0] as SipConnection;
    const request = createRequest({
      method: 'MESSAGE',
      uri: bob,
      from: '<sip:alice@contoso.example>;tag=1',
      to: `<${bob}>`,
      callId: 'c',
      cseq: 1,
      contentType: 'text/plain',
      body: 'x'.repeat(200_000),
    });
    const [first, second] = [1, 2].map(() => server.endpoint.ask(request, connection));
    await expect(second).rejects.toMatchObject({
      code: 'ENTENTE_SIP_NOT_TAKEN',
      message: 'MESSAGE was not sent: the other side takes too little of what waits for it',
      remedy: 'wait for the answers to what was sent before, then send the request again',
    });
    expect(connection.isClosed).toBe(false);
    connection.close();
    await expect(first).rejects.toMatchObject({ code: 'ENTENTE_SIP_CONNECTION_LOST' });
  });
});
