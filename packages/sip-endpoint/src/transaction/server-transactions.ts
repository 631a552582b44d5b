import { type SipRequest, serverTransactionKey } from '@entente/sip';
import type { SipConnection } from '../connection/connection.ts';
import type { ServerTransaction } from './transaction-context.ts';
import { TransactionTable } from './transaction-table.ts';

/**
 * The requests that we have received and their answers, found by branch, sent-by and method (RFC 3261 §17.2.3), each on its own
 * connection: a peer cannot touch a transaction that came in over another one, whatever branch it writes.
 *
 * Nearly every branch is of one transaction, so its text is the key; what has the same branch (a CANCEL, or the request of somebody who
 * writes the branch of another) is kept aside, by a key that says everything.
 */
export class ServerTransactions {
  readonly #byBranch = new TransactionTable<ServerTransaction>();
  readonly #aside = new TransactionTable<ServerTransaction>();
  /** How many are kept aside of each branch that has any there. */
  readonly #branchesAside = new Map<string, number>();

  /** How many there are. */
  get size(): number {
    return this.#byBranch.size + this.#aside.size;
  }

  /**
   * The transaction that a request belongs to.
   * @param branch - of the request, from `transactionBranch`
   * @param request - as received
   * @param connection - that it came over
   * @param method - of the transaction: INVITE for an ACK, and for a CANCEL what that cancels
   */
  find(
    branch: string,
    request: SipRequest,
    connection: SipConnection,
    method: string = request.method,
  ): ServerTransaction | undefined {
    const known = this.#byBranch.get(branch);
    // The first with this branch may be over while another one is still kept aside.
    if (known === undefined && this.#aside.size === 0) return undefined;
    const key = serverTransactionKey(request, method);
    if (known?.context.connection === connection && serverTransactionKey(known.request) === key) return known;
    return this.#aside.get(keyOn(connection, key));
  }

  /**
   * Whether there may be one with a branch, of any sender.
   * @param branch - a token
   */
  mayKnow(branch: string): boolean {
    return this.#byBranch.get(branch) !== undefined || this.#branchesAside.has(branch);
  }

  /** Puts a new one in, which {@link find} has not found. */
  add(branch: string, transaction: ServerTransaction): void {
    const { context, request } = transaction;
    if (this.#byBranch.get(branch) === undefined) {
      context.key = branch;
      this.#byBranch.set(branch, transaction);
      return;
    }
    context.isAside = true;
    context.key = keyOn(context.connection, serverTransactionKey(request));
    this.#aside.set(context.key, transaction);
    this.#countAside(context.key, 1);
  }

  delete({ context }: ServerTransaction): void {
    if (!context.isAside) this.#byBranch.delete(context.key);
    else {
      this.#aside.delete(context.key);
      this.#countAside(context.key, -1);
    }
  }

  #countAside(key: string, more: 1 | -1): void {
    const branch = branchIn(key);
    const count = (this.#branchesAside.get(branch) ?? 0) + more;
    if (count > 0) this.#branchesAside.set(branch, count);
    else this.#branchesAside.delete(branch);
  }

  /** All of them; a copy. */
  values(): readonly ServerTransaction[] {
    return [...this.#byBranch.values(), ...this.#aside.values()];
  }
}

/**
 * Of everything that makes a transaction one.
 * @param key - from `serverTransactionKey`
 */
function keyOn(connection: SipConnection, key: string | undefined): string {
  return `${connection.id} ${key}`;
}

/** The branch in a key from {@link keyOn}, where it is a token. */
function branchIn(key: string): string {
  return key.slice(key.indexOf(' ') + 1, key.indexOf('|'));
}
