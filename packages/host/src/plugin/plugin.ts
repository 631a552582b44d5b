import type { ConfigSchema } from './standard-schema.ts';

/** A contract between a plugin and the code that uses it. Plain data, so duplicate installs do not matter. */
export interface Port<T> {
  /** For instance `request-policy`. */
  readonly name: string;
  /** Version of the contract, 1 or more; both sides must have the same. */
  readonly version: number;
  /** Only for type inference; never read. */
  readonly contract?: T;
}

/** The log of a plugin; every line has the plugin's name. */
export interface PluginLog {
  /** Writes what the plugin does in the course of its work. */
  info(fields: object, message: string): void;
  /** Writes what was refused or may become a fault; the plugin goes on. */
  warn(fields: object, message: string): void;
  /** Writes a fault that an operator has to look at. */
  error(fields: object, message: string): void;
  /** Writes what helps to find a fault, such as what it was asked. */
  debug(fields: object, message: string): void;
}

/** All that a plugin sees of the server: the ports it declared, a log, and a signal. */
export interface PluginScope {
  /** The log of the server, with the name of the plugin in each line. */
  readonly log: PluginLog;
  /** Aborted when the server stops, before anything is disposed. */
  readonly signal: AbortSignal;
  /**
   * Returns what another plugin provides.
   * @throws where the port is not in `requires`
   */
  use<T>(port: Port<T>): T;
  /**
   * Offers an implementation. Call it once for each port in `provides`.
   * @throws where the port is not in `provides`, or has been provided already
   */
  provide<T>(port: Port<T>, implementation: T): void;
  /** Called when the server stops, in the reverse order of registration. */
  onDispose(dispose: () => void | Promise<void>): void;
}

/** A plugin, as its module exports it under the name `plugin`. */
export interface Plugin<C = unknown> {
  /** Lower-case letters, digits and hyphens, at most 64; in each log line and fault. */
  readonly name: string;
  /** Version of this contract. */
  readonly apiVersion: 1;
  /** Ports that other plugins have to provide, as its manifest lists them; with `[]` it needs none. */
  readonly requires: readonly Port<unknown>[];
  /** Ports that it provides, as its manifest lists them; each by one call of `provide`. */
  readonly provides: readonly Port<unknown>[];
  /** Checks `config` of its entry before anything is set up; `setup` gets what it returns. */
  readonly configSchema: ConfigSchema<C>;
  /** Starts the plugin. All plugins are checked before the first is set up. */
  setup(scope: PluginScope, config: C): void | Promise<void>;
}

/**
 * Declares a plugin, and infers the type of its configuration.
 * @param plugin - see {@link Plugin}
 * @returns the same object
 */
export function definePlugin<C>(plugin: Plugin<C>): Plugin<C> {
  return plugin;
}
