import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

/** Inside the package, so that the servers find it by name, and where no other tool looks. */
let folder: string;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(fileURLToPath(new URL('../node_modules/', import.meta.url)), 'run-server-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A server that says what happens to it; its start resolves, or never does. */
async function start(
  name: string,
  startBody: string,
  args: readonly string[] = [],
  more = '',
  running = '',
  config = 'none.yaml',
): Promise<Running> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(
    file,
    `import { runServer } from '@entente/host';
     await runServer({
       name: 'example-server',
       summary: 'An example.',
       ${more}
       async check(file) { console.log('checking ' + file); if (file === 'bad.yaml') throw Object.assign(new Error('it is bad'), { code: 'ENTENTE_X', remedy: 'correct it' }); if (file === 'held.yaml') { ${keepsRunning} console.log('held'); await new Promise(() => {}); } },
       async start(file, signal) {
         signal.addEventListener('abort', () => console.log('aborted'));
         console.log('starting');
         ${startBody}
         return { ${running} async [Symbol.asyncDispose]() { console.log('disposed'); } };
       },
     });`,
  );
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...node, file, '--config', config, ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  children.push(child);
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString('utf8');
    process.stderr.write(chunk);
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of [...waiting]) look();
  });
  const says = (text: string) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (!lines.some((line) => line.includes(text))) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return {
    child,
    lines,
    errors: () => errors,
    says,
    closed: once(child, 'close') as Promise<[number | null]>,
  };
}

interface Running {
  readonly child: ChildProcess;
  readonly lines: readonly string[];
  /** What it has written to standard error. */
  errors(): string;
  says(text: string): Promise<void>;
  readonly closed: Promise<[number | null]>;
}

/** Lines that are not of the log; those of the log come when their stream has time, not between these. */
const printed = (lines: readonly string[]) => lines.filter((line) => !line.startsWith('{'));
const logged = (lines: readonly string[]) =>
  lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Record<string, unknown>);
const events = (lines: readonly string[]) => logged(lines).map(({ event }) => event);

const keepsRunning = 'setInterval(() => {}, 1_000);';

it('says which version of its package it is: with --version, and when it has started', async () => {
  const { version } = JSON.parse(
    await readFile(fileURLToPath(new URL('../package.json', import.meta.url)), 'utf8'),
  ) as { version: string };
  const asked = await start('version', keepsRunning, ['--version']);
  expect((await asked.closed)[0]).toBe(0);
  expect(asked.lines).toEqual([version]);
  const started = await start('versioned', keepsRunning);
  await started.says('has started');
  expect(logged(started.lines)).toMatchObject([{ event: 'started', version }]);
});

it('has warnings of the process as lines of its log, and no text of Node on standard error', async () => {
  const warns = `${keepsRunning}
    const expired = { code: 'ENTENTE_CERTIFICATE_NOT_VALID', place: 'serve', remedy: 'renew it' };
    process.emitWarning(Object.assign(new Error('it has expired'), expired));
    process.emitWarning('a plain one');`;
  const { child, closed, errors, lines, says } = await start('warns', warns, ['--stop-with-stdin']);
  await says('a plain one');
  await says('has started');
  child.stdin?.end();
  expect((await closed)[0]).toBe(0);
  expect(logged(lines).filter(({ event }) => event === 'warning')).toMatchObject([
    {
      level: 40,
      kind: 'Error',
      code: 'ENTENTE_CERTIFICATE_NOT_VALID',
      place: 'serve',
      remedy: 'renew it',
      msg: 'it has expired',
    },
    { level: 40, kind: 'Warning', msg: 'a plain one' },
  ]);
  expect(errors()).toBe('');
});

it('runs until it is told to stop, though nothing of it waits for anything', async () => {
  const waitsForNothing = `setTimeout(() => console.log('is still there'), 50).unref();`;
  const { child, closed, lines, says } = await start('idle', waitsForNothing);
  await Promise.race([says('is still there'), closed]);
  expect(printed(lines)).toContain('is still there');
  child.kill('SIGTERM');
  expect((await closed)[0]).toBe(0);
  expect(events(lines)).toEqual(['started', 'stopping', 'stopped']);
});

describe('a server that is run with --stop-with-stdin', () => {
  it('stops with status 0, and disposes of what it started, when standard input ends', async () => {
    const { child, closed, lines, says } = await start('ends', keepsRunning, ['--stop-with-stdin']);
    await says('has started');
    child.stdin?.end();
    expect((await closed)[0]).toBe(0);
    expect(printed(lines).slice(-2)).toEqual(['aborted', 'disposed']);
    expect(events(lines)).toEqual(['started', 'stopping', 'stopped']);
  });

  it('stops although it is still starting', async () => {
    const hangs = `${keepsRunning} await new Promise(() => {});`;
    const { child, closed, lines, says } = await start('hangs', hangs, ['--stop-with-stdin']);
    await says('starting');
    child.stdin?.end();
    expect((await closed)[0]).toBe(0);
    expect(printed(lines)).toEqual(['starting', 'aborted']);
    expect(logged(lines)).toMatchObject([{ event: 'stopped', outcome: 'starting' }]);
  });

  it('leaves what comes on standard input to a program that reads it, and stops at its end', async () => {
    const reads = `${keepsRunning}
      await new Promise((resolve) => setImmediate(resolve));
      process.stdin.on('data', (text) => console.log('read ' + text));`;
    const running = await start('reads', reads, ['--stop-with-stdin'], 'readsStdin: true,');
    running.child.stdin?.write('hello');
    await running.says('read hello');
    await running.says('has started');
    running.child.stdin?.end();
    expect((await running.closed)[0]).toBe(0);
    expect(printed(running.lines).at(-1)).toBe('disposed');
  });
});

describe('a server that is run without it', () => {
  it('opens no inspector for those who may send it signals', async () => {
    const body = `${keepsRunning} const inspector = await import('node:inspector');
      process.on('SIGHUP', () => console.log('inspector: ' + inspector.url()));`;
    const { child, lines, says } = await start('signalled', body);
    await says('"event":"started"');
    child.kill('SIGUSR1');
    child.kill('SIGHUP');
    await says('inspector: ');
    expect(printed(lines)).toContain('inspector: undefined');
  });

  it('reads its configuration again once it has started, where SIGHUP came while it started', async () => {
    const waits = `${keepsRunning} process.once('SIGHUP', () => console.log('signalled'));
      await new Promise((resolve) => process.stdin.once('data', resolve));`;
    const reloads = `async reload() { console.log('read again'); return { changed: ['users'], needRestart: [] }; },`;
    const { child, closed, lines, says } = await start('reloads-later', waits, [], '', reloads);
    await says('starting');
    child.kill('SIGHUP');
    await says('signalled');
    child.stdin?.write('go on');
    await says('has started');
    await Promise.race([says('"event":"reloaded"'), closed]);
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(printed(lines)).toEqual(['starting', 'signalled', 'read again', 'aborted', 'disposed']);
    expect(events(lines)).toEqual(['started', 'reloaded', 'stopping', 'stopped']);
  });

  it('goes on when standard input ends, and stops on SIGTERM', async () => {
    const seesEnd = `${keepsRunning} process.stdin.resume().once('end', () => console.log('end of input'));`;
    const { child, closed, lines, says } = await start('goes-on', seesEnd);
    await says('has started');
    child.stdin?.end();
    await says('end of input');
    expect(lines).not.toContain('aborted');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(printed(lines).at(-1)).toBe('disposed');
    expect(events(lines).at(-1)).toBe('stopped');
  });
});

describe('a server that drains when it is told to stop', () => {
  const drains = (body: string, drainMs = 60_000): string =>
    `drainMs: ${drainMs}, async drain(withinMs) { console.log('draining ' + withinMs); ${body} },`;

  it('is disposed of once it has drained, and says so in its last line', async () => {
    const drain = drains(
      "await new Promise((resolve) => setImmediate(resolve)); console.log('drained'); return true;",
    );
    const { child, closed, lines, says } = await start('drains', keepsRunning, [], '', drain);
    await says('has started');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(printed(lines).slice(-3)).toEqual(['draining 60000', 'drained', 'disposed']);
    expect(events(lines)).toEqual(['started', 'stopping', 'stopped']);
    expect(logged(lines).at(-1)).toMatchObject({ level: 30, outcome: 'drained', closed: true });
  });

  for (const [what, body, drainMs, outcome] of [
    ['has not finished in its time', 'return false;', 100, 'time-over'],
    ['does not keep to its time', 'return new Promise(() => {});', 0, 'time-over'],
    ['fails at it', "throw new Error('no way out');", 60_000, 'failed'],
  ] as const)
    it(`is disposed of where it ${what}, and says so in a warning`, async () => {
      const running = await start(outcome + drainMs, keepsRunning, [], '', drains(body, drainMs));
      await running.says('has started');
      running.child.kill('SIGTERM');
      expect((await running.closed)[0]).toBe(0);
      expect(printed(running.lines).at(-1)).toBe('disposed');
      expect(logged(running.lines).at(-1)).toMatchObject({ level: 40, event: 'stopped', outcome });
    });

  it('stops at once where it is told again', async () => {
    const drain = drains('return new Promise(() => {});');
    const { child, closed, lines, says } = await start('told-again', keepsRunning, [], '', drain);
    await says('has started');
    child.kill('SIGTERM');
    await says('draining');
    child.kill('SIGTERM');
    expect((await closed)[0]).toBe(0);
    expect(logged(lines).at(-1)).toMatchObject({ event: 'stopped', outcome: 'told-again' });
  });
});

describe('a server that is run with --check-config', () => {
  it('says that the configuration is valid, starts nothing, and ends, whatever keeps it alive', async () => {
    const check = 'check-config-valid';
    const { closed, lines } = await start(
      check,
      '',
      ['--check-config'],
      'readsStdin: setInterval(() => {}, 1_000),',
    );
    expect((await closed)[0]).toBe(0);
    expect(lines).toEqual(['checking none.yaml', 'example-server: none.yaml: the configuration is valid']);
  });

  it('opens no inspector for those who may send it signals, because it runs plugins too', async () => {
    const more = `readsStdin: void process.on('SIGHUP', async () => console.log('inspector: ' + (await import('node:inspector')).url())),`;
    const { child, lines, says } = await start(
      'check-config-signalled',
      '',
      ['--check-config'],
      more,
      '',
      'held.yaml',
    );
    await says('held');
    child.kill('SIGUSR1');
    child.kill('SIGHUP');
    await says('inspector: ');
    expect(printed(lines)).toContain('inspector: undefined');
  });

  it('ends with status 2 where it is not', async () => {
    const { closed, lines } = await start('check-config-bad', '', ['--check-config'], '', '', 'bad.yaml');
    expect((await closed)[0]).toBe(2);
    expect(lines).toEqual(['checking bad.yaml']);
  });
});

it('disposes of a server whose drain throws at once', async () => {
  const drains = "drain() { throw new Error('nothing is drained'); },";
  const { child, closed, lines, says } = await start(
    'drain-throws',
    keepsRunning,
    ['--stop-with-stdin'],
    '',
    drains,
  );
  await says('has started');
  child.stdin?.end();
  expect((await closed)[0]).toBe(0);
  expect(printed(lines)).toContain('disposed');
  expect(logged(lines).at(-1)).toMatchObject({ event: 'stopped', outcome: 'failed', closed: true });
});

it.each([
  ['misspelt', '', 'chek() {},', '"chek"'],
  ['misplaced', '', 'drainMs: 1_000,', '"drainMs"'],
  ['bare', 'return {};', '', 'Symbol.asyncDispose'],
  ['nothing', 'return undefined;', '', 'found none'],
])('refuses a program that is %s before it is told to stop', async (name, body, more, found) => {
  const { closed, errors } = await start(`program-${name}`, body, [], more);
  expect((await closed)[0]).toBe(2);
  expect(errors()).toContain(found);
  expect(errors()).toContain('ENTENTE_PROGRAM_INVALID');
});
