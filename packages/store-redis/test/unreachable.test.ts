import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { RedisLocations } from '@entente/store-redis';
import { freePorts } from '@entente/testkit';
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

it('a store that is not there is left at once, and a process that waits for nothing else goes on', async () => {
  const [port] = await freePorts(1);
  const script = fileURLToPath(new URL('./closing-process.ts', import.meta.url));
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  // It rejects where the process ends with another status than 0.
  const { stdout } = await promisify(execFile)(process.execPath, [...node, script, String(port)]);
  expect(stdout).toBe('closed\n');
});
