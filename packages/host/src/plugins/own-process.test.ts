import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkPlugins, type Logger, loadPlugins, type Plugins, type PluginUse } from '../index.ts';

const judge = { name: 'judge', version: 1, process: 'own' } as const;

interface Line {
  readonly level: string;
  readonly event?: string;
  readonly plugin?: string;
  readonly message: string;
}

let folder: string;
let lines: Line[];
let waiting: (() => void)[];
const opened: Plugins[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-own-process-'));
  lines = [];
  waiting = [];
});

afterEach(async () => {
  for (const plugins of opened.splice(0)) await plugins[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

function loggerTo(bound: object): Logger {
  const write = (level: string) => (fields: object, message: string) => {
    lines.push({ level, ...bound, ...fields, message } as Line);
    for (const wake of waiting.splice(0)) wake();
  };
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
    child: (fields) => loggerTo({ ...bound, ...fields }),
  };
}

/** The first line with an event, past or to come. */
async function line(event: string): Promise<Line> {
  for (;;) {
    const found = lines.find((one) => one.event === event);
    if (found !== undefined) return found;
    await new Promise<void>((wake) => void waiting.push(wake));
  }
}

/** Writes a plugin whose one method has this body; `file` names a file of the test. */
function install(
  body: string,
  { entente = {}, setup = '' }: { entente?: object; setup?: string } = {},
): void {
  const home = join(folder, 'node_modules', 'alpha');
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({
      name: 'alpha',
      version: '1.2.3',
      type: 'module',
      exports: './index.js',
      entente: { apiVersion: 1, name: 'alpha', provides: { judge: 1 }, ...entente },
    }),
  );
  writeFileSync(
    join(home, 'index.js'),
    `import fs from 'node:fs';
    const judge = { name: 'judge', version: 1 };
    const kept = [];
    export const plugin = {
      name: 'alpha', apiVersion: 1, requires: [], provides: [judge],
      configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) =>
        value?.bad ? { issues: [{ message: 'not so', path: ['bad'] }] } : { value } } },
      setup(scope, config) {
        ${setup}
        scope.provide(judge, { async judge(argument) { ${body} } });
      },
    };`,
  );
}

async function load(use: Partial<PluginUse> = {}) {
  const plugins = await loadPlugins({
    plugins: [{ use: 'alpha', timeLimitMs: 10_000, ...use }],
    from: [folder],
    accepts: [judge],
    logger: loggerTo({}),
  });
  opened.push(plugins);
  const [calls] = plugins.calls(judge);
  if (calls === undefined) throw new Error('no plugin has the port');
  return {
    plugins,
    calls,
    ask: (argument: unknown = {}) => calls.call(judge, 'judge', [argument], (answer) => answer),
  };
}

/** A listener on loopback. */
async function listening() {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

const sentence = (outcome: Promise<unknown>) =>
  outcome.then(
    (value) => `answered ${JSON.stringify(value)}`,
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );

describe('a plugin in a process of its own', () => {
  it('answers, is shown at start with what it may do, and disposes of what it has', async () => {
    const file = join(folder, 'said');
    install('return { heard: argument.text, limit: 7 };', {
      entente: { may: ['write-files'] },
      setup: `scope.log.info({ limit: config.limit }, 'ready');
        scope.onDispose(() => fs.writeFileSync(config.file, 'aborted ' + scope.signal.aborted));`,
    });
    const { ask, plugins } = await load({ config: { file, limit: 7 } });
    expect(plugins.provided(judge)).toEqual([]);
    expect(await ask({ text: 'noon' })).toEqual({ heard: 'noon', limit: 7 });
    expect(lines[0]).toMatchObject({
      event: 'plugin',
      plugin: 'alpha',
      version: '1.2.3',
      provides: ['judge 1'],
      process: 'own',
      may: expect.arrayContaining(['write-files']),
      timeLimitMs: 10_000,
      memoryMb: 128,
      onFailure: 'refuse',
    });
    expect(lines[1]).toMatchObject({ level: 'info', plugin: 'alpha', limit: 7, message: 'ready' });
    await plugins[Symbol.asyncDispose]();
    expect(readFileSync(file, 'utf8')).toBe('aborted true');
    expect(await sentence(ask())).toContain('ENTENTE_PLUGIN_CALL');
    expect(lines.map(({ event }) => event)).not.toContain('plugin-stopped');
  });

  it('may read nothing but its modules, run no program, and has nothing of the environment of the server', async () => {
    const file = join(folder, 'key.pem');
    writeFileSync(file, 'secret');
    process.env.ENTENTE_TEST_SECRET = 'secret';
    install(`
      const codeOf = async (work) => { try { await work(); return 'done'; } catch (error) { return error.code; } };
      return [
        await codeOf(() => fs.readFileSync(argument)),
        await codeOf(() => fs.writeFileSync(argument, '')),
        await codeOf(async () => (await import('node:child_process')).execSync('true')),
        await codeOf(async () => new (await import('node:worker_threads')).Worker('', { eval: true })),
        process.env.ENTENTE_TEST_SECRET ?? 'none',
      ];`);
    const { ask } = await load();
    delete process.env.ENTENTE_TEST_SECRET;
    const denied = 'ERR_ACCESS_DENIED';
    expect(await ask(file)).toEqual([denied, denied, denied, denied, 'none']);
    expect(readFileSync(file, 'utf8')).toBe('secret');
  });

  it('reaches the network where its manifest says so, or where this Node cannot refuse it: the line at start says which', async () => {
    await using server = await listening();
    const body = `
      const { connect } = await import('node:net');
      return new Promise((resolve) => {
        const socket = connect(argument, '127.0.0.1');
        socket.once('connect', () => resolve('connected'));
        socket.once('error', ({ code }) => resolve(code));
      });`;
    const reach = async (may: readonly string[]) => {
      lines.length = 0;
      install(body, { entente: { may } });
      const { ask, plugins } = await load();
      const reached = await ask(server.port).catch((error: Error) => error.message);
      await plugins[Symbol.asyncDispose]();
      expect((lines[0] as unknown as { may: readonly string[] }).may.includes('network')).toBe(
        reached === 'connected',
      );
      return reached;
    };
    expect(await reach(['network'])).toBe('connected');
    const canRefuse = process.allowedNodeEnvironmentFlags.has('--allow-net');
    expect((await reach([])) === 'connected').toBe(!canRefuse);
  });

  it('that throws fails that call alone; what is thrown needs no words', async () => {
    install(`if (argument.odd) throw Object.create(null);
      if (argument.bad) throw new Error('no such list');
      return 'good';`);
    const { ask } = await load();
    expect(await sentence(ask({ bad: true }))).toBe('ENTENTE_PLUGIN_CALL: it failed: no such list');
    expect(await sentence(ask({ odd: true }))).toContain('it failed');
    expect(await ask()).toBe('good');
    expect(await line('plugin-failed')).toMatchObject({ level: 'warn', plugin: 'alpha' });
  });

  it('that gives no answer costs its time limit, and its late answer is nobody’s', async () => {
    install(`if (argument.late) await new Promise((resolve) => (globalThis.go = resolve));
      globalThis.go?.();
      return 'good';`);
    const { ask } = await load({ timeLimitMs: 300 });
    expect(await sentence(ask({ late: true }))).toBe('ENTENTE_PLUGIN_CALL: it gave no answer within 300 ms');
    await expect.poll(() => sentence(ask())).toBe('answered "good"');
  });

  it.each([
    ['waits for ever', 'await new Promise(() => {})'],
    ['never ends its turn', 'for (;;)'],
  ])(
    'that hangs is stopped once its budget is used up; then each call fails at once, and it is started again: it %s',
    async (_, hang) => {
      install(`if (argument.hang) ${hang}; return "good";`);
      const { ask, plugins } = await load({ timeLimitMs: 200 });
      const hung = Array.from({ length: 8 }, () => sentence(ask({ hang: true })));
      const outcomes = new Set(await Promise.all(hung));
      for (const outcome of outcomes)
        expect(outcome).toMatch(/gave no answer within 200 ms|failed more than 5 times/);
      expect(await line('plugin-stopped')).toMatchObject({
        level: 'error',
        plugin: 'alpha',
        againInMs: 1_000,
      });
      expect(await sentence(ask())).toContain('it does not run now');
      expect(plugins.problems()).toMatchObject([{ part: 'plugin', stops: false }]);
      await line('plugin-started');
      expect(plugins.problems()).toEqual([]);
      await expect.poll(() => sentence(ask())).toBe('answered "good"');
    },
  );

  it.each([
    ['floods the log', 'for (;;) scope.log.info({}, "x");', 'wrote more than 100 lines'],
    [
      'floods the pipe with something else than messages',
      'for (;;) fs.writeSync(3, "x".repeat(65_536));',
      'wrote a message of more than',
    ],
    [
      'answers what nobody asked',
      `fs.writeSync(3, '{"type":"answer","id":99}\\n'); await new Promise(() => {});`,
      'answered what nobody had asked',
    ],
    [
      'answers twice',
      `for (const _ of [1, 2]) fs.writeSync(3, '{"type":"answer","id":1}\\n'); await new Promise(() => {});`,
      'answered what nobody waits for',
    ],
    [
      'writes long lines of the log',
      'for (let i = 0; i < 20; i++) scope.log.info({ text: "x".repeat(60_000) }, "x"); await new Promise(() => {});',
      'or 262144 characters',
    ],
    [
      'keeps octets, and never ends its turn',
      'for (let i = 0; i < 24; i++) kept.push(Buffer.alloc(8_388_608, 1)); for (;;);',
      'used more than 128 MB',
    ],
    [
      'keeps more and more objects',
      'for (;;) kept.push(new Array(1_000).fill(kept.length));',
      'used more than 128 MB',
    ],
    [
      'keeps more and more octets',
      'for (;;) { kept.push(Buffer.alloc(8_388_608, 1)); await new Promise(setImmediate); if (kept.length > 16) return; }',
      'used more than 128 MB',
    ],
    ['ends its process', 'process.exit(3);', 'ended by itself, with status 3'],
    [
      'throws where nobody catches it',
      `setImmediate(() => { throw new Error('later'); }); await new Promise(() => {});`,
      'crashed: later',
    ],
  ])('that %s is stopped, and calls fail with the reason', async (_, body, why) => {
    install(body.replaceAll('scope.log', 'globalThis.log'), { setup: 'globalThis.log = scope.log;' });
    const { ask } = await load();
    const outcome = sentence(ask());
    expect((await line('plugin-stopped')).message).toContain(why);
    expect(await outcome).toMatch(/ENTENTE_PLUGIN_CALL|answered undefined/);
  });

  it('that logs an object in place of a text, or fields of the server, has written a line all the same', async () => {
    install(`globalThis.log.info({ event: 'odd', source: 'x', level: 7 }, { toString: 1 }); return 'good';`, {
      setup: 'globalThis.log = scope.log;',
    });
    const { ask } = await load();
    expect(await ask()).toBe('good');
    const odd = await line('odd');
    expect(odd).toMatchObject({ level: 'info', plugin: 'alpha', message: '(not a text)' });
    expect(odd).not.toHaveProperty('source');
  });

  it('whose folder is gone when it is to start again is tried later', async () => {
    install('process.exit(3);');
    const { ask, plugins } = await load();
    await sentence(ask());
    await line('plugin-stopped');
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const again = () => lines.some(({ message }) => message.includes('did not start again'));
    await expect.poll(again).toBe(true);
    expect(plugins.problems()).toMatchObject([{ part: 'plugin' }]);
  });

  it('has no more to answer than it may: what is beyond it fails at once', async () => {
    install('await new Promise(() => {});');
    const { ask, plugins } = await load();
    const calls = Array.from({ length: 1_001 }, () => sentence(ask()));
    expect(await calls[1_000]).toContain('it has too much to answer');
    await plugins[Symbol.asyncDispose]();
    for (const outcome of new Set(await Promise.all(calls.slice(0, 1_000))))
      expect(outcome).toContain('ended by itself');
  });

  it('refuses to start with a bad configuration, a setup that throws, or a module that reads what it may not', async () => {
    const failure = (use?: Partial<PluginUse>) =>
      load(use).then(
        () => 'started',
        (error: { code: string }) => error.code,
      );
    install('');
    expect(await failure({ config: { bad: true } })).toBe('ENTENTE_PLUGIN_CONFIG');
    expect(await failure({ onFailure: 'pass' }), 'where its manifest does not let it').toBe(
      'ENTENTE_PLUGIN_CONFIG',
    );
    install('', { setup: `throw new Error('no database');` });
    expect(await failure()).toBe('ENTENTE_PLUGIN_SETUP');
    install('', { setup: `fs.readFileSync('/etc/hosts');` });
    expect(await failure()).toBe('ENTENTE_PLUGIN_SETUP');
    install('', { entente: { requires: { store: 1 } } });
    expect(await failure()).toBe('ENTENTE_PLUGIN_PORT');
  });

  it('is checked without being set up', async () => {
    install('', { setup: `throw new Error('it was set up');` });
    const options = { from: [folder], accepts: [judge] };
    await checkPlugins({ ...options, plugins: [{ use: 'alpha' }] });
    const outcome = await checkPlugins({
      ...options,
      plugins: [{ use: 'alpha', config: { bad: true } }],
    }).catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'ENTENTE_PLUGIN_CONFIG' });
  });
});
