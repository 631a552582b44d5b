import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { pnpm } from '../runner/command.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const started: ChildProcess[] = [];
let left: readonly number[] = [];

afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
  for (const pid of left) process.kill(pid, 'SIGKILL');
  left = [];
});

interface Listed {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Every process that runs: those that have ended and that nobody waits for are left out. */
function processes(): readonly Listed[] {
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' });
  return listed.split('\n').flatMap((line) => {
    const [, pid, parent, state = 'Z', command = ''] = /^ *(\d+) +(\d+) +(\S+) +(.*)$/.exec(line) ?? [];
    return state.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
  });
}

/** A process and everything below it. */
function treeOf(top: number): readonly Listed[] {
  const all = processes();
  const below = (pid: number): Listed[] =>
    all.filter(({ parent }) => parent === pid).flatMap((each) => [each, ...below(each.pid)]);
  return [...all.filter(({ pid }) => pid === top), ...below(top)];
}

/** Resolves when none of them runs any more. */
async function gone(tree: readonly Listed[]): Promise<void> {
  left = tree.map(({ pid }) => pid);
  for await (const _ of setInterval(50)) {
    const running = new Set(processes().map(({ pid }) => pid));
    left = left.filter((pid) => running.has(pid));
    if (left.length === 0) return;
  }
}

/**
 * Runs the demo as a person does, and waits until its servers run.
 * @param parts - what is shown; default all
 * @param text - that it has printed by then
 */
async function demo(
  parts: readonly string[] = [],
  text = 'Connections and requests that are refused',
): Promise<{ readonly said: string; readonly top: ChildProcess; readonly tree: readonly Listed[] }> {
  const { args, program } = pnpm(root);
  const top = spawn(program, [...args, 'demo', ...parts], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(top);
  let said = '';
  await new Promise<void>((resolve, reject) => {
    top.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString('utf8');
      if (said.includes(text)) resolve();
    });
    top.once('close', () => reject(new Error(`the demo ended: ${said}`)));
  });
  const tree = treeOf(top.pid ?? -1);
  const servers = tree.filter(({ command }) =>
    /-server(?:\/src\/bin\.ts|-src-bin\/dist\/bin\.js)/.test(command),
  );
  expect(servers.length, said).toBeGreaterThanOrEqual(3);
  return { said, top, tree };
}

describe('the demo', { timeout: 240_000 }, () => {
  it('leaves its servers up when it has shown everything, so that what it says to try works, until it is interrupted', async () => {
    const { said, top, tree } = await demo(['--only', 'contoso', '--chapter', '1'], 'Press Ctrl-C to stop');
    const [, words = ''] = /entente (explain .*--crls \S+)/.exec(said) ?? [];
    const { stdout } = await run(join(root, 'tooling/bin/entente'), words.split(' '));
    expect(stdout).toContain('✓ identity: the expected name');
    const [shown] = tree.filter(({ command }) => command.includes('tooling/demo/bin.ts')).slice(-1);
    process.kill(shown?.pid ?? 0, 'SIGINT');
    expect(await new Promise((resolve) => top.once('close', resolve))).toBe(0);
    await gone(tree);
  });

  it('ends with its servers when its reader closes the pipe', async () => {
    const { top, tree } = await demo();
    top.stdout?.destroy();
    await gone(tree);
  });

  it('ends with its servers when the package manager that runs it is killed', async () => {
    const { top, tree } = await demo();
    top.kill('SIGKILL');
    await gone(tree);
  });
});
