import type { AcceptedPort } from './accepted-port.ts';
import type { OnFailure } from './own-process-options.ts';
import type { Decision } from './plugin-run.ts';

/** What the server calls of a plugin in a process of its own. */
export interface PluginCalls {
  /** Name of the plugin, as its manifest says it. */
  readonly plugin: string;
  /** What becomes of that about which it gives no answer, as the configuration and its manifest allow. */
  readonly onFailure: OnFailure;
  /**
   * Calls a method of what the plugin provides for a port.
   * @param port - the port
   * @param method - of the implementation
   * @param args - JSON, each a copy; null arrives as undefined
   * @param accept - what the caller makes of the answer; a throw counts as a failure of the plugin
   * @param decision - for a method whose last argument is a function that decides about a list that it is given, and may be called again. It answers
   *   `change` with `result: { kept: true }` where it is given what was expected, else `{ result: { found } }`, so that nothing is changed
   * @throws OperatorFault `ENTENTE_PLUGIN_CALL` where it gives no good answer in time, or does not run now; never waits longer. `cause.code` is the
   *   code of what the implementation has thrown
   */
  call<T>(
    port: AcceptedPort,
    method: string,
    args: readonly unknown[],
    accept: (answer: unknown) => T,
    decision?: Decision,
  ): Promise<T>;
  /**
   * Whether what it provides has a method.
   * @param port - the port
   * @param method - one that implementations may leave out
   */
  has(port: AcceptedPort, method: string): boolean;
  /**
   * Listens to what an implementation tells: each value that differs, some at a time.
   * @param port - the port
   * @param event - one of its `events`
   * @param listener - gets JSON that nobody has checked
   * @returns ends it
   */
  on(port: AcceptedPort, event: string, listener: (value: unknown) => void): () => void;
}
