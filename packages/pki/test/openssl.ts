import { execFileSync, spawnSync } from 'node:child_process';

/** Where there is no openssl, tests that need it are reported as skipped. */
export const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

/** Runs openssl, and returns what it wrote to standard output. */
export function openssl(...args: string[]): string {
  return execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** Runs openssl where it may fail, and returns everything that it wrote. */
export function opensslTried(...args: string[]): { readonly ok: boolean; readonly output: string } {
  const { status, stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return { ok: status === 0, output: stdout + stderr };
}
