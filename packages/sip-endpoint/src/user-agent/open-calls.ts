import { callback } from '@entente/options';
import { createResponse, dialogIdOfRequest, type SipRequest } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import { checkArgument } from '../options/option-rules.ts';
import type { ServerTransaction } from '../transaction/transaction-context.ts';
import type { Call } from './call.ts';
import type { UserSession } from './user-agent-session.ts';

/** The calls of a user agent or an application, by their dialogs: what comes in one of them is handed to it. */
export class OpenCalls {
  readonly #calls = new Map<string, Call>();
  readonly #onKept: (call: Call) => void;

  /** @param onKept - hears of each call that is kept */
  constructor(onKept: (call: Call) => void = () => {}) {
    checkArgument(onKept, callback, 'onKept', 'OpenCalls');
    this.#onKept = onKept;
  }

  /** How many there are. */
  get size(): number {
    return this.#calls.size;
  }

  /**
   * Keeps a call until it has ended.
   * @param call - that was established
   */
  keep(call: Call): void {
    const { id } = call.dialog;
    this.#calls.set(id, call);
    void call.ended.then(() => this.#calls.delete(id));
    this.#onKept(call);
  }

  /**
   * Hands a request in a dialog to its call; where there is none, it is answered 481 (RFC 3261 §12.2.2).
   * @param transaction - of the request
   * @returns false for a request in no dialog, which is left unanswered
   */
  receive(transaction: ServerTransaction): boolean {
    const { request } = transaction;
    const dialog = dialogIdOfRequest(request);
    if (dialog === undefined) return false;
    const call = this.#calls.get(dialog);
    if (call === undefined) transaction.respond(createResponse(request, 481));
    else call.receive(transaction);
    return true;
  }

  /** @param ack - for a 2xx */
  acknowledged(ack: SipRequest): void {
    const id = dialogIdOfRequest(ack);
    if (id !== undefined) this.#calls.get(id)?.acknowledged(ack);
  }

  /** @param session - that takes the place of the one before, for every call */
  moved(session: UserSession): void {
    for (const call of this.#calls.values()) call.moved(session);
  }

  /** @param connection - that is gone, and whose calls end; undefined: all of them */
  lost(connection?: SipConnection): void {
    for (const call of this.#calls.values())
      if (connection === undefined || call.connection === connection) call.lost();
  }

  /** Ends every call with BYE, and waits for the answers. */
  async hangUp(): Promise<void> {
    await Promise.allSettled([...this.#calls.values()].map((call) => call.hangUp()));
  }
}
