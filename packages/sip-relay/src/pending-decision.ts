import type { TransactionEnd } from '@entente/sip';
import type { ServerUser } from '@entente/sip-endpoint';

/** A request whose policy has not decided yet: remembers what becomes of its transaction in the meantime. */
export class PendingDecision implements ServerUser {
  /** The sender has cancelled it (RFC 3261 §9.2): it gets 487, whatever is decided. */
  isCancelled = false;
  /** There is nobody left to answer. */
  isOver = false;

  onCancel(): void {
    this.isCancelled = true;
  }

  onEnd(_end: TransactionEnd): void {
    this.isOver = true;
  }
}
