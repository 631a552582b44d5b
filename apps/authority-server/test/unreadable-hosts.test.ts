import http, { type RequestOptions } from 'node:http';
import https from 'node:https';
import { connect } from 'node:net';
import { createKeyAndRequest } from '@entente/pki/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Scene, startScene } from './network.ts';

/** Each looks like a host, and no URL can have it. */
const hosts = ['xn--a', 'xn--', '256.1.1.1', '1.2.3.4.5', '999999999999', 'a%41', 'xn--a:443'];

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.close());

function ask(
  over: Pick<typeof http, 'request'> | Pick<typeof https, 'request'>,
  options: RequestOptions,
  body?: Uint8Array,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const given = { host: '127.0.0.1', agent: false, rejectUnauthorized: false, ...options };
    over
      .request(given, (incoming) => resolve(incoming.resume().statusCode))
      .once('error', reject)
      .end(body);
  });
}

describe('a client that names a host that none can be', () => {
  it('has made a mistake (400) of which the log says nothing: it is no fault of the authority', async () => {
    const { request } = await createKeyAndRequest({ subject: 'fe01.contoso.example' });
    const { port } = scene.server().https;
    const headers = { 'content-type': 'application/pkcs10', authorization: `Bearer ${'A'.repeat(22)}` };
    for (const host of hosts) {
      const more = { port, path: '/enrol', method: 'POST', headers: { ...headers, host } };
      expect(await ask(https, more, request)).toBe(400);
    }
    expect(scene.log.filter(({ message }) => message.startsWith('a request failed'))).toEqual([]);
  });

  it('is answered the same over plain HTTP', async () => {
    const { port } = scene.server().objects;
    for (const host of hosts) {
      expect(await ask(http, { port, path: '/issuer', headers: { host } })).toBe(400);
    }
    for (const host of ['ca.contoso.example', `127.0.0.1:${port}`, '[::1]']) {
      expect(await ask(http, { port, path: '/issuer', headers: { host } })).toBe(200);
    }
  });
});

describe('a client of HTTP/1.0, which need not name a host', () => {
  it('is answered over plain HTTP; one of HTTP/1.1 has made a mistake (400)', async () => {
    const { port } = scene.server().objects;
    const first = (version: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(port, '127.0.0.1', () => socket.write(`GET /issuer HTTP/${version}\r\n\r\n`));
        socket.once('error', reject).once('data', (bytes: Buffer) => {
          socket.destroy();
          resolve(bytes.toString('latin1').split('\r\n', 1)[0] ?? '');
        });
      });
    expect(await first('1.0')).toBe('HTTP/1.1 200 OK');
    expect(await first('1.1')).toBe('HTTP/1.1 400 Bad Request');
  });
});
