import * as http from 'node:http';
import * as http2 from 'node:http2';
import * as https from 'node:https';
import * as net from 'node:net';
import * as tls from 'node:tls';
import { connect, type MutualServeOptions, serve } from '@entente/tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bare, clientName, ended, makeWorld, presenting, serverName, type World } from './fixture.ts';

let world: World;
beforeAll(async () => {
  world = await makeWorld();
});
const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

function good(): MutualServeOptions {
  return { trust: world.trust, identity: world.server, allow: [clientName], host: '127.0.0.1' };
}

describe('the module that serve is given', () => {
  const { createServer } = http;
  const modules: readonly [string, unknown][] = [
    ['node:http', http],
    ['node:net', net],
    ['an object with the functions of node:http', { createServer, globalAgent: http.globalAgent }],
    ['an object that calls node:http TLS', { createServer, TLSSocket: tls.TLSSocket }],
    ['an object that calls node:http secure', { createSecureServer: createServer }],
    ['an object that makes nothing', { createServer: () => undefined, globalAgent: {} }],
    ['an object that makes something', { createServer: () => ({ listen() {} }), globalAgent: {} }],
    ['an empty object', {}],
    ['undefined', undefined],
    ['null', null],
    ['a name', 'node:https'],
  ];
  it.each(modules)('is refused where what it makes is not a TLS server: %s', async (_, module) => {
    let served = false;
    await expect(
      serve(module as typeof https, good(), () => {
        served = true;
      }),
    ).rejects.toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: 'first argument of serve',
      remedy: expect.stringContaining('node:https'),
    });
    expect(served).toBe(false);
  });

  it('is refused where it hands out a server that listens already', async () => {
    const listening = tls.createServer();
    await new Promise<void>((resolve) => {
      listening.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => listening.close());
    const module = { createServer: () => listening, TLSSocket: tls.TLSSocket };
    await expect(serve(module as unknown as typeof tls, good(), () => {})).rejects.toMatchObject({
      sentence: 'expected a module that makes a TLS server, found one that listens already',
    });
  });

  it.each([
    ['node:https', https],
    ['node:http2', http2],
    ['node:tls', tls],
  ] as const)('may be %s, whatever way it is imported', async (name, module) => {
    const { default: exports } = (await import(name)) as { default: typeof module };
    for (const one of [module, exports]) {
      const server = await serve(one as typeof https, good(), () => {});
      expect(server.server).toBeInstanceOf(tls.Server);
      await server.close();
    }
  });

  it.each([undefined, null, 'text', {}])('is refused with a handler that is %o', async (handler) => {
    await expect(serve(https, good(), handler as never)).rejects.toMatchObject({
      code: 'ENTENTE_OPTION_INVALID',
      place: 'third argument of serve',
    });
  });
});

describe('what is given to serve', () => {
  it.each([
    ['identity', { identity: Promise.resolve() }],
    ['trust', { trust: Promise.resolve() }],
  ])('is said to be a promise where %s was not awaited', async (name, promise) => {
    await expect(serve(https, { ...good(), ...promise } as never, () => {})).rejects.toMatchObject({
      place: `${name} of serve`,
      sentence: expect.stringContaining('found a promise'),
      remedy: expect.stringContaining('await it'),
    });
  });

  it('is an address of this machine, and the fault says so where it is of another', async () => {
    await expect(serve(https, { ...good(), host: '192.0.2.1' }, () => {})).rejects.toMatchObject({
      code: 'ENTENTE_LISTEN_FAILED',
      sentence: 'expected to listen, found EADDRNOTAVAIL',
      remedy: 'give an address of this machine as host, or leave host out to listen on all of them',
    });
  });
});

describe('the functions among the options', () => {
  it.each([
    ['a promise', async () => ({ ok: true })],
    ['nothing', () => undefined],
    ['a text', () => 'yes'],
    ['something like a yes', () => ({ ok: 'true' })],
    ['a no without rejection', () => ({ ok: false })],
  ])('refuse the peer where allow answers %s, and the fault says so', async (_, allow) => {
    const faults: unknown[] = [];
    const server = await serve(
      tls,
      { ...good(), allow, onFault: (fault: unknown) => faults.push(fault) } as never,
      (socket) => socket.end('hello'),
    );
    closers.push(() => server.close());
    expect((await ended(bare(server.port, presenting(world.client)))).received).toBe('');
    expect(faults).toMatchObject([{ code: 'ENTENTE_OPTION_INVALID', place: 'allow of serve' }]);
    const options = {
      trust: world.trust,
      identity: world.client,
      host: '127.0.0.1',
      port: server.port,
      expect: { mode: 'host', name: serverName },
      allow,
    };
    await expect(connect(options as never)).rejects.toMatchObject({ place: 'allow of connect' });
  });

  it('keep no connection open whose refusal they cannot take', async () => {
    const own = await makeWorld();
    const faults: unknown[] = [];
    const server = await serve(
      tls,
      {
        trust: own.trust,
        identity: own.server,
        allow: [clientName],
        host: '127.0.0.1',
        onRefusal: () => {
          throw new Error('the log is full');
        },
        onFault: (fault) => faults.push(fault),
      },
      (socket) => void socket.write('hello'),
    );
    closers.push(() => server.close());
    const refused = await ended(bare(server.port));
    expect(refused.received).toBe('');
    const socket = bare(server.port, presenting(own.client));
    const end = ended(socket);
    await new Promise((resolve) => socket.once('data', resolve));
    await own.revoke(own.client.serialHex);
    await end;
    expect(server.connections).toBe(0);
    expect(faults.map(String)).toEqual(['Error: the log is full', 'Error: the log is full']);
  });
});
