import http from 'node:http';
import { createKeyAndRequest } from '@entente/pki/client';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { document, frontEnd, type Scene, signed, startScene } from './network.ts';

const fe01 = 'fe01.contoso.example';
const secret = 'A'.repeat(22);
const pkcs10 = { 'content-type': 'application/pkcs10' };

/** Everything that a caller without certificate may ask over HTTPS and that is refused: the status, and the reason for the log. */
const { request } = await createKeyAndRequest({ subject: fe01 });
const refusals: readonly [string, string, number, string, RequestInit?][] = [
  ['GET', '/topology', 401, 'no-certificate'],
  ['GET', '/topology/1', 401, 'no-certificate'],
  ['GET', '/topology/x', 401, 'no-certificate'],
  ['GET', '/events', 401, 'no-certificate'],
  ['GET', '/domain-keys', 401, 'no-certificate'],
  ['POST', '/topology', 401, 'no-certificate', { body: '{}' }],
  ['POST', '/revoke', 401, 'no-certificate', { body: '{}' }],
  ['POST', '/join-tokens', 401, 'no-certificate', { body: `{"server":"${fe01}"}` }],
  ['POST', '/enrol', 401, 'no-certificate', { body: 'x', headers: pkcs10 }],
  ['POST', '/enrol', 415, 'media-type-not-supported', { body: 'x' }],
  ['GET', '/enrol', 405, 'method-not-allowed'],
  [
    'POST',
    '/enrol',
    403,
    'token-malformed',
    { body: 'x', headers: { ...pkcs10, authorization: 'Bearer x' } },
  ],
  [
    'POST',
    '/enrol',
    403,
    'token-unknown',
    { body: new Uint8Array(request), headers: { ...pkcs10, authorization: `Bearer ${secret}` } },
  ],
  ['POST', '/healthz', 404, 'not-found', { body: '' }],
  ['POST', '/roots.pem', 404, 'not-found', { body: '' }],
  ['GET', '/', 404, 'not-found'],
  ['GET', '/fe01.contoso.example', 404, 'not-found'],
  ['DELETE', '/topology', 404, 'not-found'],
];

describe('a caller without certificate', () => {
  let scene: Scene;
  // Lines of a peer are bounded per second.
  let ahead = 0;
  const clock = { ...systemClock, now: () => Date.now() + ahead };
  beforeAll(async () => {
    scene = await startScene(clock);
    await scene.publish(signed(document([frontEnd(fe01)])));
  });
  afterAll(() => scene.close());

  it.each(refusals)(
    'learns at %s %s the status %d and a plain sentence, and the log has %s',
    async (...row) => {
      const [method, path, status, reason, init = {}] = row;
      const lines = scene.log.length;
      ahead += 1_000;
      const response = await scene.ask(path, undefined, { method, ...init });
      expect(response.status).toBe(status);
      const text = await response.text();
      expect(Object.keys(JSON.parse(text))).toEqual(['type', 'status', 'detail']);
      expect(text).toMatch(/"detail":"[A-Z][a-z ]+\."/);
      // Neither a reason nor a name of anything.
      expect(text).not.toMatch(/-|contoso|token|topology|reason|remedy/);
      expect(scene.log.slice(lines)).toMatchObject([{ reason, remedy: expect.any(String) }]);
    },
  );

  it('gets over plain HTTP an object, or a status and a plain sentence', async () => {
    const { port } = scene.server().objects;
    const ask = (method: string, path: string) =>
      new Promise<[number | undefined, string]>((resolve, reject) => {
        const outgoing = http.request({ host: '127.0.0.1', port, path, method, agent: false }, (incoming) => {
          let text = '';
          incoming.on('data', (bytes: Buffer) => {
            text += bytes.toString('utf8');
          });
          incoming.once('end', () => resolve([incoming.statusCode, text]));
        });
        outgoing.once('error', reject).end();
      });
    const plain = (status: number, detail: string) =>
      [status, JSON.stringify({ type: 'about:blank', status, detail })] as const;
    for (const path of ['/', '/topology', '/crl/x/0.crl', `/crl/${scene.made.issuerId}/1.crl`])
      expect(await ask('GET', path)).toEqual(plain(404, 'There is nothing at this path.'));
    expect(await ask('POST', '/issuer')).toEqual(plain(405, 'The method is not allowed here.'));
  });
});

describe('a member or an administrator', () => {
  it('is told the reason, and what to do', async () => {
    const scene = await startScene();
    await scene.publish(signed(document([frontEnd(fe01)])));
    const member = await scene.join(fe01);
    const answers = [
      await scene.ask('/topology/7', member),
      await scene.ask('/revoke', member, { method: 'POST', body: '{}' }),
      await scene.ask('/nothing', member),
      await scene.ask('/revoke', scene.alice, { method: 'POST', body: '{}' }),
      await scene.ask('/enrol', member, { method: 'POST', headers: pkcs10, body: 'x' }),
    ];
    for (const answer of answers)
      expect(await answer.json()).toMatchObject({ reason: expect.any(String), remedy: expect.any(String) });
    await scene.close();
  });
});
