import type { ServerResponse } from 'node:http';
import * as https from 'node:https';
import type { AddressInfo } from 'node:net';
import * as net from 'node:net';
import { type HttpClientOptions, httpClient, peerOf, serve } from '@entente/tls';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { clientName, makeWorld, serverName, type World } from './fixture.ts';

let world: World;
let port: number;
let connections: () => number;
let answer: (response: ServerResponse, body: string) => void;
const closers: (() => unknown)[] = [];

beforeEach(async () => {
  world = await makeWorld();
  const server = await serve(
    https,
    {
      trust: world.trust,
      identity: world.server,
      allow: [clientName],
      host: '127.0.0.1',
      limits: { drainTimeoutMs: 0 },
    },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => {
        body += chunk;
      });
      request.on('end', () =>
        answer(response, `${request.method} ${request.url} ${request.headers.host} ${body}`),
      );
    },
  );
  ({ port } = server);
  connections = () => server.connections;
  closers.push(() => server.close());
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function client(more: Partial<HttpClientOptions> = {}) {
  const made = httpClient({
    trust: world.trust,
    identity: world.client,
    allow: [serverName],
    addresses: new Map([[serverName, '127.0.0.1']]),
    ...more,
  });
  closers.push(() => made[Symbol.dispose]());
  return made;
}

const to = (path = '/', init: RequestInit = {}) => new Request(`https://${serverName}:${port}${path}`, init);

/** Answers with something every turn of the event loop, without end. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const more = () => void (response.destroyed || response.write('x', () => setImmediate(more)));
  more();
}

/** A listener that accepts and says nothing. */
async function silentPort(): Promise<number> {
  const silent = net.createServer();
  const accepted = new Set<net.Socket>();
  silent.on('connection', (socket) => accepted.add(socket));
  await new Promise<void>((resolve) => {
    silent.listen(0, '127.0.0.1', resolve);
  });
  closers.push(() => {
    for (const socket of accepted) socket.destroy();
    silent.close();
  });
  return (silent.address() as AddressInfo).port;
}

describe('what the HTTP client is asked for', () => {
  it('may be a URL or its text, with what fetch takes beside it', async () => {
    answer = (response, body) => response.end(body);
    const made = client();
    const url = `https://${serverName}:${port}/a?b`;
    const said = `/a?b ${serverName}:${port}`;
    expect(await (await made.fetch(url)).text()).toBe(`GET ${said} `);
    expect(await (await made.fetch(new URL(url))).text()).toBe(`GET ${said} `);
    const post = { method: 'POST', body: 'x' };
    expect(await (await made.fetch(url, post)).text()).toBe(`POST ${said} x`);
    expect(await (await made.fetch(new Request(url), post)).text()).toBe(`POST ${said} x`);
    expect((await made.open(url)).statusCode).toBe(200);
  });

  it.each([
    ['/a', 'expected a Request or an absolute https URL, found "/a"'],
    [undefined, 'expected a Request or an absolute https URL, found nothing'],
    [{}, 'expected a Request or an absolute https URL, found an object of another kind'],
    [
      'https://alice:secret@contoso.example/',
      expect.stringContaining('expected a Request or an absolute https URL, found Request cannot'),
    ],
  ])('is refused where it is %o, and the fault says what is wanted', async (asked, sentence) => {
    const made = client();
    const fault = { code: 'ENTENTE_OPTION_INVALID', sentence };
    await expect(made.fetch(asked as string)).rejects.toMatchObject({
      ...fault,
      place: 'first argument of fetch',
    });
    await expect(made.open(asked as string)).rejects.toMatchObject({
      ...fault,
      place: 'first argument of open',
    });
  });
});

describe('httpClient: fetch', () => {
  it('sends method, path, host, header fields and body, and gives status, header fields and body', async () => {
    answer = (response, seen) =>
      response.writeHead(404, { 'content-type': 'text/plain', 'x-many': ['a', 'b'] }).end(seen);
    const response = await client().fetch(to('/a?b=c', { method: 'POST', body: 'hello' }));
    expect([response.status, response.headers.get('x-many'), await response.text()]).toEqual([
      404,
      'a, b',
      `POST /a?b=c ${serverName}:${port} hello`,
    ]);
  });

  it('dials the given address, and keeps the connection for the next request', async () => {
    answer = (response) => response.end('yes');
    const made = client();
    for (let count = 0; count < 3; count++) expect(await (await made.fetch(to())).text()).toBe('yes');
    expect(connections()).toBe(1);
  });

  it('refuses a server whose certificate has not the name of the URL, whatever address was dialled', async () => {
    const other = 'other.contoso.example';
    const made = client({ addresses: new Map([[other, '127.0.0.1']]), allow: [other] });
    await expect(made.fetch(new Request(`https://${other}:${port}/`))).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason: 'name-mismatch' },
    });
  });

  it('refuses plain http', async () => {
    await expect(client().fetch(new Request('http://127.0.0.1:1/'))).rejects.toMatchObject({
      code: 'ENTENTE_PLAIN_HTTP',
    });
  });

  it('does not follow a redirect', async () => {
    answer = (response) => response.writeHead(302, { location: 'https://192.0.2.1/' }).end();
    expect((await client().fetch(to())).status).toBe(302);
  });

  it('gives up an answer that is larger than its bound, and closes the connection', async () => {
    let open: ServerResponse | undefined;
    answer = (response) => {
      open = response;
      drip(response);
    };
    const made = client({ limits: { maxBytes: 1_000 } });
    await expect(made.fetch(to())).rejects.toMatchObject({ code: 'ENTENTE_ANSWER_TOO_LARGE' });
    await expect.poll(() => open?.destroyed).toBe(true);
    answer = (response) => response.end('x'.repeat(1_000));
    expect((await (await made.fetch(to())).text()).length).toBe(1_000);
  });

  it('bounds an answer at 1 MiB where the caller sets no bound', async () => {
    answer = (response) => response.end('x'.repeat(1_048_577));
    await expect(client().fetch(to())).rejects.toMatchObject({ code: 'ENTENTE_ANSWER_TOO_LARGE' });
    answer = (response) => response.end('x'.repeat(1_048_576));
    expect((await (await client().fetch(to())).text()).length).toBe(1_048_576);
  });

  it('gives up when its time is over, however steadily something arrives', async () => {
    let open: ServerResponse | undefined;
    answer = (response) => {
      open = response;
      drip(response);
    };
    const made = client({ limits: { deadlineMs: 50 } });
    await expect(made.fetch(to())).rejects.toMatchObject({
      code: 'ENTENTE_TIMEOUT',
      message: expect.stringContaining('within 50 ms'),
      place: `https://${serverName}:${port}`,
    });
    await expect.poll(() => open === undefined || open.destroyed).toBe(true);
  });

  it('gives up where nothing arrives', async () => {
    answer = () => {};
    await expect(client({ limits: { idleTimeoutMs: 50 } }).fetch(to())).rejects.toMatchObject({
      code: 'ENTENTE_TIMEOUT',
      message: expect.stringContaining('nothing for 50 ms'),
    });
  });

  describe.each(['the client', 'the request'] as const)('whose signal is of %s and aborts', (whose) => {
    const fetching = (stop: AbortController, request = to()) =>
      whose === 'the client'
        ? client({ signal: stop.signal }).fetch(request)
        : client().fetch(new Request(request, { signal: stop.signal }));

    it.each(['answer', 'rest of the answer'])('gives up while it waits for the %s', async (moment) => {
      const stop = new AbortController();
      answer = (response) => {
        if (moment === 'answer') stop.abort(new Error('enough'));
        else response.writeHead(200).write('x', () => stop.abort(new Error('enough')));
      };
      await expect(fetching(stop)).rejects.toThrow('enough');
      await expect(fetching(stop), 'and none begins afterwards').rejects.toThrow('enough');
    });

    it('gives up at once where there is no connection yet', async () => {
      const stop = new AbortController();
      const asked = fetching(stop, new Request(`https://${serverName}:${await silentPort()}/`));
      setImmediate(() => stop.abort(new Error('enough')));
      await expect(asked).rejects.toThrow('enough');
    });
  });

  describe('that was disposed of', () => {
    const closed = { code: 'ENTENTE_CLIENT_CLOSED', place: 'httpClient' };

    it('refuses to dial', async () => {
      answer = (response) => response.end();
      const made = client();
      await made.fetch(to());
      made[Symbol.dispose]();
      const before = connections();
      await expect(made.fetch(to())).rejects.toMatchObject(closed);
      await expect(made.open(to())).rejects.toMatchObject(closed);
      expect(connections()).toBeLessThanOrEqual(before);
      expect(() => made[Symbol.dispose]()).not.toThrow();
    });

    it('gives up the requests that wait for a connection or an answer', async () => {
      const made = client();
      const dialled = made.fetch(new Request(`https://${serverName}:${await silentPort()}/`));
      answer = () => made[Symbol.dispose]();
      const asked = made.fetch(to());
      await expect(asked).rejects.toMatchObject(closed);
      await expect(dialled).rejects.toMatchObject(closed);
    });
  });

  it('does not take an interim response for the answer', async () => {
    answer = (response) => response.writeHead(199).end();
    await expect(client({ limits: { idleTimeoutMs: 50 } }).fetch(to())).rejects.toMatchObject({
      code: 'ENTENTE_TIMEOUT',
    });
  });

  it.each([205, 600, 999])('fails, and nothing else does, at status %i', async (status) => {
    answer = (response) => response.writeHead(status).end('x');
    await expect(client().fetch(to())).rejects.toMatchObject({ code: 'ENTENTE_ANSWER_INVALID' });
    // As some libraries replace it, for the whole process.
    vi.stubGlobal('Response', class {});
    onTestFinished(() => void vi.unstubAllGlobals());
    await expect(client().fetch(to())).rejects.toMatchObject({ code: 'ENTENTE_ANSWER_INVALID' });
  });

  it.each([
    ['maxBytes', 0],
    ['maxBytes', Number.NaN],
    ['idleTimeoutMs', Number.POSITIVE_INFINITY],
    ['deadlineMs', 600_001],
  ])('is not made with limits.%s of %d: no bound can be turned off', (name, value) => {
    expect(() => client({ limits: { [name]: value } })).toThrow(
      expect.objectContaining({ code: 'ENTENTE_OPTION_INVALID', place: `limits.${name} of httpClient` }),
    );
  });
});

describe('httpClient: open', () => {
  it('hands the answer over as it arrives, and leads to the peer', async () => {
    let open: ServerResponse | undefined;
    answer = (response) => {
      open = response;
      response.writeHead(200).flushHeaders();
    };
    const incoming = await client().open(to('/events'));
    expect(peerOf(incoming)?.peer?.dnsNames).toEqual([serverName]);
    const heard = new Promise((resolve) => incoming.once('data', (chunk) => resolve(String(chunk))));
    open?.write('first');
    expect(await heard).toBe('first');
    incoming.destroy();
    await expect.poll(() => open?.destroyed).toBe(true);
  });

  it('fails with the reason where nothing arrives for too long', async () => {
    answer = (response) => response.writeHead(200).flushHeaders();
    const incoming = await client().open(to('/events'), 50);
    const error = await new Promise((resolve) => incoming.once('error', resolve));
    expect(error).toMatchObject({ code: 'ENTENTE_TIMEOUT' });
  });

  it('fails with the reason of a signal that aborts', async () => {
    answer = (response) => response.writeHead(200).flushHeaders();
    const stop = new AbortController();
    const incoming = await client({ signal: stop.signal }).open(to('/events'));
    const error = new Promise((resolve) => incoming.once('error', resolve));
    stop.abort(new Error('enough'));
    expect(await error).toMatchObject({ message: 'enough' });
  });
});

describe('a body whose length is known', () => {
  const length = 40 * 65_536;
  /** Parts that are created as they are taken. @returns the stream, and how much was taken */
  function parts() {
    const taken = { bytes: 0 };
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          controller.enqueue(new Uint8Array(65_536));
          taken.bytes += 65_536;
          if (taken.bytes >= length) controller.close();
        },
      },
      { highWaterMark: 0 },
    );
    return { stream, taken };
  }
  const post = (body: ReadableStream<Uint8Array>, contentLength = length) =>
    to('/', {
      method: 'POST',
      body,
      headers: { 'content-length': String(contentLength) },
      duplex: 'half',
    } as RequestInit);

  it('is sent as it is read, and arrives whole', async () => {
    answer = (response, body) => response.end(String(body.length));
    const response = await client().fetch(post(parts().stream));
    expect((await response.text()).split(' ').at(-1)).toBe(
      String(`POST / ${serverName}:${port} `.length + length),
    );
  });

  it('is not read further than a server takes it', async () => {
    const silent = await serve(
      https,
      {
        trust: world.trust,
        identity: world.server,
        allow: [clientName],
        host: '127.0.0.1',
        limits: { drainTimeoutMs: 0 },
      },
      () => {},
    );
    closers.push(() => silent.close());
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        read += 65_536;
        controller.enqueue(new Uint8Array(65_536));
      },
    });
    let read = 0;
    const stop = new AbortController();
    const request = new Request(`https://${serverName}:${silent.port}/`, {
      method: 'POST',
      body: endless,
      headers: { 'content-length': String(2 ** 40) },
      duplex: 'half',
      signal: stop.signal,
    } as RequestInit);
    const failed = client()
      .fetch(request)
      .catch((error: unknown) => error);
    let before = -1;
    await expect
      .poll(() => {
        const isSame = read > 0 && read === before;
        before = read;
        return isSame;
      })
      .toBe(true);
    expect(read).toBeLessThan(64 * 2 ** 20);
    stop.abort(new Error('enough'));
    expect(await failed).toMatchObject({ message: 'enough' });
  });

  it('fails with what its reader throws, and with a length that it does not have', async () => {
    const broken = new ReadableStream<Uint8Array>({
      pull() {
        throw new Error('the disk failed');
      },
    });
    await expect(client().fetch(post(broken))).rejects.toThrow('the disk failed');
    await expect(client().fetch(post(parts().stream, 10))).rejects.toThrow();
  });
});
