import https from 'node:https';
import { createKeyAndRequest } from '@entente/pki/client';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, frontEnd, type Scene, signed, startScene } from './network.ts';

const stopped = Date.now();
const agent = new https.Agent({ keepAlive: true, maxSockets: 4 });
let scene: Scene;
let request: Uint8Array;
beforeAll(async () => {
  scene = await startScene({ ...systemClock, now: () => stopped });
  await scene.publish(signed(document([frontEnd('fe01.contoso.example')])));
  request = new Uint8Array((await createKeyAndRequest({ subject: 'fe01.contoso.example' })).request);
});
afterAll(async () => {
  agent.destroy();
  await scene.close();
});

/** A request without certificate, on a connection that is used again. @returns its status */
function enrol(method: 'GET' | 'POST', headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const outgoing = https.request(
      {
        agent,
        port: scene.server().https.port,
        servername: 'ca.contoso.example',
        ca: scene.made.rootPem,
        method,
        path: '/enrol',
        headers: {
          'content-type': 'application/pkcs10',
          'content-length': method === 'POST' ? request.length : 0,
          ...headers,
        },
      },
      (incoming) => incoming.resume().once('end', () => resolve(incoming.statusCode ?? 0)),
    );
    outgoing.once('error', reject);
    outgoing.end(method === 'POST' ? request : undefined);
  });
}

const badToken = { authorization: `Bearer ${Buffer.alloc(16, 7).toString('base64url')}` };

async function count(times: number, ask: () => Promise<number>): Promise<Record<string, number>> {
  const statuses: Record<string, number> = {};
  let left = times;
  const some = async (): Promise<void> => {
    while (left-- > 0) {
      const status = await ask();
      statuses[status] = (statuses[status] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: 4 }, some));
  return statuses;
}

describe('a join token that is refused', () => {
  it('is counted for its address, and keeps no good token from there out', async () => {
    // Neither a token, nor a request for a certificate.
    expect(await count(50, () => enrol('GET'))).toEqual({ 405: 50 });
    expect(await count(50, () => enrol('POST'))).toEqual({ 401: 50 });
    expect(await count(1_020, () => enrol('POST', badToken))).toEqual({ 403: 1_000, 429: 20 });
    expect((await scene.join('fe01.contoso.example')).serialHex).toMatch(/^[0-9a-f]+$/);
    expect(await enrol('POST', badToken)).toBe(429);
  });
});
