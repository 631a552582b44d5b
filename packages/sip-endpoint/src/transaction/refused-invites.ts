import type { SipConnection } from '../connection/connection.ts';

/** More than are refused before their ACKs come, where a server has to refuse thousands a second. */
const slots = 65_536;

/**
 * Remembers which INVITEs were refused without a transaction, so that their ACKs are known for what they are: a number for each of the
 * last tens of thousands, in a table that never grows. Each has one ACK. One that comes again, or of an INVITE that is forgotten, counts as one
 * for a 2xx, which leads nowhere, but costs more.
 */
export class RefusedInvites {
  readonly #hashes = new Int32Array(slots);

  /**
   * @param connection - that the INVITE came over
   * @param branch - of its transaction
   */
  add({ id }: Pick<SipConnection, 'id'>, branch: string): void {
    const hash = hashOf(id, branch);
    this.#hashes[hash & (slots - 1)] = hash;
  }

  /**
   * Whether an ACK is that of a refused INVITE, which is forgotten with it.
   * @param connection - that the ACK came over
   * @param branch - of the ACK: that of its INVITE where this was refused (RFC 3261 §17.1.1.3)
   */
  takes({ id }: Pick<SipConnection, 'id'>, branch: string): boolean {
    const hash = hashOf(id, branch);
    const slot = hash & (slots - 1);
    if (this.#hashes[slot] !== hash) return false;
    this.#hashes[slot] = 0;
    return true;
  }
}

/** FNV-1a, never 0: that is an empty slot. */
function hashOf(id: number, branch: string): number {
  let hash = 0x811c9dc5 ^ id;
  for (let i = 0; i < branch.length; i++) hash = Math.imul(hash ^ branch.charCodeAt(i), 0x01000193);
  return hash | 0 || 1;
}
