import { copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { ofATerminal } from '../../check/consumer.ts';
import { type CommandEnd, runCommand } from '../../runner/command.ts';
import type { NodeProgram } from './node-program.ts';
import { Program } from './program.ts';

/** Settings of npm by which this machine reaches the npm registry; nothing else of what is set here reaches a newcomer. */
const reaching = ['registry', 'cache', 'proxy', 'https-proxy', 'cafile'] as const;

/**
 * What is set here of how npm reaches its registry.
 *
 * @param cwd - where npm is asked
 * @returns lines of a file of settings
 */
export async function settingsThatReach(cwd: string): Promise<readonly string[]> {
  const asked = await runCommand('npm', ['config', 'list', '--json'], { cwd });
  const known = JSON.parse(asked.stdout) as Readonly<Record<string, unknown>>;
  return reaching
    .filter((name) => typeof known[name] === 'string' && known[name] !== '')
    .map((name) => `${name}=${String(known[name])}`);
}

/** How long a command may take, in milliseconds. */
const commandMs = 180_000;

/** What differs from one program to another. */
export interface Around {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Somebody with a home of their own, npm and one version of Node, and nothing of this repository. npm asks the registry of this machine for
 * our packages. What is installed for everybody is in that home.
 */
export class Newcomer implements AsyncDisposable {
  /** Version of Node. */
  readonly node: string;
  /** Absolute path of that Node. */
  readonly nodePath: string;
  /** Whether this Node runs TypeScript as it is. */
  readonly stripsTypes: boolean;
  /** Module that Node loads first where the names of the pages have to lead to this machine: see `outside.mjs`. */
  readonly outside: string;
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(home: string, { path, version }: NodeProgram) {
    this.#home = home;
    this.node = version;
    this.nodePath = path;
    const [major = 0, minor = 0] = version.split('.').map(Number);
    this.stripsTypes = major > 22 || (major === 22 && minor >= 18);
    this.outside = join(home, 'outside.mjs');
    const folders = [join(home, 'global/bin'), dirname(path), process.env.PATH ?? ''];
    this.#env = { ...ofATerminal(), HOME: home, PATH: folders.join(delimiter) };
  }

  /**
   * Makes the home.
   *
   * @param node - what runs
   * @param npmOptions - those of the registry of this machine
   */
  static async arrive(node: NodeProgram, npmOptions: readonly string[]): Promise<Newcomer> {
    const home = await realpath(await mkdtemp(join(tmpdir(), 'entente-newcomer-')));
    const settings = await settingsThatReach(home);
    const ours = npmOptions.map((option) => option.replace(/^--/, ''));
    const quiet = ['prefer-offline=true', 'audit=false', 'fund=false', 'update-notifier=false'];
    const lines = [...settings, ...ours, ...quiet, `prefix=${join(home, 'global')}`];
    await writeFile(join(home, '.npmrc'), `${lines.join('\n')}\n`);
    await copyFile(new URL('outside.mjs', import.meta.url), join(home, 'outside.mjs'));
    return new Newcomer(home, node);
  }

  /**
   * An empty folder.
   *
   * @param name - of the folder; one that exists is emptied
   */
  async folder(name: string): Promise<string> {
    const path = join(this.#home, 'work', name);
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    return path;
  }

  /** A file in the home folder; empty where there is none. */
  async homeFile(name: string): Promise<string> {
    return readFile(join(this.#home, name), 'utf8').catch(() => '');
  }

  /**
   * Installs packages as a page says.
   *
   * @param folder - where
   * @param words - what follows `npm install`
   * @throws Error where npm fails
   */
  async install(folder: string, ...words: readonly string[]): Promise<void> {
    const { status, stdout, stderr } = await this.run('npm', ['install', ...words], { cwd: folder });
    if (status !== 0) throw new Error(`npm install ${words.join(' ')} fails: ${(stdout + stderr).trim()}`);
  }

  /** Runs a program to its end. */
  run(program: string, args: readonly string[], { cwd, env }: Around): Promise<CommandEnd> {
    return runCommand(program, args, { cwd, env: { ...this.#env, ...env }, timeoutMs: commandMs });
  }

  /**
   * Runs commands of a shell to their end, and to that of what they have left in the background.
   *
   * @param commands - for bash
   * @param around - where
   * @param goesOn - whether they go on where one fails, as on a terminal
   */
  async shell(commands: string, around: Around, goesOn = false): Promise<CommandEnd> {
    await using shell = this.startShell(commands, around, goesOn);
    return await shell.ends(commandMs);
  }

  /** The same for commands that stay. */
  startShell(commands: string, around: Around, goesOn = false): Program {
    return this.start('bash', [goesOn ? '-c' : '-ec', `${commands}\nwait`], around);
  }

  /** Starts a program that stays. It ends with this process. */
  start(program: string, args: readonly string[], { cwd, env }: Around): Program {
    const all = Object.entries({ ...this.#env, ...env });
    return new Program(['-i', ...all.map(([name, value]) => `${name}=${value}`), program, ...args], cwd);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#home, { recursive: true, force: true, maxRetries: 10 });
  }
}
