import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const stopped = Date.now();
const first = document([frontEnd('fe01.contoso.example')]);
const second = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')], first);
let scene: Scene;
let fe01: Credentials;
beforeAll(async () => {
  scene = await startScene({ ...systemClock, now: () => stopped });
  await scene.publish(signed(first));
  await scene.publish(signed(second));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

it('a member whose requests fail, again and again, has a few lines in the log of a second', async () => {
  const place = join(dirname(scene.made.files.serverKey), 'topologies', '1.json');
  await rm(place);
  await mkdir(place);
  for (let count = 0; count < 25; count++) expect((await scene.ask('/topology/1', fe01)).status).toBe(500);
  const lines = scene.log.filter(({ message }) => message.startsWith('a request failed'));
  expect(lines).toHaveLength(10);
});
