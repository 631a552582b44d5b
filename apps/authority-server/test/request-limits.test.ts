import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
let clock: { offsetMs: number };
let fe01: Credentials;
let fe02: Credentials;

beforeAll(async () => {
  const moved = { offsetMs: 0 };
  clock = moved;
  scene = await startScene({ ...systemClock, now: () => Date.now() + moved.offsetMs });
  await scene.publish(signed(document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')])));
  fe01 = await scene.join('fe01.contoso.example');
  fe02 = await scene.join('fe02.contoso.example');
});
afterAll(() => scene.close());

const enrol = (who: Credentials) =>
  scene.ask('/enrol', who, { method: 'POST', headers: { 'content-type': 'application/pkcs10' }, body: 'x' });

describe('a server that asks for certificates without end', () => {
  it('is told to wait, and why; the log says so once, and others are not affected', async () => {
    for (let index = 0; index < 20; index++) expect((await enrol(fe01)).status).toBe(400);
    const lines = () => scene.log.filter(({ reason }) => reason === 'throttled').length;
    for (let index = 0; index < 3; index++) {
      const response = await enrol(fe01);
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(await response.json()).toMatchObject({
        reason: 'throttled',
        detail: expect.stringContaining('10 an hour'),
      });
    }
    expect(lines()).toBe(1);
    expect((await enrol(fe02)).status).toBe(400);
    clock.offsetMs += 6 * 60_000;
    expect((await enrol(fe01)).status).toBe(400);
  });
});

describe('an administrator who orders certificates without end', () => {
  it('is told to wait, refused orders counted too, and servers are not affected', async () => {
    const order = () => scene.ask('/certificates', scene.alice, { method: 'POST', body: '{}' });
    for (let index = 0; index < 20; index++) expect((await order()).status).toBe(400);
    const response = await order();
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({
      reason: 'throttled',
      detail: expect.stringContaining('ordered by this administrator'),
    });
    expect((await enrol(fe02)).status).toBe(400);
  });
});
