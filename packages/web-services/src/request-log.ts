import type { WebProblem } from '@entente/accounts/web';
import type { Log } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import type { RefusedFrom } from './answer-users.ts';

/** Lines of the log about requests of users, within bounds for each client and for all: nobody fills a disk with them. */
export class RequestLog {
  readonly #log: Log;
  /** Of what is refused unread, which costs a client next to nothing: it hides no line about a password. */
  readonly #early: RefusalLimit;
  readonly #refused: RefusalLimit;
  /** Of what an operator need not see. */
  readonly #everyday: RefusalLimit;
  /** A client may be able to repeat a fault, and hides no line about a password by it. */
  readonly #faults: RefusalLimit;

  /**
   * @param log - where the lines go
   * @param now - milliseconds since the epoch
   */
  constructor(log: Log, now: () => number) {
    this.#log = log;
    this.#early = new RefusalLimit(now);
    this.#refused = new RefusalLimit(now);
    this.#everyday = new RefusalLimit(now);
    this.#faults = new RefusalLimit(now);
  }

  /**
   * A request was refused. That a session has ended, or that there is nothing at a path, is an everyday thing.
   * @param problem - its answer
   * @param from - its client
   */
  refused({ detail, reason, remedy, status }: WebProblem, { client, where }: RefusedFrom): void {
    const level = reason === 'signed-out' || reason === 'not-found' ? 'debug' : 'info';
    const refused = where === undefined || reason === 'throttled' ? this.#early : this.#refused;
    const limit = level === 'debug' ? this.#everyday : refused;
    const leftOut = limit.line({ address: client, admitted: false });
    if (leftOut === undefined) return;
    this.#log[level]({ event: 'web-refused', reason, status, remedy, client, where, ...leftOut }, detail);
  }

  /**
   * A client has left before its request was whole. Anybody can do that: it does not count as a fault of this server, and is nothing that an operator has to see.
   * @param from - the client
   */
  left({ client, where }: RefusedFrom): void {
    const leftOut = this.#everyday.line({ address: client, admitted: false });
    if (leftOut === undefined) return;
    const fields = { event: 'web-left', client, where, ...leftOut };
    this.#log.debug(fields, 'a client has left before its request was whole');
  }

  /**
   * This server has failed to answer a request.
   * @param fault - what was thrown
   * @param from - its client
   */
  fault(fault: unknown, { client }: RefusedFrom): void {
    const leftOut = this.#faults.line({ address: client, admitted: false });
    if (leftOut === undefined) return;
    const fields = { event: 'fault', client, err: fault, ...leftOut };
    this.#log.error(fields, 'a request of a user could not be answered');
  }
}
