import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as tls from 'node:tls';
import { agent, type ConnectionRefusal, connect, serve } from '@entente/tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { clientName, ended, makeWorld, presenting, resume, serverName, type World } from './fixture.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

const versions = ['TLSv1.2', 'TLSv1.3'] as const;

describe('a resumed session', () => {
  it.each(versions)(
    'is always refused where clients are judged, with resumption-not-allowed (%s)',
    async (version) => {
      const refusals: ConnectionRefusal[] = [];
      let admitted = 0;
      const server = await serve(
        tls,
        {
          trust: world.trust,
          identity: world.server,
          allow: [clientName],
          host: '127.0.0.1',
          minVersion: 'TLSv1.2',
          onRefusal: (refusal) => refusals.push(refusal),
        },
        (socket) => {
          admitted++;
          socket.end('hello');
        },
      );
      closers.push(() => server.close());
      // A listener of ours gives no session tickets. This one's context was exchanged behind our back.
      server.server.setSecureContext({ ...presenting(world.server), ca: [], minVersion: 'TLSv1.2' });
      const rounds = 20;
      for (let round = 1; round <= rounds; round++) {
        const { reused, outcome } = await resume(server.port, {
          ...presenting(world.client),
          maxVersion: version,
        });
        expect(reused).toBe(true);
        expect(outcome.received).toBe('');
        expect(refusals).toHaveLength(round);
        expect(refusals.at(-1)).toMatchObject({
          when: 'handshake',
          rejection: { reason: 'resumption-not-allowed' },
        });
      }
      // The first connection of each round had a full handshake.
      expect(admitted).toBe(rounds);
    },
  );

  it.each(versions)('is offered by none of our clients (%s)', async (version) => {
    const reused: boolean[] = [];
    const server = https.createServer({
      ...presenting(world.server),
      requestCert: true,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      maxVersion: version,
    });
    server.on('secureConnection', (socket: tls.TLSSocket) => reused.push(socket.isSessionReused()));
    server.on('request', (_, response) => response.writeHead(200, { connection: 'close' }).end('hello'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const outbound = {
      trust: world.trust,
      identity: world.client,
      allow: [serverName],
      minVersion: 'TLSv1.2',
    } as const;
    for (let round = 0; round < 3; round++) {
      const socket = await connect({
        ...outbound,
        host: '127.0.0.1',
        port,
        expect: { mode: 'host', name: serverName },
      });
      const end = ended(socket);
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      expect((await end).received).toContain('hello');
    }
    const made = agent({ ...outbound, keepAlive: false });
    for (let round = 0; round < 3; round++) {
      await new Promise<void>((resolve, reject) => {
        https
          .get({ host: '127.0.0.1', servername: serverName, port, agent: made }, (response) =>
            response.resume().on('end', resolve),
          )
          .on('error', reject);
      });
    }
    expect(reused).toEqual(new Array(6).fill(false));
  });
});
