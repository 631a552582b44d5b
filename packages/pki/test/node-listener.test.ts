import { once } from 'node:events';
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { type NodeHandler, type NodeListenerOptions, nodeListener } from '@entente/pki/node';
import { afterEach, describe, expect, it } from 'vitest';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(handler: NodeHandler, options: NodeListenerOptions = {}): Promise<number> {
  const server = http.createServer(nodeListener(handler, options));
  servers.push(server);
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return (server.address() as AddressInfo).port;
}

/** Sends octets as they are, and reads until the server closes. */
async function exchange(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  for await (const part of socket.setEncoding('latin1')) answer += part;
  return answer;
}

const echo: NodeHandler = async (request) =>
  Response.json({
    method: request.method,
    url: request.url,
    type: request.headers.get('content-type'),
    body: await request.text(),
  });
const closing = 'Host: ca.contoso.example\r\nConnection: close\r\n';

describe('a listener made of a fetch-style handler', () => {
  it.each<[title: string, place: string, handler: unknown, options?: unknown]>([
    ['no handler', 'handler', undefined],
    ['a handler that is none', 'handler', { handler: echo }],
    ['options that are none', 'options', echo, null],
    ['a misspelt bound', 'maxBodybytes', echo, { maxBodybytes: 5 }],
    ['a body without a bound', 'maxBodyBytes', echo, { maxBodyBytes: Number.POSITIVE_INFINITY }],
    ['a bound that is a text', 'maxBodyBytes', echo, { maxBodyBytes: '65536' }],
    ['a time that is none', 'timeoutMs', echo, { timeoutMs: Number.NaN }],
    ['a time of nothing', 'timeoutMs', echo, { timeoutMs: 0 }],
    ['a report that is none', 'onFault', echo, { onFault: true }],
  ])('is not made of %s', (_, place, handler, options) => {
    expect(() => nodeListener(handler as NodeHandler, options as NodeListenerOptions)).toThrow(
      expect.objectContaining({ code: 'ENTENTE_PKI_BAD_ARGUMENT', place: `${place} of nodeListener` }),
    );
  });

  it('gives the handler method, path, headers and body, and never the host that the client names', async () => {
    const port = await listen(echo);
    const response = await fetch(`http://127.0.0.1:${port}/enrol?interface=external`, {
      method: 'POST',
      headers: { 'content-type': 'application/pkcs10' },
      body: 'request',
    });
    expect(await response.json()).toEqual({
      method: 'POST',
      url: 'http://authority.invalid/enrol?interface=external',
      type: 'application/pkcs10',
      body: 'request',
    });
    const absolute = await exchange(port, `GET http://bank.contoso.example/x HTTP/1.1\r\n${closing}\r\n`);
    expect(absolute).toContain('"url":"http://authority.invalid/x"');
  });

  it('refuses a body beyond the bound, announced or not, without reading it all', async () => {
    const port = await listen(echo, { maxBodyBytes: 4 });
    const announced = `POST / HTTP/1.1\r\n${closing}Content-Length: 5\r\n\r\n`;
    expect(await exchange(port, announced)).toContain('413');
    const chunked = `POST / HTTP/1.1\r\n${closing}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n`;
    expect(await exchange(port, chunked)).toContain('413');
    const fits = `POST / HTTP/1.1\r\n${closing}Content-Length: 4\r\n\r\nabcd`;
    expect(await exchange(port, fits)).toContain('"body":"abcd"');
  });

  it('ends a request whose body does not arrive, and one whose handler does not answer', async () => {
    const slow = await listen(echo, { timeoutMs: 30 });
    expect(await exchange(slow, `POST / HTTP/1.1\r\n${closing}Content-Length: 5\r\n\r\nab`)).toContain('408');
    const hanging = await listen(() => new Promise<Response>(() => {}), { timeoutMs: 30 });
    expect(await exchange(hanging, `GET / HTTP/1.1\r\n${closing}\r\n`)).toContain('503');
  });

  it('refuses two fields Host, and methods that are for proxies', async () => {
    const port = await listen(echo);
    expect(await exchange(port, `GET / HTTP/1.1\r\n${closing}Host: b.example\r\n\r\n`)).toContain('400');
    expect(await exchange(port, `TRACE / HTTP/1.1\r\n${closing}\r\n`)).toContain('405');
  });

  it('answers HEAD with the length and no body', async () => {
    const port = await listen(() => new Response('list', { headers: { 'content-length': '4' } }));
    const answer = await exchange(port, `HEAD / HTTP/1.1\r\n${closing}\r\n`);
    expect(answer.toLowerCase()).toContain('content-length: 4\r\n');
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it('takes a client that breaks off for no fault, and does not call the handler', async () => {
    const seen: unknown[] = [];
    const listener = nodeListener(
      () => {
        seen.push('called');
        return new Response();
      },
      { onFault: (fault) => seen.push(fault) },
    );
    const server = http.createServer();
    servers.push(server);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\n${closing}Content-Length: 5\r\n\r\nab`);
    const [incoming, outgoing] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    listener(incoming, outgoing);
    const broken = once(outgoing, 'close');
    socket.destroy();
    await broken;
    await expect.poll(() => incoming.closed).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual([]);
  });

  it('tells the client nothing of what a handler throws', async () => {
    const faults: unknown[] = [];
    const port = await listen(
      () => {
        throw new Error('the disk is full');
      },
      { onFault: (fault) => faults.push(fault) },
    );
    const answer = await exchange(port, `GET / HTTP/1.1\r\n${closing}\r\n`);
    expect(answer).toContain('500');
    expect(answer).not.toContain('disk');
    expect(faults).toMatchObject([{ message: 'the disk is full' }]);
  });
});
