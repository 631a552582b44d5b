import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type BuiltScript, buildScript, type ScriptOptions } from './built-script.ts';
import type { Notice } from './obey.ts';
import { pinTo } from './pinned.ts';

/** How a child process is started. */
export interface ChildOptions extends ScriptOptions {
  /** The core that it stays on; default any. */
  readonly core?: number;
  /** The folder under `packages/` with whose settings it is built. Without it the script runs from source, which is good enough for a generator. */
  readonly room?: string;
  /** Further flags for its Node. */
  readonly flags?: readonly string[];
  /** What becomes of its standard error; default `inherit`. */
  readonly stderr?: 'inherit' | 'ignore';
  /** Hears what it tells without being asked. */
  readonly heard?: (event: unknown) => void;
}

const source = ['--conditions=@entente/source', '--import', 'tsx'];

/** A script in a process of its own, which does what it is told; see `obey`. */
export class Child implements AsyncDisposable {
  /** The file that it runs. */
  readonly script: string;
  readonly #built: BuiltScript | undefined;
  readonly #child: ChildProcess;
  #settle: ((notice: Notice) => void) | undefined;
  #heard: ((event: unknown) => void) | undefined;

  private constructor(script: string, built: BuiltScript | undefined, options: ChildOptions) {
    const { core, flags = [], heard, stderr = 'inherit' } = options;
    this.script = script;
    this.#built = built;
    this.#heard = heard;
    const node = [process.execPath, ...(options.room === undefined ? source : []), ...flags, script];
    const [program, ...args] = [...(core === undefined ? [] : pinTo(core)), ...node] as [string, ...string[]];
    const { NODE_OPTIONS: _, ...env } = process.env;
    this.#child = spawn(program, args, { env, stdio: ['ignore', 'inherit', stderr, 'ipc'] });
    this.#child.on('message', (notice: Notice) => {
      if ('event' in notice) this.#heard?.(notice.event);
      else this.#settle?.(notice);
    });
    this.#child.once('error', ({ message }) => this.#settle?.({ fault: message }));
    this.#child.once('exit', (status) =>
      this.#settle?.({ fault: `the process ended with status ${status}` }),
    );
  }

  /**
   * @param script - its file, or what was built of it already
   * @throws Error when the script cannot be built
   */
  static async start(script: URL | BuiltScript, options: ChildOptions = {}): Promise<Child> {
    if ('file' in script) return new Child(script.file, undefined, { room: '', ...options });
    const built = options.room === undefined ? undefined : await buildScript(script, options.room, options);
    return new Child(built?.file ?? fileURLToPath(script), built, options);
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  /**
   * Tells it to do something; one order at a time.
   *
   * @param heard - from now on hears what it tells without being asked
   * @returns its answer
   * @throws Error with its own words where it cannot, or where it ends
   */
  async ask<Answer = unknown>(order: unknown, heard = this.#heard): Promise<Answer> {
    this.#heard = heard;
    if (this.#child.exitCode !== null) throw new Error('the process has ended');
    const notice = await new Promise<Notice>((resolve) => {
      this.#settle = resolve;
      this.#child.send(order as object);
    });
    if (notice.fault !== undefined) throw new Error(notice.fault);
    return notice.answer as Answer;
  }

  /** Lets it end by itself; resolves when it has. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    await ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#settle = undefined;
    this.#child.kill();
    await this.#built?.[Symbol.asyncDispose]();
  }
}

/** Runs a script that has one thing to do; see {@link Child.ask}. */
export async function askOnce<Answer>(script: URL, order: unknown, options: ChildOptions): Promise<Answer> {
  await using child = await Child.start(script, options);
  return await child.ask<Answer>(order);
}
