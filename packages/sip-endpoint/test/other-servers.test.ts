import { createResponse, type SipResponse } from '@entente/sip';
import type { EndpointUser, SipConnection } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startServer } from './network.ts';

/** A server that does this on each new connection, one after the other. */
async function serverOf(...behaviours: readonly (number | 'hang up')[]) {
  const connections: SipConnection[] = [];
  const user: EndpointUser = {
    onRequest(transaction, connection) {
      if (!connections.includes(connection)) connections.push(connection);
      const behaviour = behaviours[connections.indexOf(connection)];
      if (behaviour === 'hang up') connection.socket.destroy();
      else
        transaction.respond(
          createResponse(transaction.request, behaviour ?? 200, undefined, { toTag: 'far' }),
        );
    },
    onAck() {},
  };
  const server = await startServer(user);
  return { connections, server };
}

const places = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4', '192.0.2.5'];

describe('a user agent whose server has several addresses (RFC 3263 §4.3, RFC 5626 §4.2.1)', () => {
  it.each([503, 'hang up'] as const)(
    'registers at the next one where the first does this: %s; what follows goes there',
    async (behaviour) => {
      const { connections, server } = await serverOf(behaviour, 200);
      await using _ = server;
      const alice = server.agent('sip:alice@contoso.example', {}, { places });
      expect((await alice.register()).status).toBe(200);
      expect((await alice.message('sip:bob@contoso.example', 'hello')).status).toBe(200);
      expect(connections).toHaveLength(2);
      await expect.poll(() => [...server.endpoint.connections].length).toBe(1);
    },
  );

  it('registers at the next one when the connection to the first breaks, and what follows goes there', async () => {
    const { connections, server } = await serverOf(200, 200);
    await using _ = server;
    const alice = server.agent('sip:alice@contoso.example', {}, { places });
    await alice.register();
    connections[0]?.socket.destroy();
    await expect.poll(() => connections.length).toBe(2);
    await expect.poll(() => alice.registration.state).toBe('registered');
    expect(server.dialled).toEqual(places.slice(0, 2));
    expect((await alice.message('sip:bob@contoso.example', 'hello')).status).toBe(200);
    expect(connections).toHaveLength(2);
  });

  it('holds a request back while it connects again, and sends it then', async () => {
    const { connections, server } = await serverOf(200, 200);
    await using _ = server;
    let held: Promise<SipResponse> | undefined;
    const onDisconnected = () => {
      held ??= alice.message('sip:bob@contoso.example', 'hello');
    };
    const alice = server.agent('sip:alice@contoso.example', { onDisconnected }, { places });
    await alice.register();
    connections[0]?.socket.destroy();
    await expect.poll(() => held).toBeDefined();
    expect((await held)?.status).toBe(200);
    expect(connections).toHaveLength(2);
  });

  it('asks four of them, and gives the answer of the last', async () => {
    const { connections, server } = await serverOf(503, 503, 503, 503, 503);
    await using _ = server;
    const alice = server.agent('sip:alice@contoso.example', {}, { places });
    expect((await alice.register()).status).toBe(503);
    expect(connections).toHaveLength(4);
  });

  it('asks no other where there is none, and says that nobody answered', async () => {
    const { connections, server } = await serverOf('hang up');
    await using _ = server;
    const alice = server.agent('sip:alice@contoso.example', {}, { places: places.slice(0, 1) });
    await expect(alice.register()).rejects.toMatchObject({ code: 'ENTENTE_SIP_CONNECTION_LOST' });
    expect(connections).toHaveLength(1);
  });

  it('takes any other answer for one', async () => {
    const { connections, server } = await serverOf(403);
    await using _ = server;
    expect((await server.agent('sip:alice@contoso.example', {}, { places }).register()).status).toBe(403);
    expect(connections).toHaveLength(1);
  });
});
