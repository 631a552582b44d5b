import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Logger } from '../logger.ts';
import type { AcceptedPort } from './accepted-port.ts';
import { endWithServer } from './end-with-server.ts';
import { OwnProcess } from './own-process.ts';

const store: AcceptedPort = {
  name: 'store',
  version: 1,
  process: 'own',
  maxAnswer: 100_000,
  events: ['onChange'],
  faults: ['STORE_AWAY'],
};

const pingMs = 10_000;
// What is not stopped would run on for minutes.
vi.setConfig({ testTimeout: 60_000 });

let home: string;
let stopped: string[];
let wake: () => void;
let process_: OwnProcess | undefined;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'entente-own-process-'));
  stopped = [];
  wake = () => {};
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
});
afterEach(async () => {
  vi.useRealTimers();
  await process_?.[Symbol.asyncDispose]();
  process_ = undefined;
  rmSync(home, { recursive: true, force: true });
});

const heard = (fields: { readonly event?: string }, message: string) => {
  if (fields.event !== 'plugin-stopped') return;
  stopped.push(message);
  wake();
};
const log: Logger = { debug: heard, info: heard, warn: heard, error: heard, child: () => log };

/** Why the process was stopped, past or to come. */
async function why(): Promise<string> {
  if (stopped.length === 0)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  return stopped[0] as string;
}

/** Starts a plugin whose implementation has these methods. */
async function start(methods: string): Promise<OwnProcess> {
  const file = join(home, 'index.mjs');
  writeFileSync(
    file,
    `import fs from 'node:fs';
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
  process_ = new OwnProcess({
    plugin: 'alpha',
    url: pathToFileURL(file).href,
    home,
    ports: [store],
    permissions: [],
    timeLimitMs: 10_000,
    memoryMb: 128,
    onFailure: 'refuse',
    config: {},
    log,
    pingMs,
  });
  await process_.load();
  await process_.validate();
  await process_.setUp();
  return process_;
}

const same = (answer: unknown) => answer;

describe('the process of a plugin', () => {
  it('that never ends its turn is stopped, also where nobody calls it', async () => {
    const one = await start('begin() { setImmediate(() => { for (;;); }); }');
    await one.call(store, 'begin', [], same);
    for (let i = 0; i < 3; i++) vi.advanceTimersByTime(pingMs);
    expect(stopped).toEqual([]);
    vi.advanceTimersByTime(pingMs);
    expect(stopped).toEqual([expect.stringContaining('read nothing for 30 seconds')]);
  });

  it('that reads what it is sent is not stopped, whatever it writes meanwhile', async () => {
    const one = await start('sum(a, b) { return a + (b ?? 7); }');
    for (let i = 0; i < 20; i++) {
      const answer = one.call(store, 'sum', [i, null], same);
      vi.advanceTimersByTime(pingMs);
      expect(await answer).toBe(i + 7);
    }
    expect(stopped).toEqual([]);
  });

  it('that answers questions which nobody has asked is stopped', async () => {
    const one = await start(`go() { for (;;) write({ type: 'pong' }); }`);
    void one.call(store, 'go', [], same).catch(() => {});
    expect(await why()).toContain('answered what nobody had asked');
  });

  it('answers no more than its port lets it, as a failure of that call alone', async () => {
    const one = await start(`long(count) { return 'x'.repeat(count); }`);
    await expect(one.call(store, 'long', [100_000], same)).rejects.toThrow(
      'its answer has more than 100000 characters',
    );
    expect(await one.call(store, 'long', [90_000], (answer) => (answer as string).length)).toBe(90_000);
  });

  it('tells what its implementation tells: each value once at a time, and also what changes later', async () => {
    const one = await start('onChange(listener) { this.tell = listener; } go(value) { this.tell(value); }');
    const told: unknown[] = [];
    const stop = one.on(store, 'onChange', (value) => void told.push(value));
    for (const value of ['a', 'a', { b: 1 }]) await one.call(store, 'go', [value], same);
    await expect.poll(() => told).toEqual(['a', { b: 1 }]);
    await one.call(store, 'go', ['a'], same);
    await expect.poll(() => told).toEqual(['a', { b: 1 }, 'a']);
    stop();
  });

  it.each([
    [
      'as fast as it can',
      `{ type: 'event', port: 'store', event: 'onChange', values: [1] }`,
      'told more than',
    ],
    [
      'in long messages',
      `{ type: 'event', port: 'store', event: 'onChange', values: ['x'.repeat(90_000)] }`,
      'told more than',
    ],
    [
      'of what it does not have',
      `{ type: 'event', port: 'store', event: 'on', values: [1] }`,
      'nobody had asked',
    ],
    ['no list', `{ type: 'event', port: 'store', event: 'onChange', values: 1 }`, 'nobody had asked'],
  ])('that tells %s is stopped', async (_, message, sentence) => {
    const one = await start(`go() { for (;;) write(${message}); }`);
    void one.call(store, 'go', [], same).catch(() => {});
    expect(await why()).toContain(sentence);
  });

  it('decides as the server has decided, where it is given what the server expected in any order, and else says what it was given', async () => {
    const one = await start(`held = [{ a: 1, b: [2] }, { c: 3 }];
      update(name, decide) {
        const { kept, result } = decide(this.held);
        this.held = kept ?? this.held;
        return { name, ...result };
      }`);
    const change = (given: readonly unknown[]) =>
      one.call(store, 'update', ['n'], same, { given, change: { kept: [] } });
    const held = [{ a: 1, b: [2] }, { c: 3 }];
    expect(await change([{ c: 3 }])).toEqual({ name: 'n', found: held });
    expect(await change([{ c: 3 }, { b: [2], a: 1 }])).toEqual({ name: 'n', kept: true });
    expect(await change(held)).toEqual({ name: 'n', found: [] });
  });

  it('knows the methods of what it provides, also those of its class, and no others', async () => {
    const one = await start('find() {} get size() { return 1; }');
    expect(['find', 'size', 'other'].map((name) => one.has(store, name))).toEqual([true, false, false]);
  });

  it('that throws with a code of its port has answered: it is neither logged nor counted', async () => {
    const one = await start(`go(code) { throw Object.assign(new Error('no'), { code }); }`);
    const codes = [];
    for (let i = 0; i < 8; i++)
      codes.push(await one.call(store, 'go', ['STORE_AWAY'], same).catch((error) => error.cause.code));
    expect(new Set(codes)).toEqual(new Set(['STORE_AWAY']));
    expect(stopped).toEqual([]);
    for (let i = 0; i < 6; i++) await one.call(store, 'go', ['OTHER'], same).catch(() => {});
    expect(await why()).toContain('failed more than 5 times');
  });
});

/** Whether a process runs: one that has ended and was not waited for does not. */
function runs(pid: number): boolean {
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
function guardsOf(pid: number): readonly number[] {
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
      await expect.poll(() => runs(pid), { timeout: 20_000 }).toBe(false);
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

  it('is left alone once the server has forgotten it', async () => {
    let lost = 0;
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    endWithServer(child.pid as number, () => lost++)();
    child.stdin?.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(lost).toBe(0);
  });
});
