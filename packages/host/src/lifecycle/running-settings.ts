import type { Logger, LoggerOptions } from '../logger.ts';
import { compareConfigs, type Reloaded } from './reload.ts';

/** Settings that every SIP server takes over while it runs. */
interface Reloadable {
  readonly drainSeconds: number;
  readonly logLevel?: LoggerOptions['level'] | undefined;
}

/** What {@link RunningSettings} needs. */
export interface RunningSettingsOptions<C extends Reloadable> {
  /** In force at the start. */
  readonly config: C;
  /** Reads the configuration again, and throws where it is not valid. */
  readonly read: () => C;
  /** Its level is set now and after each `reload`, to `logLevel` or `info`. */
  readonly logger: Logger;
  /** Called while the level of the log is `debug`; what it returns ends it. */
  readonly whileDebug: (logger: Logger) => () => void;
  /** Further settings that are taken over. */
  readonly also?: readonly (keyof C & string)[];
}

/** What a server takes over from its configuration while it runs: `drainSeconds`, `logLevel`, and what it names itself. */
export class RunningSettings<C extends Reloadable> implements Disposable {
  readonly #options: RunningSettingsOptions<C>;
  #config: C;
  #endDebug: (() => void) | undefined;

  /** @param options - what is in force, and how it is read again */
  constructor(options: RunningSettingsOptions<C>) {
    this.#options = options;
    this.#config = options.config;
    this.#setLevel();
  }

  /** Milliseconds to drain. */
  get drainMs(): number {
    return this.#config.drainSeconds * 1_000;
  }

  /**
   * Reads the configuration again. Everything is read before anything is taken over.
   * @param prepare - reads what else the configuration names, and returns what takes it over
   * @throws what `read` and `prepare` throw; then nothing has changed
   */
  reload(prepare: (next: C) => () => void = () => () => {}): Reloaded {
    const { also = [], read } = this.#options;
    const next = read();
    const takeOver = prepare(next);
    const names: readonly string[] = ['drainSeconds', 'logLevel', ...also];
    const compared = compareConfigs<C>(this.#config, next, names as readonly (keyof C & string)[]);
    const taken = Object.fromEntries(Object.entries(next).filter(([name]) => names.includes(name)));
    const { logLevel: _, ...kept } = this.#config;
    this.#config = { ...kept, ...taken } as unknown as C;
    takeOver();
    this.#setLevel();
    return compared;
  }

  [Symbol.dispose](): void {
    this.#endDebug?.();
    this.#endDebug = undefined;
  }

  #setLevel(): void {
    const { logger, whileDebug } = this.#options;
    const { logLevel = 'info' } = this.#config;
    logger.level = logLevel;
    this[Symbol.dispose]();
    if (logLevel === 'debug') this.#endDebug = whileDebug(logger);
  }
}
