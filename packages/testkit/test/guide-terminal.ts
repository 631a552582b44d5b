import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@entente/testkit';
import { spawnTied, type TiedProgram } from '@entente/testkit/repository';
import { runnable } from '../src/network/runnable.ts';

/** The repository, where the terminals of readers are. */
export const clone = fileURLToPath(new URL('../../../', import.meta.url));
/** One block of a guide starts several processes, on a machine that may be busy with other tests. */
const blockMs = 180_000;
/** The apps behind the commands of `tooling/bin`. */
const apps = ['cli', 'authority-server', 'pool-server', 'edge-server', 'chat-room-server', 'demo-client'];
let ready: Promise<unknown> | undefined;

/** A page runs dozens of commands: bundled once, each of them starts in a fraction of the time. */
function programs(): Promise<unknown> {
  ready ??= Promise.all(apps.map((app) => runnable(`apps/${app}/src/bin.ts`)));
  return ready;
}

/** A terminal of the reader: a shell in the clone, whose output is read as it comes. */
export class Terminal implements AsyncDisposable {
  readonly #shell: TiedProgram;
  #output = '';
  #listeners = new Set<() => void>();
  #ended = false;
  #blocks = 0;

  constructor() {
    // Tied, so that nothing that a block has started outlives the test.
    this.#shell = spawnTied('bash', ['-e'], { cwd: clone, stdin: 'pipe' });
    const { process } = this.#shell;
    for (const stream of [process.stdout, process.stderr]) {
      // A letter may come in two pieces.
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const listener of [...this.#listeners]) listener();
      });
    }
    process.once('close', () => {
      this.#ended = true;
      for (const listener of [...this.#listeners]) listener();
    });
    // On a screen all comes in its order: of two pipes, the end of a block might come before what the block wrote.
    this.type('exec 2>&1');
  }

  /** Types a block that comes to its end. @returns what it printed */
  async run(block: string): Promise<string> {
    await programs();
    this.#blocks += 1;
    const mark = `== end of block ${this.#blocks} ==`;
    const from = this.#output.length;
    this.type(`${block}\necho '${mark}'\n`);
    await this.says(mark);
    return this.#output.slice(from, this.#output.indexOf(mark));
  }

  /** Types a block that stays, as a client does. */
  type(block: string): void {
    this.#shell.process.stdin?.write(`${block}\n`);
  }

  /** Waits until something is on the screen. */
  says(text: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void) => {
        clearTimeout(limit);
        this.#listeners.delete(look);
        finish();
      };
      const fail = (why: string) =>
        settle(() => reject(new Error(`${why} before "${text}" came:\n${this.#output}`)));
      const look = () => {
        if (this.#output.includes(text)) settle(resolve);
        else if (this.#ended) fail('the shell ended');
      };
      const limit = setTimeout(() => fail(`${blockMs} ms passed`), blockMs);
      this.#listeners.add(look);
      look();
    });
  }

  /** Closes the terminal: what still runs in it ends. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#shell[Symbol.asyncDispose]();
  }
}

/**
 * The shell blocks of a page that are to be run.
 * @param language - `sh`; `bash` for those that come hours after the others
 */
export async function blocksOf(page: string, language: 'sh' | 'bash' = 'sh'): Promise<readonly string[]> {
  const text = await readFile(page, 'utf8');
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, marked]) => marked === language)
    .map(([, , block]) => block ?? '');
}

/**
 * The same with ports that are free and folders of our own in place of those printed.
 * @param blocks - of all pages that are about one network
 * @param printed - folder of the network in the pages
 * @param folder - instead of it; also of what the pages put below `/media`
 */
export async function placed(
  blocks: readonly string[],
  printed: string,
  folder: string,
): Promise<readonly string[]> {
  const named = [...new Set(blocks.join('').match(/\b[12]\d{4}\b/g))];
  const free = await freePorts(named.length);
  const ports = new Map(named.map((port, index) => [port, String(free[index])]));
  return blocks.map((block) =>
    block
      .replaceAll(printed, folder)
      .replaceAll('/media/', `${folder}/media/`)
      .replaceAll(/\b[12]\d{4}\b/g, (port) => ports.get(port) ?? port),
  );
}
