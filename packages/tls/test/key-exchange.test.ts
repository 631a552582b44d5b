import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { connect, serve } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { bare, ended, presenting, serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
const { common } = servers;
const cheap = ['X25519', 'P-256', 'P-384'];
const dear = ['ffdhe2048', 'ffdhe8192', 'P-521', 'X448'];

describe('a key exchange', () => {
  it.each(cheap)('of %s is accepted by a listener', async (ecdhCurve) => {
    const server = await serve(tls, common(), (socket) => void socket.end('hello'));
    servers.closeAfterwards(() => server.close());
    const client = bare(server.port, { ...presenting(servers.world.client), ecdhCurve });
    expect(await ended(client)).toMatchObject({ received: 'hello' });
  });

  it.each(dear)('of %s is not computed by a listener: a client chooses it for nothing', async (ecdhCurve) => {
    const server = await serve(tls, common(), (socket) => void socket.end('hello'));
    servers.closeAfterwards(() => server.close());
    const client = bare(server.port, { ...presenting(servers.world.client), ecdhCurve });
    const outcome = await ended(client);
    expect(outcome.received).toBe('');
    expect(outcome.error).toMatchObject({ code: expect.stringContaining('HANDSHAKE_FAILURE') });
  });

  it.each(dear)('of %s is not computed for a server that is dialled', async (ecdhCurve) => {
    const { world } = servers;
    const { certificatePem: cert, keyPem: key } = world.server.current;
    const server = tls.createServer({ cert, key, ecdhCurve });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      await expect(
        connect({
          host: '127.0.0.1',
          port,
          trust: world.trust,
          expect: { mode: 'host', name: serverName },
          allow: [serverName],
        }),
      ).rejects.toMatchObject({ code: 'ENTENTE_REFUSED' });
    } finally {
      server.close();
    }
  });
});
