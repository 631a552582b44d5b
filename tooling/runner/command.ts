import { type SpawnOptions, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** How a program ended. */
export interface CommandEnd {
  /** Exit status; 128 where a signal ended it. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and how to run a program. */
export interface CommandOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Ended after this many milliseconds (default: never). */
  readonly timeoutMs?: number;
}

/**
 * Runs a program to its end and collects what it says.
 *
 * @throws the error of the platform when the program cannot be started.
 */
export function runCommand(
  program: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandEnd> {
  const { cwd, env = process.env, timeoutMs } = options;
  const settings: SpawnOptions = { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] };
  if (timeoutMs !== undefined) settings.timeout = timeoutMs;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, settings);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout?.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr?.on('data', (chunk: Buffer) => err.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => {
      const stdout = Buffer.concat(out).toString('utf8');
      resolve({ status: code ?? 128, stdout, stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

/**
 * How to call pnpm in the version that the repository asks for: the one that runs this process, else through npx.
 *
 * @param root Absolute path of the repository.
 */
export function pnpm(root: string): { readonly program: string; readonly args: readonly string[] } {
  const { npm_execpath: running } = process.env;
  if (running !== undefined && /pnpm[^/\\]*\.c?js$/.test(running))
    return { program: process.execPath, args: [running] };
  const manifest = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')) as { packageManager: string };
  return { program: 'npx', args: ['-y', manifest.packageManager.replace(/\+.*/, '')] };
}
