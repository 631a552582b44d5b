import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { RedisLocations } from '@entente/store-redis';
import { expect, it } from 'vitest';
import { newPool } from './redis-scene.ts';

it('a store whose connections break as soon as they are made keeps nobody from stopping', async () => {
  let dialled = 0;
  const broken = createServer((socket) => {
    dialled++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(broken, 'listening');
  const { port } = broken.address() as AddressInfo;
  const locations = await RedisLocations.open({
    place: { host: '127.0.0.1', port },
    pool: newPool(),
    log: { info() {}, warn() {} },
  });
  await expect.poll(() => dialled).toBeGreaterThan(2);
  await locations[Symbol.asyncDispose]();
  broken.close();
});
