import { connect } from 'node:tls';
import { frontEndPaths, webPaths } from '@entente/accounts/web';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { domain, startWebNetwork, type WebNetwork } from './testing/web-network.ts';

let network: WebNetwork;
beforeAll(async () => {
  network = await startWebNetwork();
});
afterAll(() => network?.[Symbol.asyncDispose]());

const [fe1, web1] = [`fe1.${domain}`, `web1.${domain}`] as const;
/** Of the same length. */
const bodies = {
  'front-end': '{"token":"xxxxxxxxxxxxxxxxxx"}',
  web: '{"address":"a","password":"b"}',
} as const;
const body = bodies.web;

/** The statuses of what is answered on one connection, until the server closes it. */
async function statuses(listener: 'front-end' | 'web', text: string): Promise<readonly string[]> {
  const { chainPem: cert, keyPem: key } = network.shown;
  const isFrontEnd = listener === 'front-end';
  const socket = connect({
    host: '127.0.0.1',
    port: isFrontEnd ? network.webPortOf(fe1) : network.web.port,
    servername: isFrontEnd ? fe1 : web1,
    ca: network.root.certificatePem,
    ...(isFrontEnd ? { cert, key } : {}),
  });
  let answers = '';
  await new Promise<void>((resolve, reject) => {
    socket.on('data', (part: Buffer) => {
      answers += part.toString('latin1');
    });
    socket.once('close', () => resolve());
    socket.once('error', reject);
    socket.write(text, 'latin1');
  });
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status as string);
}

/** A request with these fields, and another one that hides behind it. */
function hiding(listener: 'front-end' | 'web', fields: readonly string[], sent: string = body): string {
  const own = bodies[listener];
  const isFrontEnd = listener === 'front-end';
  const path = isFrontEnd ? frontEndPaths.session : webPaths.signIn;
  const host = isFrontEnd ? `${fe1}:${network.webPortOf(fe1)}` : `${web1}:${network.web.port}`;
  const json = 'Content-Type: application/json';
  const head = [`POST ${path} HTTP/1.1`, `Host: ${host}`, json, ...fields];
  const hidden = [`POST ${path} HTTP/1.1`, `Host: ${host}`, json, `Content-Length: ${body.length}`];
  return `${head.join('\r\n')}\r\n\r\n${sent.replace(body, own)}${hidden.join('\r\n')}\r\nConnection: close\r\n\r\n${own}`;
}

const length = `Content-Length: ${body.length}`;
const chunked = 'Transfer-Encoding: chunked';

type Ambiguous = readonly [title: string, fields: readonly string[], sent?: string];

/** Requests whose end, or whose host, two servers may read differently (RFC 9112 §3.2, §5.2, §6.3 and §11.2). */
const ambiguous: readonly Ambiguous[] = [
  ['a length beside chunks', [length, chunked], '0\r\n\r\n'],
  ['chunks beside a length', [chunked, 'Content-Length: 0'], `1e\r\n${body}\r\n0\r\n\r\n`],
  ['two lengths', [length, 'Content-Length: 0']],
  ['a list of lengths', [`Content-Length: ${body.length}, 0`]],
  ['a length with a sign', [`Content-Length: +${body.length}`]],
  ['a length that is hexadecimal', ['Content-Length: 0x1e']],
  ['a coding that nobody knows', ['Transfer-Encoding: xchunked'], '0\r\n\r\n'],
  ['chunks that are not the last coding', ['Transfer-Encoding: chunked, identity'], '0\r\n\r\n'],
  ['a space before the colon', [`Content-Length : ${body.length}`]],
  ['a field that is folded', ['X-Long: a', ` ${chunked}`, length]],
  ['two hosts', ['Host: evil.example', length]],
  ['a bare line feed in the head', [`X-One: a\n${chunked}`, length]],
  ['a bare carriage return in the head', [`X-One: a\r${chunked}`, length]],
  ['a zero octet in a field', ['X-One: a\0b', length]],
  ['the length of a chunk with a sign', [chunked], `+1e\r\n${body}\r\n0\r\n\r\n`],
  ['a chunk that does not end where it says', [chunked], `1\r\n${body}\r\n0\r\n\r\n`],
];

describe.each(['front-end', 'web'] as const)('the listener of the %s', (listener) => {
  it('answers two requests on one connection, of which each says where it ends', async () => {
    expect(await statuses(listener, hiding(listener, [length]))).toEqual(['401', '401']);
  });

  it.each(ambiguous.map(([title, fields, sent]) => [title, { fields, sent }] as const))(
    'answers 400 to a request with %s, and nothing that hides behind it',
    async (_, { fields, sent }) => {
      expect(await statuses(listener, hiding(listener, fields, sent))).toEqual(['400']);
    },
  );
});
