import { once } from 'node:events';
import * as http2 from 'node:http2';
import * as net from 'node:net';
import * as tls from 'node:tls';
import {
  peerOf,
  postgresTls,
  type StreamOptions,
  serve,
  type TrustedStream,
  trustedStream,
} from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientName, makeWorld, presenting, serverName, type World } from './fixture.ts';

let world: World;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  world = await makeWorld();
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function listening(handler: (socket: tls.TLSSocket) => void, alpn?: readonly string[]) {
  const server = await serve(
    tls,
    {
      trust: world.trust,
      identity: world.server,
      allow: [clientName],
      host: '127.0.0.1',
      limits: { drainTimeoutMs: 1 },
      ...(alpn === undefined ? {} : { alpn }),
    },
    handler,
  );
  closers.push(() => server.close());
  return server.port;
}

function streamTo(port: number, more: Partial<StreamOptions> = {}): TrustedStream {
  const stream = trustedStream({
    host: '127.0.0.1',
    port,
    trust: world.trust,
    identity: world.client,
    expect: { mode: 'https', name: serverName },
    allow: [serverName],
    ...more,
  });
  closers.push(() => stream.destroy());
  return stream;
}

/** The error with which a stream is closed; a text where it is connected instead. */
function failure(stream: TrustedStream): Promise<unknown> {
  return new Promise((resolve) => {
    stream.on('error', () => {});
    stream.once('connect', () => resolve('connected'));
    stream.once('close', () => resolve(stream.errored));
  });
}

/** A server that answers in the clear before it speaks TLS, and a promise of the first bytes in the clear. */
async function answeringInTheClear(answer: string | Buffer | undefined) {
  const asked: string[] = [];
  const server = net.createServer((raw) => {
    raw.on('error', () => {});
    raw.once('data', (request) => {
      asked.push(request.toString('hex'));
      raw.pause();
      if (answer === undefined) return;
      raw.write(answer, () => {
        const secured = new tls.TLSSocket(raw, { isServer: true, ...presenting(world.server) });
        secured.on('error', () => {});
        secured.on('data', (chunk) => secured.write(chunk));
      });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => server.close());
  return { asked, port: (server.address() as net.AddressInfo).port };
}

describe('a connection that is given at once', () => {
  it('carries what was written before its verdict, and knows its peer after it', async () => {
    const stream = streamTo(await listening((socket) => socket.pipe(socket)));
    stream.setNoDelay(true).setKeepAlive(true, 1_000).unref().ref().write('early ');
    expect(peerOf(stream)).toBeUndefined();
    expect(stream.connecting).toBe(true);
    await once(stream, 'connect');
    expect(peerOf(stream)?.peer?.dnsNames).toEqual([serverName]);
    expect(stream.connecting).toBe(false);
    stream.end('late');
    let text = '';
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe('early late');
  });

  it('delivers all that a server sent before it closed', async () => {
    const much = Buffer.alloc(2_000_000, 'x');
    const stream = streamTo(await listening((socket) => socket.end(much)));
    await once(stream, 'connect');
    let length = 0;
    for await (const chunk of stream) length += (chunk as Buffer).length;
    expect(length).toBe(much.length);
  });

  it('is destroyed where the server is refused, which gets nothing of what was written', async () => {
    const received: Buffer[] = [];
    const server = tls.createServer(presenting(await world.issue({ dnsNames: ['other.contoso.example'] })));
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => {
      socket.on('error', () => {});
      socket.on('data', (chunk) => received.push(chunk));
    });
    const closed = new Promise<void>((resolve) => {
      server.on('connection', (raw: net.Socket) => raw.on('close', () => resolve()));
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    closers.push(() => server.close());
    const stream = streamTo((server.address() as net.AddressInfo).port);
    stream.write('secret');
    expect(await failure(stream)).toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason: 'name-mismatch' },
    });
    await closed;
    expect(received).toEqual([]);
  });

  it('is closed with the reason when the certificate of its server is revoked', async () => {
    const stream = streamTo(await listening((socket) => socket.pipe(socket)));
    stream.write('x');
    await once(stream, 'data');
    const ended = failure(stream);
    await world.revoke(world.server.serialHex);
    expect(await ended).toMatchObject({ rejection: { reason: 'revoked' } });
    expect(stream.destroyed).toBe(true);
  });

  it('dials no further where it is destroyed before its verdict', async () => {
    const { port, asked } = await answeringInTheClear(undefined);
    const stream = streamTo(port, { agree: () => new Promise<void>(() => {}) });
    stream.destroy();
    await once(stream, 'close');
    expect([stream.connecting, asked]).toEqual([false, []]);
  });

  it('tells of an idle connection, as a socket does', async () => {
    const stream = streamTo(await listening(() => {}));
    const idle = once(stream, 'timeout');
    stream.setTimeout(1);
    await idle;
  });

  it('is a session of node:http2, also where that writes before the verdict', async () => {
    const port = await listening(
      (socket) => {
        plain.emit('connection', socket);
      },
      ['h2'],
    );
    const plain = http2.createServer((_, response) => {
      response.end('hello');
    });
    const session = http2.connect('https://pool.contoso.example', {
      createConnection: () => streamTo(port, { alpn: ['h2'] }),
    });
    closers.push(() => session.destroy());
    const request = session.request({ ':path': '/' });
    let text = '';
    for await (const chunk of request) text += String(chunk);
    expect(text).toBe('hello');
    expect(peerOf(session)?.peer?.dnsNames).toEqual([serverName]);
  });

  it('refuses options at once, and one that is a misspelling', () => {
    expect(() => streamTo(1, { agre: postgresTls } as never)).toThrow(
      'expected only options of trustedStream',
    );
    expect(() => streamTo(1, { over: new net.Socket() } as never)).toThrow('found over');
  });
});

describe('TLS that is agreed on with PostgreSQL', () => {
  it('begins once the server has agreed', async () => {
    const { port, asked } = await answeringInTheClear('S');
    const stream = streamTo(port, { agree: postgresTls });
    stream.write('hello');
    const [answer] = (await once(stream, 'data')) as [Buffer];
    expect([asked, answer.toString()]).toEqual([['0000000804d2162f'], 'hello']);
  });

  it.each([
    ['a server without TLS', 'N', 'found a refusal'],
    ['a server before whose TLS somebody added a message', Buffer.from('SZ'), 'found 2 bytes in the clear'],
  ])('does not begin with %s', async (_, answer, found) => {
    const { port } = await answeringInTheClear(answer);
    expect(await failure(streamTo(port, { agree: postgresTls }))).toMatchObject({
      code: 'ENTENTE_HANDSHAKE_FAILED',
      message: expect.stringContaining(found),
    });
  });

  it('is given up where the server says nothing', async () => {
    const { port } = await answeringInTheClear(undefined);
    const stream = streamTo(port, { agree: postgresTls, timeoutMs: 1 });
    expect(await failure(stream)).toMatchObject({
      code: 'ENTENTE_TIMEOUT',
      // A server has no setting of that name.
      remedy: expect.not.stringContaining('timeoutMs'),
    });
  });
});
