import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, vi } from 'vitest';
import type { Logger } from '../src/logger.ts';
import type { AcceptedPort } from '../src/own-process/accepted-port.ts';
import { OwnProcess } from '../src/own-process/own-process.ts';
import type { Permission } from '../src/own-process/permissions.ts';

/** The port of the plugin of a test. */
export const store: AcceptedPort = {
  name: 'store',
  version: 1,
  process: 'own',
  maxAnswer: 100_000,
  events: ['onChange'],
  faults: ['STORE_AWAY'],
};
export const pingMs = 10_000;
export const same = (answer: unknown) => answer;

/** A plugin in a process of its own, for each test of a file; the intervals of the server pass only where a test lets them. */
export function pluginProcess() {
  let home: string;
  let stopped: string[];
  let wake: () => void;
  let running: OwnProcess | undefined;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'entente-own-process-'));
    stopped = [];
    wake = () => {};
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await running?.[Symbol.asyncDispose]();
    running = undefined;
    rmSync(home, { recursive: true, force: true });
  });
  const heard = (fields: { readonly event?: string }, message: string) => {
    if (fields.event !== 'plugin-stopped') return;
    stopped.push(message);
    wake();
  };
  const log: Logger = { debug: heard, info: heard, warn: heard, error: heard, child: () => log };
  const options = (methods: string, permissions: readonly Permission[]) => ({
    plugin: 'alpha',
    url: writePlugin(home, methods),
    home,
    ports: [store],
    permissions,
    timeLimitMs: 10_000,
    memoryMb: 128,
    onFailure: 'refuse' as const,
    config: {},
    pingMs,
  });
  return {
    options,
    /** Why the process was stopped, each time. */
    stopped: () => stopped,
    /** Why the process was stopped, past or to come. */
    async why(): Promise<string> {
      if (stopped.length === 0)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      return stopped[0] as string;
    },
    /** Starts a plugin whose implementation has these methods. */
    async start(methods: string, permissions: readonly Permission[] = []): Promise<OwnProcess> {
      running = new OwnProcess({ ...options(methods, permissions), log });
      await running.load();
      await running.validate();
      await running.setUp();
      return running;
    },
  };
}

/** @returns where the module is */
function writePlugin(home: string, methods: string): string {
  const file = join(home, 'index.mjs');
  writeFileSync(
    file,
    `import { spawn } from 'node:child_process';
    import fs from 'node:fs';
    const port = { name: 'store', version: 1 };
    const write = (message) => {
      // The pipe takes what it has room for.
      for (let rest = Buffer.from(JSON.stringify(message) + '\\n'); rest.length > 0; ) {
        try { rest = rest.subarray(fs.writeSync(3, rest)); } catch {}
      }
    };
    class Store { ${methods} }
    export const plugin = {
      name: 'alpha', apiVersion: 1, requires: [], provides: [port],
      configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
      setup: (scope) => scope.provide(port, new Store()),
    };`,
  );
  return pathToFileURL(file).href;
}

/** Whether a process runs: one that has ended and was not waited for does not. */
export function runs(pid: number): boolean {
  if (!existsSync('/proc/self/stat')) {
    try {
      return process.kill(pid, 0);
    } catch {
      return false;
    }
  }
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}

/** Those that wait beside a process to end it. */
export function guardsOf(pid: number): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((one) => {
      try {
        const command = readFileSync(`/proc/${one}/cmdline`, 'latin1').split('\0');
        return command[0] === '/bin/sh' && command.at(-2) === String(pid);
      } catch {
        return false;
      }
    });
}
