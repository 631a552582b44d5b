import type { Log } from '@entente/tls';
import type { Metric } from '../metrics/metric.ts';
import type { Reloaded } from './reload.ts';
import type { ServerProblem } from './server-problem.ts';

/** A server that runs. Disposing of it closes everything, at once where it must. */
export interface RunningServer extends AsyncDisposable {
  /** Has the lines `started`, `stopping` and `stopped`; default a log with the name of the program alone. */
  readonly log?: Log;
  /** Milliseconds that {@link drain} may take at most; default 20 seconds. */
  readonly drainMs?: number;
  /**
   * Takes nothing new, moves clients away and finishes what is under way. It is disposed of afterwards, however this ended.
   * @param withinMs - milliseconds, 0 or more
   * @returns whether everything was finished
   */
  drain?(withinMs: number): Promise<boolean>;
  /**
   * Reads the configuration again, for SIGHUP, and takes over what it can while it runs: everything that it takes over, or nothing.
   * @throws OperatorFault where it is not valid
   */
  reload?(): Promise<Reloaded>;
  /** What is wrong with it now, for `/healthz` and `/readyz`. */
  problems?(): readonly ServerProblem[];
  /** What makes it a member of a network; gets the problems, those of the log among them, to report them to the authority; at an authority that itself. */
  readonly member?: { reportProblems(problems: () => readonly ServerProblem[]): void };
  /** What it counts, for `/metrics`. */
  readonly metrics?: readonly Metric[];
}

/** Default of {@link RunningServer.drainMs}. */
export const defaultDrainMs = 20_000;
