import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where distributions put the programs that are not for everybody's path, one folder for each release. */
const releases = '/usr/lib/postgresql';

/** The programs of a PostgreSQL server on this machine. */
export interface PostgresPrograms {
  readonly initdb: string;
  readonly postgres: string;
}

/** The newest PostgreSQL of this machine; undefined where there is none. */
export function findPostgres(): PostgresPrograms | undefined {
  for (const folder of foldersOfReleases()) {
    const programs = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
    if (existsSync(programs.initdb) && existsSync(programs.postgres)) return programs;
  }
  const onPath = spawnSync('initdb', ['--version']).status === 0;
  return onPath && spawnSync('postgres', ['--version']).status === 0
    ? { initdb: 'initdb', postgres: 'postgres' }
    : undefined;
}

/**
 * Why tests with a PostgreSQL of their own are skipped here; undefined where they run.
 * @throws Error where nothing may be skipped: `CI` is set, and `.ci/run` installs the programs
 */
export function whyNoPostgres(): string | undefined {
  if (findPostgres() !== undefined) return undefined;
  const reason = 'there is no PostgreSQL on this machine: apt-get install postgresql';
  if (process.env.CI !== undefined) throw new Error(reason);
  return reason;
}

/** PostgreSQL refuses to run as root. */
const unprivileged = 'nobody';

/** What runs a program of PostgreSQL: itself, or as another user where this one is root. */
export function asServerUser(program: string): readonly [string, ...string[]] {
  if (process.getuid?.() !== 0) return [program];
  return ['setpriv', `--reuid=${unprivileged}`, `--regid=${idOf('-g')}`, '--clear-groups', program];
}

/** The user that the files of a server belong to; undefined where it is the one of this process. */
export function serverOwner(): { readonly uid: number; readonly gid: number } | undefined {
  return process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : undefined;
}

function idOf(which: '-u' | '-g'): number {
  return Number(execFileSync('id', [which, unprivileged], { encoding: 'utf8' }));
}

function foldersOfReleases(): readonly string[] {
  if (!existsSync(releases)) return [];
  const numbers = readdirSync(releases).filter((name) => /^\d+$/.test(name));
  return numbers.sort((one, other) => Number(other) - Number(one)).map((name) => join(releases, name, 'bin'));
}
