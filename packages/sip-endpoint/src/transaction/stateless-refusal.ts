import type { PlainRequest, SipRequest } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { NotTaken } from './not-taken-reason.ts';
import type { TransactionLayer } from './transaction-layer.ts';
import type { UnderLoad } from './under-load.ts';

/** What of a request that was not taken is known whether it was read or not. */
export type NotTakenRequest = Pick<SipRequest, 'callId' | 'method'>;

/** What answers requests that were not taken. */
export interface RefuserOptions {
  readonly transactions: TransactionLayer;
  readonly load: UnderLoad;
  readonly newToken: () => string;
  readonly onNotTaken: (why: NotTaken, request: NotTakenRequest, connection: SipConnection) => void;
}

/**
 * Answers requests of which nothing is kept. While there is more to do than the process can, most of what comes is refused, and what that
 * costs is lost for what is served: so a request that begins something new, and the ACK of a refusal, are known by a glance at their bytes.
 * What is not clear at a glance is read, and then treated the same.
 */
export class Refuser {
  readonly #options: RefuserOptions;

  /** @param options - who decides, who is told */
  constructor(options: RefuserOptions) {
    this.#options = options;
  }

  /**
   * Looks at a request that nobody has read.
   * @returns whether it is done with: refused, or the ACK of what was
   */
  glance(request: PlainRequest, connection: SipConnection): boolean {
    const { load, newToken, onNotTaken, transactions } = this.#options;
    const verdict = transactions.glance(request, connection);
    if (verdict !== 'overloaded') return verdict === 'acknowledges-refusal';
    onNotTaken(verdict, request, connection);
    connection.answer(request.respond(503, newToken()));
    this.#count(verdict, connection, load);
    return true;
  }

  /**
   * Answers a request that was read.
   * @param why - it was not taken
   */
  refuse(why: NotTaken, request: SipRequest, connection: SipConnection): void {
    const { load, newToken, onNotTaken } = this.#options;
    onNotTaken(why, request, connection);
    connection.send(load.answer(why, request, connection, newToken()));
    this.#count(why, connection, load);
  }

  /** Only one who has proven an identity has requests in dialogs that would wait. */
  #count(why: NotTaken, connection: SipConnection, { isModest }: UnderLoad): void {
    connection.refusedAtOnce(why === 'overloaded' && connection.isProven && isModest);
  }
}
