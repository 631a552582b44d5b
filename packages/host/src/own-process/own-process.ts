import { pluginFault } from '../plugin-fault.ts';
import type { AcceptedPort } from './accepted-port.ts';
import { ErrorBudget } from './error-budget.ts';
import type { OnFailure, OwnProcessOptions } from './own-process-options.ts';
import type { PluginCalls } from './plugin-calls.ts';
import { type Decision, maxAnswerOf, PluginRun } from './plugin-run.ts';

/** Failures that a plugin may have in a minute; one more, and it is stopped for a while. */
export const failuresBorne = 5;
const budgetMs = 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;

/**
 * Keeps a plugin running in a process of its own. What it does wrong costs the server its time limit for each call at most, and is counted: where
 * it fails too often, floods, uses too much memory or ends, it is stopped, and started again after a pause. Meanwhile each call fails at once.
 */
export class OwnProcess implements PluginCalls, AsyncDisposable {
  readonly #options: OwnProcessOptions;
  #run: PluginRun;
  #budget: ErrorBudget;
  #pauses = 0;
  #startedAt = 0;
  #isUp = false;
  #again: NodeJS.Timeout | undefined;
  #stopped: string | undefined;
  #disposed = false;
  /** Names of the methods of each implementation. */
  #methods = new Map<string, ReadonlySet<string>>();
  /** By port and event. */
  readonly #listeners = new Map<string, Set<(value: unknown) => void>>();

  /** @param options - the plugin and its limits; its process is started */
  constructor(options: OwnProcessOptions) {
    this.#options = options;
    this.#budget = newBudget();
    this.#run = this.#start();
  }

  get plugin(): string {
    return this.#options.plugin;
  }

  get onFailure(): OnFailure {
    return this.#options.onFailure;
  }

  /** Why it does not run now, as part of a sentence. */
  get stoppedFor(): string | undefined {
    return this.#stopped;
  }

  /**
   * Loads the module.
   * @returns what its export is like
   * @throws OperatorFault `ENTENTE_PLUGIN_BROKEN`
   */
  async load(): Promise<unknown> {
    const { memoryMb, plugin, ports, url } = this.#options;
    const found = await this.#run.step({
      type: 'load',
      url,
      maxMemoryBytes: memoryMb * 1_048_576,
      maxAnswer: maxAnswerOf(this.#options),
      events: Object.fromEntries(ports.map(({ events = [], name }) => [name, events])),
    });
    if (found.type === 'loaded') return found.shape;
    throw pluginFault(
      'ENTENTE_PLUGIN_BROKEN',
      plugin,
      `it cannot be imported: ${String(found.sentence)}`,
      'reinstall it, or report this to its author; it may read nothing but its own modules, unless its manifest says so in "may"',
    );
  }

  /** @returns what its schema says of the configuration, as `validate` of Standard Schema */
  async validate(): Promise<unknown> {
    const found = await this.#run.step({ type: 'check', config: this.#options.config });
    if (found.type === 'checked') return { value: undefined, issues: found.issues };
    throw new Error(String(found.sentence));
  }

  /** @throws Error with what the plugin says */
  async setUp(): Promise<void> {
    const found = await this.#run.step({ type: 'setup' });
    if (found.type !== 'ready') throw new Error(String(found.sentence));
    // It may have ended behind the same words: nobody would hear of it any more.
    const { ended } = this.#run;
    if (ended !== undefined) throw new Error(`its process ${ended}`);
    this.#methods = methodsOf(found.methods);
    this.#run.watch();
    this.#isUp = true;
    this.#startedAt = performance.now();
  }

  has(port: AcceptedPort, method: string): boolean {
    return this.#methods.get(port.name)?.has(method) === true;
  }

  on(port: AcceptedPort, event: string, listener: (value: unknown) => void): () => void {
    const key = `${port.name} ${event}`;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  async call<T>(
    port: AcceptedPort,
    method: string,
    args: readonly unknown[],
    accept: (answer: unknown) => T,
    decision?: Decision,
  ): Promise<T> {
    const run = this.#run;
    // It is not the plugin's failure that it was stopped, or that the server has more for it than it can do.
    if (!this.#isUp || run.isBusy) {
      const why = this.#isUp
        ? 'it has too much to answer'
        : `it does not run now: its process ${this.#stopped}`;
      throw pluginFault('ENTENTE_PLUGIN_CALL', this.plugin, why, 'see its lines in the log');
    }
    try {
      return accept(await run.call({ port: port.name, method, args, decision }));
    } catch (error) {
      // What it cannot do now is for the caller.
      const { code } = ((error as Error).cause ?? {}) as { readonly code?: string };
      if (code === undefined || port.faults?.includes(code) !== true) this.#failed(run, error as Error);
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    clearTimeout(this.#again);
    await this.#run.stop();
  }

  #start(): PluginRun {
    const run: PluginRun = new PluginRun(
      this.#options,
      (why) => {
        if (this.#run === run && this.#isUp) this.#pause(why);
      },
      (port, event, values) => {
        for (const tell of this.#listeners.get(`${port} ${event}`) ?? []) for (const one of values) tell(one);
      },
    );
    return run;
  }

  #failed(run: PluginRun, error: Error): void {
    if (run !== this.#run || run.isOver) return;
    const { log, onFailure, plugin } = this.#options;
    log.warn({ event: 'plugin-failed', plugin, onFailure }, `plugin ${plugin}: ${error.message}`);
    if (this.#budget.spend()) run.kill(`failed more than ${failuresBorne} times in a minute`);
  }

  /** A plugin that ran well for long is soon started again. */
  #pause(why: string): void {
    this.#isUp = false;
    this.#stopped = why;
    if (this.#disposed) return;
    const { log, pauseMs = firstPauseMs, plugin } = this.#options;
    if (performance.now() - this.#startedAt > longestPauseMs) this.#pauses = 0;
    const waitMs = Math.min(pauseMs * 2 ** this.#pauses++, longestPauseMs);
    log.error(
      { event: 'plugin-stopped', plugin, againInMs: waitMs, remedy: stoppedRemedy },
      `plugin ${plugin} was stopped, because its process ${why}`,
    );
    this.#again = setTimeout(() => void this.#startAgain(), waitMs);
  }

  async #startAgain(): Promise<void> {
    const { log, plugin } = this.#options;
    this.#budget = newBudget();
    let run: PluginRun | undefined;
    try {
      // Its folder may be gone for a moment, while it is installed.
      run = this.#start();
      this.#run = run;
      await this.load();
      await this.validate();
      await this.setUp();
      this.#stopped = undefined;
      log.info({ event: 'plugin-started', plugin }, `plugin ${plugin} runs again`);
    } catch (error) {
      run?.kill('did not start');
      this.#pause(`did not start again: ${(error as Error).message}`);
    }
  }
}

/** What an operator does about a plugin that was stopped. */
export const stoppedRemedy: string =
  'See the lines of the plugin before this one, and report them to its author; give it more time or memory where it needs them.';

function newBudget(): ErrorBudget {
  return new ErrorBudget({ failures: failuresBorne, withinMs: budgetMs, now: () => performance.now() });
}

/** What the runner says may be anything: the plugin can write in its place. */
function methodsOf(said: unknown): Map<string, ReadonlySet<string>> {
  const lists = typeof said === 'object' && said !== null ? Object.entries(said) : [];
  return new Map(lists.map(([port, names]) => [port, new Set<string>(Array.isArray(names) ? names : [])]));
}
