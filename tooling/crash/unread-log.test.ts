import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { runnable } from '../../packages/testkit/src/network/runnable.ts';

it('ends a server when it is told to, though nobody reads its log and the pipe is full', async () => {
  // Bundled: what runs a program from its sources would make the pipe another one.
  const args = await runnable('tooling/crash/testing/unread-log-server.ts');
  const folder = await mkdtemp(join(tmpdir(), 'entente-unread-log-'));
  const pipe = join(folder, 'log');
  expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
  // Open for reading as well, and never read.
  const log = openSync(pipe, constants.O_RDWR);
  const server = spawn(process.execPath, [...args, '--config', 'none.yaml'], {
    stdio: ['ignore', log, 'pipe'],
  });
  try {
    await once(server.stderr!, 'data');
    const exit = once(server, 'exit');
    server.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
  } finally {
    server.kill('SIGKILL');
    closeSync(log);
    await rm(folder, { recursive: true, force: true });
  }
});
