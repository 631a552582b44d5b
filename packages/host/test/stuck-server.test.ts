import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** Inside the package, so that the servers find it by name, and where no other tool looks. */
let folder: string;
const children: ChildProcess[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(fileURLToPath(new URL('../node_modules/', import.meta.url)), 'stuck-server-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Runs a server, tells it to stop once it says that it is there, and waits for its end. */
async function stopped(name: string, body: string, dispose = '') {
  const fifo = join(folder, `${name}.fifo`);
  expect(spawnSync('mkfifo', [fifo]).status).toBe(0);
  const file = join(folder, `${name}.mjs`);
  await writeFile(
    file,
    `import { readFile } from 'node:fs/promises';
     import { createLogger, runServer } from '@entente/host';
     const log = createLogger({ app: 'example-server' });
     // Nobody ever writes to it: as a disk that does not answer.
     const read = () => void readFile(${JSON.stringify(fifo)});
     await runServer({
       name: 'example-server',
       summary: 'An example.',
       async check() {},
       async start() {
         setInterval(() => {}, 1_000);
         ${body}
         process.stderr.write('there');
         return { log, async [Symbol.asyncDispose]() { ${dispose} } };
       },
     });`,
  );
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const server = spawn(process.execPath, [...node, file, '--config', 'none.yaml'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(server);
  const written = text(server.stdout);
  const ended = once(server, 'close') as Promise<[number | null, string | null]>;
  await once(server.stderr, 'data');
  server.kill('SIGTERM');
  const [status, signal] = await ended;
  const lines = (await written).split('\n').filter((line) => line !== '');
  return { status, signal, last: JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

const killed = { level: 50, app: 'example-server', event: 'stopped', killed: true };

describe('a server with a file operation that never returns ends, and says so in its last line and its status', () => {
  it('where nothing waits for it', async () => {
    const { last, signal } = await stopped('one', 'read();');
    expect(last).toMatchObject({ ...killed, outcome: 'drained', closed: true });
    expect(signal).toBe('SIGKILL');
  });

  it('where such operations hold every thread that could write the log', async () => {
    const { last, signal } = await stopped('all', 'for (let i = 0; i < 8; i++) read();');
    expect(last).toMatchObject(killed);
    expect(signal).toBe('SIGKILL');
  });

  it('where it has not started yet', async () => {
    const starting = "process.stderr.write('there'); read(); await new Promise(() => {});";
    const { last, signal } = await stopped('starting', starting);
    expect(last).toMatchObject({ ...killed, outcome: 'starting' });
    expect(signal).toBe('SIGKILL');
  });

  it('where what it consists of cannot be closed', async () => {
    const { last, signal } = await stopped('closing', 'read();', 'await new Promise(() => {});');
    expect(last).toMatchObject({ ...killed, closed: false });
    expect(signal).toBe('SIGKILL');
  });

  it('where its own thread waits for it', async () => {
    const waits = 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);';
    const { last, signal } = await stopped('own-thread', '', waits);
    expect(last).toMatchObject({ ...killed, outcome: 'stuck', closed: false });
    expect(signal).toBe('SIGKILL');
  });
});

describe('a server that may start no more threads', () => {
  /** As where it has as many threads as it may, or as many files open: the one is said at once, the other later. */
  const without = (fails: string) => `
    const { default: workers } = await import('node:worker_threads');
    const { EventEmitter } = await import('node:events');
    workers.Worker = class extends EventEmitter {
      constructor() { super(); ${fails} }
      postMessage() {}
      ref() {}
      unref() {}
    };
    (await import('node:module')).syncBuiltinESMExports();`;
  const missing = {
    'at once': without("throw new Error('EAGAIN');"),
    later: without("setTimeout(() => this.emit('error', new Error('EMFILE')), 1);"),
  };
  for (const [when, body] of Object.entries(missing)) {
    it(`which it hears ${when}, stops as any other`, async () => {
      const { last, signal, status } = await stopped(`threadless-${when}`, body);
      expect(last).toMatchObject({ event: 'stopped', outcome: 'drained', closed: true });
      expect([status, signal]).toEqual([0, null]);
    });

    it(`which it hears ${when}, ends though a file operation never returns`, async () => {
      const { last, signal } = await stopped(`threadless-held-${when}`, `${body} read();`);
      expect(last).toMatchObject(killed);
      expect(signal).toBe('SIGKILL');
    });
  }
});

it('a server whose file operations return ends with status 0', async () => {
  const { last, signal, status } = await stopped(
    'returns',
    "await (await import('node:fs/promises')).stat('.');",
  );
  expect(last).toMatchObject({ event: 'stopped', outcome: 'drained', closed: true });
  expect(last).not.toHaveProperty('killed');
  expect([status, signal]).toEqual([0, null]);
});
