import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Duplex } from 'node:stream';
import { endWithServer, type Guard } from './end-with-server.ts';
import { LineSplitter } from './line-splitter.ts';
import { type Permission, permissionOptions, runnerFile } from './permissions.ts';

/** The pipe between the server and the process. */
const pipe = 3;
/** Exit status of the runner where it used more memory than it may. */
const memoryStatus = 86;
/** Milliseconds between two looks at its memory. */
const lookMs = 1_000;
/** Of the memory that a process may use, what its objects may have. */
const heapShare = 0.75;

/** A detached process of Windows has a window, and no group that a signal could end. */
const hasGroups = process.platform !== 'win32';

/** A message of the process, of which nothing but `type` is known. */
export interface ProcessMessage {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** How a process is started. */
export interface ChannelOptions {
  /** Folder of the package of the plugin. */
  readonly home: string;
  readonly permissions: readonly Permission[];
  /** Megabytes that it may use. */
  readonly memoryMb: number;
  /** Characters of a message of the process: more is a flood. */
  readonly maxMessage: number;
  readonly onMessage: (message: ProcessMessage, characters: number) => void;
  /** Called once, when the process has ended or was killed: why, as part of a sentence. */
  readonly onEnd: (why: string) => void;
}

/** A process that runs one plugin, and the messages to and from it. Whatever it writes, it costs the server little before it is killed. */
export class Channel {
  readonly #options: ChannelOptions;
  readonly #child: ChildProcess;
  readonly #pipe: Duplex;
  readonly #gone: Promise<void>;
  readonly #looking: NodeJS.Timeout;
  readonly #guard: Guard | undefined;
  readonly #lines = new LineSplitter();
  #why: string | undefined;
  #ended = false;

  /** @param options - what it may do and use */
  constructor(options: ChannelOptions) {
    this.#options = options;
    const { home, memoryMb, permissions } = options;
    const program = runnerFile();
    this.#child = spawn(
      process.execPath,
      [
        ...permissionOptions(permissions, home, program),
        `--max-old-space-size=${Math.floor(memoryMb * heapShare)}`,
        program,
      ],
      // Nothing of the environment of the server, which may have secrets; what it prints is read by nobody. It leads a group of its own, to
      // which the programs belong that it starts.
      { cwd: home, env: {}, stdio: ['ignore', 'ignore', 'ignore', 'pipe'], detached: hasGroups },
    );
    this.#pipe = this.#child.stdio[pipe] as Duplex;
    this.#pipe.setEncoding('utf8');
    this.#pipe.on('data', (chunk: string) => this.#read(chunk));
    this.#pipe.on('error', () => {});
    this.#gone = new Promise((resolve) => {
      this.#child.once('error', (error) => {
        this.#end(`could not be started: ${error.message}`);
        resolve();
      });
      this.#child.once('exit', (status, signal) => {
        // While a program of it is left, no other group has the number.
        endGroup(this.#child.pid);
        this.#guard?.forget();
        this.#end(this.#why ?? endOf(status, signal, memoryMb));
        resolve();
      });
    });
    yieldTo(this.#child.pid);
    const { pid } = this.#child;
    this.#guard = pid === undefined ? undefined : endWithServer(pid, () => this.#lost());
    this.#looking = setInterval(() => this.#look(memoryMb), lookMs).unref();
  }

  /** Octets that wait for the process to read them. */
  get waitingBytes(): number {
    return this.#pipe.writableLength;
  }

  /** @param message - JSON, in one line */
  send(message: string): void {
    if (!this.#pipe.destroyed) this.#pipe.write(`${message}\n`);
  }

  /**
   * Ends the process at once, and the programs that it has started.
   * @param why - as part of a sentence
   */
  kill(why: string): void {
    this.#why ??= why;
    const { exitCode, pid, signalCode } = this.#child;
    // When it has ended, so have they, and the number may be another group's.
    if (exitCode === null && signalCode === null) endGroup(pid);
    this.#child.kill('SIGKILL');
    this.#end(this.#why);
  }

  /** Resolves when the process has ended. */
  get gone(): Promise<void> {
    return this.#gone;
  }

  /** The process looks too, but a plugin that never ends its turn keeps it from that. */
  #look(memoryMb: number): void {
    if (this.#guard?.isStopped === true) this.#lost();
    else if ((residentMb(this.#child.pid) ?? 0) > memoryMb) this.kill(`used more than ${memoryMb} MB`);
  }

  #lost(): void {
    this.kill('lost the process that would end it with the server');
  }

  #end(why: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#looking);
    this.#pipe.destroy();
    this.#options.onEnd(why);
  }

  #read(chunk: string): void {
    const { maxMessage } = this.#options;
    for (const line of this.#lines.take(chunk)) {
      if (this.#ended) return;
      const message = line.length > maxMessage ? undefined : messageOf(line);
      if (message === undefined) {
        this.kill('wrote something else than messages');
        return;
      }
      this.#options.onMessage(message, line.length);
    }
    if (this.#lines.waiting > maxMessage) this.kill(`wrote a message of more than ${maxMessage} characters`);
  }
}

function messageOf(line: string): ProcessMessage | undefined {
  try {
    const message: unknown = JSON.parse(line);
    return typeof (message as ProcessMessage | null)?.type === 'string'
      ? (message as ProcessMessage)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Megabytes that a process has in memory; undefined where the system does not tell. */
function residentMb(pid: number | undefined): number | undefined {
  try {
    const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) / 1_024;
  } catch {
    return undefined;
  }
}

/** Ends what is left of a process group. */
function endGroup(leader: number | undefined): void {
  if (leader === undefined || !hasGroups) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // Nothing is left of it.
  }
}

/** What the plugin computes waits for what the server computes. */
function yieldTo(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or this system does not let us.
  }
}

function endOf(status: number | null, signal: NodeJS.Signals | null, memoryMb: number): string {
  // The engine aborts where its objects have no more room.
  if (status === memoryStatus || signal === 'SIGABRT') return `used more than ${memoryMb} MB`;
  return `ended by itself, with ${signal ?? `status ${status}`}`;
}
