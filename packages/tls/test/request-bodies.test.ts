import * as https from 'node:https';
import { type HttpClient, httpClient, serve } from '@entente/tls';
import { beforeEach, describe, expect, it } from 'vitest';
import { serverName } from './fixture.ts';
import { useGreetingServers } from './greeting-server.ts';

const servers = useGreetingServers();
/** What the server has begun to answer. */
let asked: string[];
let bodies: string[];
let url: string;
let client: HttpClient;

beforeEach(async () => {
  [asked, bodies] = [[], []];
  const options = { ...servers.common(), limits: { drainTimeoutMs: 0 } };
  const server = await serve(https, options, (request, response) => {
    asked.push(`${request.method} ${request.url}`);
    let body = '';
    request.setEncoding('latin1').on('data', (chunk: string) => {
      body += chunk;
    });
    request.on('error', () => {});
    request.on('end', () => {
      bodies.push(body);
      response.end('read');
    });
  });
  servers.closeAfterwards(() => server.close());
  url = `https://${serverName}:${server.port}/`;
  client = httpClient({
    trust: servers.world.trust,
    identity: servers.world.client,
    allow: [serverName],
    addresses: new Map([[serverName, '127.0.0.1']]),
  });
  servers.closeAfterwards(async () => client[Symbol.dispose]());
});

const post = (length: string, body: RequestInit['body']) =>
  client.fetch(url, {
    method: 'POST',
    headers: { 'content-length': length },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  } as RequestInit);

const second = 'GET /second HTTP/1.1\r\nHost: a\r\n\r\n';

/** In parts, so that only its reader learns how long it is. */
const streamOf = (...parts: string[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) controller.enqueue(Buffer.from(part));
      controller.close();
    },
  });

describe('a body beside the content-length of its request', () => {
  const fault = { code: 'ENTENTE_OPTION_INVALID', place: 'content-length of a request' };

  it('is sent where it is as long', async () => {
    expect(await (await post('5', 'hello')).text()).toBe('read');
    expect(await (await post('10', streamOf('hello', 'hello'))).text()).toBe('read');
    expect(await (await post('0', undefined)).text()).toBe('read');
    expect(bodies).toEqual(['hello', 'hellohello', '']);
  });

  it.each([
    ['a text', () => `hello${second}`],
    ['a part of a stream', () => streamOf('he', 'llo', second)],
  ])('is not sent where it is longer: no server takes the rest for a request (%s)', async (_, body) => {
    await expect(post('5', body())).rejects.toMatchObject({
      ...fault,
      sentence: expect.stringContaining('expected a body of 5 bytes, found'),
    });
    expect(await (await client.fetch(url)).text()).toBe('read');
    expect(asked).not.toContain('GET /second');
  });

  it('is given up at once where it is shorter', async () => {
    await expect(post('6', streamOf('hello'))).rejects.toMatchObject({
      ...fault,
      sentence: 'expected a body of 6 bytes, found 5',
    });
    await expect(post('6', undefined)).rejects.toMatchObject({
      ...fault,
      sentence: 'expected a body of 6 bytes, found 0',
    });
    expect(bodies).toEqual([]);
  });

  it.each(['', '5, 5', '+5', '5.0', 'five', '0x5'])('is not sent where that is %o', async (length) => {
    await expect(post(length, 'hello')).rejects.toMatchObject({
      ...fault,
      sentence: `expected a number of bytes, found "${length}"`,
    });
    expect(asked).toEqual([]);
  });
});

describe('what is said of a request beside its URL', () => {
  it('may have a stream as body, and need not say that it is sent before the answer is read', async () => {
    expect(await (await client.fetch(url, { method: 'POST', body: streamOf('a', 'b') })).text()).toBe('read');
    expect(bodies).toEqual(['ab']);
  });

  it.each<[string, RequestInit, string]>([
    ['a body with GET', { body: 'x' }, 'body'],
    ['a method that is none', { method: 'G T' }, 'method'],
    ['a header field that is none', { headers: { 'two words': 'x' } }, 'header'],
  ])('is refused where it has %s, and not for the URL', async (_, init, named) => {
    const fault = {
      code: 'ENTENTE_OPTION_INVALID',
      place: 'second argument of fetch',
      sentence: expect.stringContaining(named),
    };
    await expect(client.fetch(url, init)).rejects.toMatchObject(fault);
    await expect(client.fetch(new Request(url), init)).rejects.toMatchObject(fault);
    expect(asked).toEqual([]);
  });

  it.each([
    ['metod', 'method'],
    ['Method', 'method'],
    ['header', 'headers'],
    ['boddy', 'body'],
  ])(
    'is refused where its %s may be %s: without that it would be another request',
    async (written, meant) => {
      const init = { [written]: 'DELETE' } as RequestInit;
      const fault = { code: 'ENTENTE_OPTION_INVALID', remedy: expect.stringContaining(`write ${meant} `) };
      await expect(client.fetch(url, init)).rejects.toMatchObject(fault);
      await expect(client.fetch(new Request(url), init)).rejects.toMatchObject(fault);
      expect(asked).toEqual([]);
    },
  );

  it('may have fields that other libraries add', async () => {
    const init = { bodyTimeout: 1, next: {}, timeout: 1, redirect: 'manual' } as RequestInit;
    expect(await (await client.fetch(url, init)).text()).toBe('read');
  });
});
