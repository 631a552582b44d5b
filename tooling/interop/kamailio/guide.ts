import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const guidePage = join(repository, 'docs/guides/foreign-servers.md');
/** Folder of everything in the guide. */
const printed = '/tmp/foreign-servers';
const commandMs = 60_000;

/** The guide to servers of another maker, with a folder of this run in place of the one that it prints. */
export interface Guide {
  /** The folder in place of `/tmp/foreign-servers`. */
  readonly folder: string;
  /**
   * A file of the guide: all blocks that have its name, in order.
   * @throws Error where the guide has no such file
   */
  file(name: string): string;
  /**
   * The one block of commands that has a text.
   * @throws Error where there is none, or several
   */
  commands(text: string): string;
  /** Names of files, and first lines of commands, that nobody has asked for yet. */
  unused(): readonly string[];
}

/**
 * Reads the guide.
 *
 * @param folder - where its files go
 * @param page - another page than the guide
 */
export async function readGuide(folder: string, page: string = guidePage): Promise<Guide> {
  const text = (await readFile(page, 'utf8')).replaceAll(printed, folder);
  const blocks = [...text.matchAll(/^```(\w+)(?: \[(\S+)\])?\n(.*?)^```$/gms)].map(
    ([, language, name, block = '']) => ({ language, name, block }),
  );
  const used = new Set<object>();
  return {
    folder,
    file(name) {
      const parts = blocks.filter((block) => block.name === name);
      if (parts.length === 0) throw new Error(`${page} has no block [${name}]`);
      for (const part of parts) used.add(part);
      return parts.map(({ block }) => block).join('\n');
    },
    commands(wanted) {
      const found = blocks.filter(({ block, language }) => language === 'sh' && block.includes(wanted));
      if (found.length !== 1 || found[0] === undefined)
        throw new Error(`expected one block of commands with "${wanted}" in ${page}, found ${found.length}`);
      used.add(found[0]);
      return found[0].block;
    },
    unused() {
      const meant = blocks.filter(({ language, name }) => name !== undefined || language === 'sh');
      return meant
        .filter((block) => !used.has(block))
        .map(({ block, name }) => name ?? block.split('\n', 2).join(' '));
    },
  };
}

/**
 * Runs commands as a reader would, with the programs of the network in the path.
 *
 * @param commands - for bash
 * @param signal - ends them
 * @param input - what they read
 * @returns what they printed
 * @throws Error with what they said, where one of them fails
 */
export function runCommands(commands: string, signal: AbortSignal, input = ''): Promise<string> {
  const env = { ...process.env, PATH: `${join(repository, 'tooling/bin')}:${process.env.PATH}` };
  return new Promise((resolve, reject) => {
    const settings = { env, signal, timeout: commandMs, cwd: repository };
    const shell = execFile(
      'bash',
      ['-eu', '-o', 'pipefail', '-c', commands],
      settings,
      (fault, said, errors) =>
        fault === null ? resolve(said) : reject(new Error(`${fault.message}\n${said}${errors}`)),
    );
    // A shell whose first command fails is gone before it has read what was for the next one; its status says why.
    shell.stdin?.on('error', () => {});
    shell.stdin?.end(input);
  });
}

/** Writes a file, and the folders that it is in. */
export async function writeBelow(folder: string, name: string, text: string): Promise<string> {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text, { mode: 0o600 });
  return file;
}
