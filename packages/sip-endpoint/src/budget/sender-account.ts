import type { Account } from './account.ts';
import type { ForgettableList } from './forgettable-list.ts';
import type { Quota } from './quota.ts';

/**
 * Whether one of those who share a room leaves some of it with so much more, once what all of them may lose is gone as far as it must be.
 * @param sender - name of the one
 * @param shared - the room, and what goes before its time
 */
export function makesRoomFor(
  sender: string,
  { forgettable, room }: { readonly room: Quota; readonly forgettable: ForgettableList },
  bytes: number,
  transactions: number,
): boolean {
  // Transactions are not given back: nobody loses anything for a sender who has too many of them.
  while (!room.leavesBytesFor(sender, bytes)) if (!forgettable.forgetOldest()) return false;
  return room.leavesRoomFor(sender, bytes, transactions);
}

/**
 * What one of those has under way who share the room of a peer: users behind a server, or senders to one device. It counts for the peer;
 * once half of that is taken each leaves room for the next one. Who has how much is counted from then on, so that it costs nothing before.
 */
export class SenderAccount implements Account {
  readonly name: string;
  readonly #shared: Account;
  readonly #room: Quota;
  #isBegun = false;
  #own: Quota | undefined;

  /**
   * @param shared - of all of them
   * @param room - what they share
   * @param name - of the sender
   */
  constructor(shared: Account, room: Quota, name: string) {
    this.name = name;
    this.#shared = shared;
    this.#room = room;
  }

  /** Bytes under way; those of all where nobody's own are counted. */
  get bytes(): number {
    return this.#own?.bytes ?? this.#shared.bytes;
  }

  get forgettable(): ForgettableList {
    return this.#shared.forgettable;
  }

  has(bytes: number, transactions: number): boolean {
    return this.#shared.has(bytes, transactions) && this.#makesRoom(bytes, transactions);
  }

  take(bytes: number, transactions: number): boolean {
    if (!this.has(bytes, transactions)) return false;
    this.add(bytes, transactions);
    return true;
  }

  /**
   * Takes over what counts for all of them already.
   * @returns whether the sender leaves room with it
   */
  takeOver(bytes: number, transactions: number): boolean {
    if (!this.#makesRoom(bytes, transactions)) return false;
    this.#count(bytes, transactions);
    return true;
  }

  add(bytes: number, transactions: number): void {
    this.#shared.add(bytes, transactions);
    this.#count(bytes, transactions);
  }

  release(bytes: number, transactions: number): void {
    this.#shared.release(bytes, transactions);
    this.#count(-bytes, -transactions);
    const own = this.#own;
    if (own?.bytes === 0 && own.transactions === 0) this.#room.forgetSender(this.name, own);
  }

  #makesRoom(bytes: number, transactions: number): boolean {
    const { forgettable, name } = this;
    return makesRoomFor(name, { room: this.#room, forgettable }, bytes, transactions);
  }

  #count(bytes: number, transactions: number): void {
    if (!this.#isBegun) {
      this.#isBegun = true;
      if (this.#room.isHalfTaken) this.#own = this.#room.ofSender(this.name);
    }
    if (this.#own === undefined) return;
    this.#own.bytes += bytes;
    this.#own.transactions += transactions;
  }
}
