import type { WebProblem } from '@entente/accounts/web';
import type { Log } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';

/** Lines of the log about requests that servers of the role web services bring, within bounds: users may be able to repeat any of them. */
export class WebRequestLog {
  readonly #log: Log;
  readonly #faults: RefusalLimit;
  readonly #refused: RefusalLimit;
  /** Of what an operator need not see. */
  readonly #everyday: RefusalLimit;

  /**
   * @param log - where the lines go
   * @param now - milliseconds since the epoch; default: the clock of the machine
   */
  constructor(log: Log, now: () => number = Date.now) {
    this.#log = log;
    this.#faults = new RefusalLimit(now);
    this.#refused = new RefusalLimit(now);
    this.#everyday = new RefusalLimit(now);
  }

  /**
   * A request was refused. That a session has ended is an everyday thing, and the password of a user is not in any line.
   * @param problem - its answer
   * @param peer - the server that asked
   */
  refused({ detail, reason, remedy, status }: WebProblem, peer: string | undefined): void {
    const level = reason === 'signed-out' || reason === 'session-not-known' ? 'debug' : 'info';
    const limit = level === 'debug' ? this.#everyday : this.#refused;
    const leftOut = limit.line({ name: peer, admitted: true });
    if (leftOut === undefined) return;
    this.#log[level]({ event: 'web-refused', reason, peer, status, remedy, ...leftOut }, detail);
  }

  /**
   * This server has failed to answer a request.
   * @param fault - what was thrown
   * @param peer - the server that asked
   */
  fault(fault: unknown, peer: string | undefined): void {
    const leftOut = this.#faults.line({ name: peer, admitted: true });
    if (leftOut === undefined) return;
    const fields = { event: 'fault', peer, err: fault, ...leftOut };
    this.#log.error(fields, 'a request of web services could not be answered');
  }
}
