import http, { type RequestListener } from 'node:http';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { publicLimits } from './public-limits.ts';
import { createPublicServer, endInTime, servePublicHttp } from './public-server.ts';

const hello: RequestListener = (_, outgoing) => void outgoing.end('hello');

describe('a listener of plain HTTP', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  async function listen(limits: Partial<typeof publicLimits> = {}, listener = hello): Promise<number> {
    const server = createPublicServer(listener, { ...publicLimits, ...limits });
    ends.push(() => server.close().closeAllConnections());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  }

  /** A connection from one of the addresses of loopback. */
  async function open(port: number, localAddress = '127.0.0.1') {
    const socket = connect({ port, host: '127.0.0.1', localAddress });
    ends.push(() => socket.destroy());
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => {});
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    socket.resume();
    return { socket, closed };
  }
  const silent = (port: number, count: number, address?: string) =>
    Promise.all(Array.from({ length: count }, () => open(port, address)));

  /** The status of an answer; undefined where the connection was closed instead. */
  function get(port: number, localAddress = '127.0.0.1', options: http.RequestOptions = {}) {
    return new Promise<number | undefined>((resolve) => {
      http
        .get({ host: '127.0.0.1', port, localAddress, agent: false, ...options }, (incoming) => {
          incoming.resume();
          resolve(incoming.statusCode);
        })
        .once('error', () => resolve(undefined));
    });
  }

  it('leaves one address no more connections than its bound, and room again when one ends', async () => {
    const port = await listen({ maxConnectionsPerAddress: 3 });
    const [first] = await silent(port, 3);
    await (await open(port)).closed;
    expect(await get(port)).toBeUndefined();
    expect(await get(port, '127.0.0.2')).toBe(200);
    first?.socket.destroy();
    await first?.closed;
    await expect.poll(() => get(port)).toBe(200);
  });

  it('answers a reader while silent connections have taken every place', async () => {
    const port = await listen({ maxConnections: 4, maxConnectionsPerAddress: 2 });
    const [oldest] = await silent(port, 2, '127.0.0.2');
    await silent(port, 2, '127.0.0.3');
    expect(await get(port, '127.0.0.4')).toBe(200);
    await oldest?.closed;
  });

  it('closes a connection that sends no request, and one whose header does not end', async () => {
    const port = await listen({ headersTimeoutMs: 50, requestTimeoutMs: 50, lookEveryMs: 10 });
    const [quiet, slow] = await silent(port, 2);
    slow?.socket.write('GET / HTTP/1.1\r\nHost: x\r\nX: ');
    await Promise.all([quiet?.closed, slow?.closed]);
  });

  it('closes them too where it does not listen itself, and is handed its connections, and so one that begins a second header and stops', async () => {
    const inner = createPublicServer(hello, {
      ...publicLimits,
      headersTimeoutMs: 50,
      keepAliveTimeoutMs: 50,
    });
    const outer = createServer((socket) => void inner.emit('connection', socket));
    ends.push(() => outer.close());
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
    const { port } = outer.address() as AddressInfo;
    const [quiet, slow, second] = await silent(port, 3);
    slow?.socket.write('GET / HTTP/1.1\r\nHost: x\r\nX: ');
    second?.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\nGET ');
    await Promise.all([quiet?.closed, slow?.closed, second?.closed]);
  });

  it('refuses a header that is too long, and closes a connection after a request with a body, which it does not read', async () => {
    const port = await listen();
    expect(await get(port, undefined, { headers: { x: 'x'.repeat(5_000) } })).toBe(431);
    const { closed, socket } = await open(port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n');
    await closed;
  });

  it('answers a bounded number of requests on one connection', async () => {
    const port = await listen({ maxRequests: 3 });
    const { closed, socket } = await open(port);
    let text = '';
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5));
    await closed;
    expect(text.split('200 OK')).toHaveLength(4);
  });

  it('closes a connection whose answer is not taken in time', async () => {
    const endless: RequestListener = (_, outgoing) => void outgoing.writeHead(200).write('x');
    const port = await listen({ answerTimeoutMs: 50 }, endless);
    const { closed, socket } = await open(port);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await closed;
  });

  it('that is closed lets an answer end that is being sent, and closes silent connections', async () => {
    let end = (): void => {};
    const slow: RequestListener = (_, outgoing) => {
      outgoing.writeHead(200).write('first');
      end = () => outgoing.end('last');
    };
    const listening = await servePublicHttp(slow, { host: '127.0.0.1', port: 0, what: 'lists' });
    const quiet = await open(listening.port);
    const asked = await open(listening.port);
    let text = '';
    asked.socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
    });
    asked.socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await expect.poll(() => text).toContain('first');
    const closed = listening.close();
    end();
    await Promise.all([closed, asked.closed, quiet.closed]);
    expect(text).toContain('last');
  });

  it('says which port cannot be used, and what for', async () => {
    const first = await servePublicHttp(hello, { host: '127.0.0.1', port: 0, what: 'lists' });
    ends.push(first.close);
    expect(await get(first.port)).toBe(200);
    await expect(
      servePublicHttp(hello, { host: '127.0.0.1', port: first.port, what: 'lists' }),
    ).rejects.toMatchObject({
      code: 'ENTENTE_LISTEN_FAILED',
      message: expect.stringContaining('the port for lists'),
      place: `127.0.0.1:${first.port}`,
    });
  });
});

describe('endInTime', () => {
  it('refuses what is not an answer, and a time at which it would be closed at once', () => {
    const outgoing = new http.ServerResponse(new http.IncomingMessage(new Socket()));
    for (const other of [undefined, null, 'text', {}])
      expect(() => endInTime(other as never, 1_000)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PROGRAM_INVALID', place: 'outgoing of endInTime' }),
      );
    for (const other of [undefined, '1000', Number.NaN, 0, -1, 2_147_483_648])
      expect(() => endInTime(outgoing, other as never)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PROGRAM_INVALID', place: 'timeoutMs of endInTime' }),
      );
  });

  it('is one of the bounds of a listener, none of which is misspelt or missing: it would bound nothing', () => {
    for (const [limits, place] of [
      [{ ...publicLimits, maxConnection: 5 }, 'limits of createPublicServer'],
      [{ ...publicLimits, maxConnections: undefined }, 'maxConnections of createPublicServer'],
      [{ ...publicLimits, maxConnectionsPerAddress: '64' }, 'maxConnectionsPerAddress of createPublicServer'],
      [{ ...publicLimits, headersTimeoutMs: Number.NaN }, 'headersTimeoutMs of createPublicServer'],
      [{ answerTimeoutMs: 1_000 }, 'maxHeaderBytes of createPublicServer'],
      [{ ...publicLimits, requestTimeoutMs: 0 }, 'requestTimeoutMs of createPublicServer'],
      [null, 'answerTimeoutMs of boundAnswers'],
    ])
      expect(() => createPublicServer(hello, limits as never)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PROGRAM_INVALID', place }),
      );
    expect(createPublicServer(hello, Object.freeze({ ...publicLimits })).listening).toBe(false);
  });

  it('is not left to the first request where the bounds of a listener have no such time', () => {
    for (const [listener, limits, place] of [
      [undefined, publicLimits, 'listener of boundAnswers'],
      [hello, { ...publicLimits, answerTimeoutMs: '1000' }, 'answerTimeoutMs of boundAnswers'],
      [hello, {}, 'answerTimeoutMs of boundAnswers'],
    ])
      expect(() => createPublicServer(listener as never, limits as never)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_PROGRAM_INVALID', place }),
      );
  });
});
