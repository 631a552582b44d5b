import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { needs } from '@entente/testkit/repository';
import { afterEach, expect, it } from 'vitest';
import { Opened } from '../harness/opened.ts';
import { startApplicationNetwork } from './testing/application-network.ts';
import { fqdn, lobby, startRoomChild, writeRoomConfig } from './testing/room-child.ts';

const opened = new Opened();
afterEach(() => opened[Symbol.asyncDispose]());

/** Compiles what holds the disk of a program. */
function heldDisk(folder: string) {
  const library = join(folder, 'held-disk.so');
  const source = fileURLToPath(new URL('./testing/held-disk.c', import.meta.url));
  const { status } = spawnSync('cc', ['-shared', '-fPIC', '-o', library, source, '-ldl']);
  return { library, missing: status === 0 ? undefined : 'no compiler of C makes a library here' };
}

it('a chat server whose disk stores nothing for a while answers everybody else meanwhile, and the author once it is stored', async (test) => {
  const folder = await opened.folder();
  const { library, missing } = heldDisk(folder);
  needs(test, missing);
  const network = opened.use(await startApplicationNetwork({ frontEnds: 1 }));
  const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map((name) => network.user(name)));
  if (alice === undefined || bob === undefined || carol === undefined) return;
  const config = join(folder, 'config.json');
  await writeRoomConfig(config, network, join(folder, 'rooms.sqlite'), ['alice', 'bob']);
  const held = join(folder, 'held');
  const from = network.lines.all.length;
  const rooms = await startRoomChild(config, ['env', `LD_PRELOAD=${library}`, `HELD_DISK=${held}`]);
  opened.defer(() => rooms.kill());
  await network.known(fqdn, from);

  await writeFile(held, '');
  let isAnswered = false;
  const said = alice.agent.message(lobby, 'one').finally(() => {
    isAnswered = true;
  });
  await expect.poll(() => existsSync(`${held}.waiting`)).toBe(true);
  // Not a member: nothing of it is stored.
  expect((await carol.agent.message(lobby, 'two')).status).toBe(403);
  expect(isAnswered).toBe(false);
  await rm(held);
  expect((await said).status).toBe(200);
  await bob.waitFor(({ text }) => text === 'one');
});
