import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { mkdirSync, openSync, writeSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { NetworkFolderFault } from './fault.ts';

/** A line of JSON that a program wrote to standard output. */
export type Line = Readonly<Record<string, unknown>>;

/** How a program is run. */
export interface ProgramOptions {
  /** What it is called in sentences. */
  readonly name: string;
  /** Folder with `node_modules`, in which it runs. */
  readonly folder: string;
  /** File that gets everything it writes, after what is there. */
  readonly log?: string;
}

/** Milliseconds that a program has to stop: twice what servers give to what is under way. */
const stopMs = 40_000;
/** Characters of standard error that are kept. */
const maxWords = 4_000;

/** Where programs are found: those of the folder first. */
export function environmentOf(folder: string): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env;
  return { ...process.env, PATH: [join(folder, 'node_modules/.bin'), PATH].join(delimiter) };
}

/** What is wrong where a program cannot be started. */
export function notStarted(command: string, { code, message }: NodeJS.ErrnoException): NetworkFolderFault {
  return new NetworkFolderFault(
    'ENTENTE_NETWORK_PROGRAM_MISSING',
    code === 'ENOENT'
      ? {
          sentence: 'expected this program, found none',
          place: command,
          remedy: 'run npm install in the folder of the network first',
        }
      : {
          sentence: `it cannot be started: ${message}`,
          place: command,
          remedy: 'correct that, and start again',
        },
  );
}

/** A running program of the network that writes lines of JSON. It ends with this process, however that ends: its standard input ends then. */
export class Program {
  /** Resolves when it has ended, with how: a sentence for people, and whether that is what a program does that was told to stop. */
  readonly ended: Promise<{ readonly sentence: string; readonly isClean: boolean }>;
  readonly #name: string;
  readonly #child: ChildProcess;
  #waiting: ((line: Line) => void)[] = [];

  /**
   * @param command - the program, e.g. `entente-pool-server`
   * @param config - its configuration file, seen from the folder
   * @param options - name, folder, log
   */
  constructor(command: string, config: string, { folder, log, name }: ProgramOptions) {
    this.#name = name;
    const write = log === undefined ? () => {} : appendTo(log);
    // A process group of its own: Ctrl-C on the terminal is for the process that started it, which stops all in order.
    const settings: SpawnOptions = { cwd: folder, env: environmentOf(folder), detached: true };
    const child = spawn(command, ['--config', config, '--stop-with-stdin'], settings);
    this.#child = child;
    let words = '';
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (text) => {
      write(`${text}\n`);
      if (this.#waiting.length > 0) this.#tell(text);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      write(chunk.toString('utf8'));
      words = (words + chunk.toString('utf8')).slice(-maxWords);
    });
    child.stdin?.on('error', () => {});
    this.ended = new Promise((resolve) => {
      child.once('error', (error) => resolve({ sentence: notStarted(command, error).line, isClean: false }));
      child.once('close', (status, signal) => {
        const how = signal === null ? `status ${status}` : signal;
        const sentence = `${name} has ended with ${how}${words === '' ? '' : `: ${words.trim()}`}`;
        resolve({ sentence, isClean: status === 0 });
      });
    });
  }

  /**
   * The next line that is wanted.
   * @throws NetworkFolderFault where the program ends before
   */
  waitFor(isWanted: (line: Line) => boolean): Promise<Line> {
    return new Promise((resolve, reject) => {
      const look = (line: Line): void => {
        if (!isWanted(line)) return;
        this.#waiting = this.#waiting.filter((one) => one !== look);
        resolve(line);
      };
      this.#waiting.push(look);
      void this.ended.then(({ sentence }) =>
        reject(
          new NetworkFolderFault('ENTENTE_NETWORK_PROGRAM_ENDED', {
            sentence,
            place: this.#name,
            remedy: 'correct that, and start again; its log in logs says more',
          }),
        ),
      );
    });
  }

  /** Writes a line of JSON to its standard input. */
  send(command: object): void {
    this.#child.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  /**
   * Tells it to stop, and waits until it has.
   * @returns whether it stopped as it should
   */
  async stop(): Promise<boolean> {
    this.#child.kill('SIGTERM');
    const hard = setTimeout(() => this.#child.kill('SIGKILL'), stopMs);
    const { isClean } = await this.ended;
    clearTimeout(hard);
    return isClean;
  }

  #tell(text: string): void {
    let line: unknown;
    try {
      line = JSON.parse(text);
    } catch {
      return;
    }
    if (typeof line === 'object' && line !== null) for (const look of this.#waiting) look(line as Line);
  }
}

function appendTo(file: string): (text: string) => void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const descriptor = openSync(file, 'a', 0o600);
  return (text) => void writeSync(descriptor, text);
}
