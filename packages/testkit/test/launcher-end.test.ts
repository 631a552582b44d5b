import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setInterval } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const launchers: ChildProcess[] = [];

afterEach(() => {
  for (const launcher of launchers.splice(0)) launcher.kill('SIGKILL');
});

interface Launched {
  readonly launcher: ChildProcess;
  readonly pids: readonly number[];
  readonly directory: string;
}

/** Starts a launcher and waits until everything that it launches runs. */
async function launch(): Promise<Launched> {
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const launcher = spawn(process.execPath, [...node, 'packages/testkit/test/launchers/network.ts'], {
    cwd: repository,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  launchers.push(launcher);
  const [line] = (await once(createInterface({ input: launcher.stdout }), 'line')) as [string];
  return { launcher, ...(JSON.parse(line) as { pids: number[]; directory: string }) };
}

/** Whether a process runs. One that has ended and that nobody waits for is still listed on Linux, as a zombie. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2)[0] !== 'Z';
  } catch {
    return !existsSync('/proc/self');
  }
}

/** Resolves when none of the processes runs any more; there is no event for the end of another's child. */
async function gone(pids: readonly number[]): Promise<void> {
  for await (const _ of setInterval(20)) if (!pids.some(runs)) return;
}

describe('what a launcher has started', () => {
  it('is gone after the launcher was killed: servers, clients, a foreign program and its children', async () => {
    const { launcher, pids } = await launch();
    expect(pids.length).toBeGreaterThanOrEqual(7);
    expect(pids.filter((pid) => !runs(pid))).toEqual([]);
    launcher.kill('SIGKILL');
    await gone(pids);
  });

  it('is gone, its folder too, after the launcher exited without stopping anything', async () => {
    const { directory, launcher, pids } = await launch();
    expect(existsSync(directory)).toBe(true);
    launcher.kill('SIGUSR2');
    await once(launcher, 'close');
    await gone(pids);
    expect(existsSync(directory)).toBe(false);
  });
});
