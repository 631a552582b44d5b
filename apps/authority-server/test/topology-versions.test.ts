import { openStore } from '@entente/store-sql';
import { systemClock } from '@entente/tls';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
let fe01: Credentials;
const first = document([frontEnd('fe01.contoso.example')]);
const second = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')], first);
let readings = 0;
const openCounted: typeof openStore = async (directory, options) => {
  const store = await openStore(directory, options);
  const { topologies } = store;
  const read: typeof topologies.read = (version) => {
    readings += 1;
    return topologies.read(version);
  };
  return { ...store, topologies: { ...topologies, read } };
};
beforeAll(async () => {
  scene = await startScene(systemClock, { openStore: openCounted });
  await scene.publish(signed(first));
  await scene.publish(signed(second));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

it('members who ask for a version of the topology many times have it read once, and get all of it with its length', async () => {
  const ask = async (path: string) => {
    const response = await scene.ask(path, fe01);
    const text = await response.text();
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    return JSON.parse(text) as { document: { version: number } };
  };
  const one = await ask('/topology/1');
  expect(one.document).toEqual(first);
  const before = readings;
  expect(await ask('/topology/1')).toEqual(one);
  expect((await ask('/topology')).document).toEqual(second);
  expect((await ask('/topology/2')).document).toEqual(second);
  expect(readings).toBe(before);
  expect((await scene.ask('/topology/3', fe01)).status).toBe(404);
});

it('the question which version is in force is answered before there is one, and is not logged as refused', async () => {
  const early = await startScene(systemClock);
  try {
    const refused = () => early.log.filter(({ reason }) => reason === 'not-found');
    const response = await early.ask('/topology', early.alice);
    expect([response.status, await response.json()]).toMatchObject([404, { reason: 'not-found' }]);
    expect(refused()).toEqual([]);
    expect((await early.ask('/topology/1', early.alice)).status).toBe(404);
    expect(refused()).toMatchObject([{ reason: 'not-found' }]);
  } finally {
    await early.close();
  }
});
