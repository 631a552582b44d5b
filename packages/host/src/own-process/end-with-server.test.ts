import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { guardsOf, pluginProcess, runs, same, store } from '../../test/plugin-process.ts';
import { endWithServer } from './end-with-server.ts';
import type { OwnProcess } from './own-process.ts';

// What is not stopped would run on for an hour.
vi.setConfig({ testTimeout: 60_000 });

const { options, start, stopped, why } = pluginProcess();

/** Starts a program that would run for an hour. */
const begin = `begin() { return spawn('/bin/sleep', ['3600'], { stdio: 'ignore' }).pid; }`;

describe.skipIf(!existsSync('/bin/sleep'))('a program that a plugin has started', () => {
  let pid: number | undefined;
  const begun = async (one: OwnProcess): Promise<number> => {
    pid = (await one.call(store, 'begin', [], same)) as number;
    expect(runs(pid)).toBe(true);
    return pid;
  };
  afterEach(() => {
    if (pid !== undefined && runs(pid)) process.kill(pid, 'SIGKILL');
    pid = undefined;
  });

  it('is gone once the plugin was unloaded', async () => {
    const one = await start(begin, ['programs']);
    const program = await begun(one);
    await one[Symbol.asyncDispose]();
    await expect.poll(() => runs(program)).toBe(false);
  });

  it('is gone once the plugin was stopped for what it did, or has ended by itself', async () => {
    for (const end of ['fs.writeSync(3, "no message\\n");', 'process.exit(7);']) {
      stopped().length = 0;
      const one = await start(`${begin} end() { ${end} }`, ['programs']);
      const program = await begun(one);
      void one.call(store, 'end', [], same).catch(() => {});
      await why();
      await expect.poll(() => runs(program)).toBe(false);
      await one[Symbol.asyncDispose]();
    }
  });

  it.skipIf(!existsSync('/bin/sh'))('is gone after the server was killed with `kill -9`', async () => {
    const source = pathToFileURL(join(import.meta.dirname, 'own-process.ts')).href;
    const script = `
      import { OwnProcess } from ${JSON.stringify(source)};
      const log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
      const store = ${JSON.stringify(store)};
      const one = new OwnProcess({ ...${JSON.stringify(options(begin, ['programs']))}, log });
      await one.load();
      await one.validate();
      await one.setUp();
      process.stdout.write(String(await one.call(store, 'begin', [], (answer) => answer)));
      process.stdin.resume();`;
    const server = spawn(
      process.execPath,
      ['--conditions=@entente/source', '--import', 'tsx', '--input-type=module', '--eval', script],
      { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] },
    );
    const [chunk] = (await once(server.stdout, 'data')) as [Buffer];
    pid = Number(chunk);
    const program = pid;
    expect(runs(program)).toBe(true);
    server.kill('SIGKILL');
    await expect.poll(() => runs(program)).toBe(false);
  });
});

describe.skipIf(!existsSync('/bin/sh'))('a process that ends with its server', () => {
  it('is gone after the server was killed, though it reads of no pipe and never ends its turn', async () => {
    const source = pathToFileURL(join(import.meta.dirname, 'end-with-server.ts')).href;
    const script = `
      import { spawn } from 'node:child_process';
      import { endWithServer } from ${JSON.stringify(source)};
      const child = spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' });
      endWithServer(child.pid, () => {});
      process.stdout.write(String(child.pid));`;
    const server = spawn(
      process.execPath,
      ['--conditions=@entente/source', '--import', 'tsx', '--input-type=module', '--eval', script],
      { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [chunk] = (await once(server.stdout, 'data')) as [Buffer];
    const pid = Number(chunk);
    try {
      expect(runs(pid)).toBe(true);
      server.kill('SIGKILL');
      await expect.poll(() => runs(pid)).toBe(false);
    } finally {
      if (runs(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  it.skipIf(!existsSync('/proc/self/cmdline'))(
    'is stopped where what would end it is gone, such as by its own doing',
    async () => {
      const one = await start('pid() { return process.pid; } end(pid) { process.kill(pid, "SIGKILL"); }');
      const pid = (await one.call(store, 'pid', [], same)) as number;
      const [guard, ...others] = guardsOf(pid);
      expect(others).toEqual([]);
      void one.call(store, 'end', [guard], same).catch(() => {});
      expect(await why()).toContain('lost the process that would end it with the server');
      await expect.poll(() => runs(pid)).toBe(false);
    },
  );

  it.skipIf(!existsSync('/proc/self/cmdline'))(
    'is stopped where what would end it is stopped itself',
    async () => {
      const one = await start('pid() { return process.pid; }');
      const pid = (await one.call(store, 'pid', [], same)) as number;
      const [guard = 0] = guardsOf(pid);
      process.kill(guard, 'SIGSTOP');
      await expect.poll(() => readFileSync(`/proc/${guard}/stat`, 'latin1')).toMatch(/\) T /);
      vi.advanceTimersByTime(1_000);
      expect(await why()).toContain('lost the process that would end it with the server');
      await expect.poll(() => runs(pid)).toBe(false);
      await expect.poll(() => runs(guard)).toBe(false);
    },
  );

  it('is left alone once the server has forgotten it', async () => {
    let lost = 0;
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    endWithServer(child.pid as number, () => lost++).forget();
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(lost).toBe(0);
  });
});
