import { rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Credentials, document, frontEnd, type Scene, signed, startScene } from './network.ts';

let scene: Scene;
let fe01: Credentials;
const first = document([frontEnd('fe01.contoso.example')]);
const second = document([frontEnd('fe01.contoso.example'), frontEnd('fe02.contoso.example')], first);
beforeAll(async () => {
  scene = await startScene();
  await scene.publish(signed(first));
  await scene.publish(signed(second));
  fe01 = await scene.join('fe01.contoso.example');
});
afterAll(() => scene.close());

it('members who ask for a version of the topology many times have it read once, and get all of it with its length', async () => {
  const folder = join(dirname(scene.made.files.rootCertificate), 'topologies');
  const ask = async (path: string) => {
    const response = await scene.ask(path, fe01);
    const text = await response.text();
    expect(response.headers.get('content-length')).toBe(String(Buffer.byteLength(text)));
    return JSON.parse(text) as { document: { version: number } };
  };
  const one = await ask('/topology/1');
  expect(one.document).toEqual(first);
  for (const version of [1, 2])
    await rename(join(folder, `${version}.json`), join(folder, `${version}.away`));
  expect(await ask('/topology/1')).toEqual(one);
  expect((await ask('/topology')).document).toEqual(second);
  expect((await ask('/topology/2')).document).toEqual(second);
  expect((await scene.ask('/topology/3', fe01)).status).toBe(404);
});
