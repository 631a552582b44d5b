import { openStore } from '@entente/store-sql';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

const stopped = Date.now();
const first = document([frontEnd('fe01.contoso.example')]);
const second = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')], first);
let scene: Scene;
let fe01: Credentials;
let isDamaged = false;
/** A database whose versions of the topology cannot be read any more. */
const openDamaged: typeof openStore = async (directory, options) => {
  const store = await openStore(directory, options);
  const { topologies } = store;
  const read: typeof topologies.read = async (version) => {
    if (isDamaged) throw new Error('a page of the database cannot be read');
    return topologies.read(version);
  };
  return { ...store, topologies: { ...topologies, read } };
};
beforeAll(async () => {
  scene = await startScene({ ...systemClock, now: () => stopped }, { openStore: openDamaged });
  await scene.publish(signed(first));
  await scene.publish(signed(second));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

it('a member whose requests fail, again and again, has a few lines in the log of a second', async () => {
  isDamaged = true;
  for (let count = 0; count < 25; count++) expect((await scene.ask('/topology/1', fe01)).status).toBe(500);
  const lines = scene.log.filter(({ message }) => message.startsWith('a request failed'));
  expect(lines).toHaveLength(10);
});
