import { BatchQueue, type Settled } from '@entente/store-sql/sqlite';
import { ChatRoomFault } from '../fault.ts';
import type { OperationName, OperationParameters, OperationValue } from '../store/operations.ts';
import { storingFault } from '../store/store-fault.ts';
import type {
  AddedMessage,
  DeliveryCounts,
  NewMessage,
  PendingDelivery,
  StoredMember,
  StoredMessage,
} from '../store/stored.ts';
import { KeptDatabase } from '../worker/kept-database.ts';
import { faultOf, type Order } from '../worker/order.ts';
import { startThread } from '../worker/start-thread.ts';
import { WaitingChanges, type WaitingChangesOptions } from './waiting-changes.ts';

/** Options of {@link RoomStore.open}. */
export interface RoomStoreOptions extends Pick<WaitingChangesOptions, 'maxChanges' | 'maxChangeBytes'> {
  /** Told each time when the thread of the database has ended by itself. Default nobody. */
  readonly onEnded?: (fault: ChatRoomFault) => void;
  /** Milliseconds from any beginning, which go on evenly when the clock is set. Default those of the machine. */
  readonly steadyNow?: () => number;
  /** Opens the database. Default in a thread of its own. */
  readonly start?: typeof startThread;
}

/** More than members may have waiting, with what deliveries have. */
const maxBatch = 4_000;

/**
 * The members, messages and deliveries of all rooms, in one SQLite file, which a thread of its own has open. A change is on the disk when its promise
 * resolves; changes that wait share one transaction, and so one flush.
 */
export class RoomStore implements AsyncDisposable {
  readonly #database: KeptDatabase;
  readonly #queue: BatchQueue<Order, unknown>;
  readonly #place: string;
  readonly #steadyNow: () => number;
  readonly #waiting: WaitingChanges;
  #begunAt: number | undefined;
  #tookMs = 0;
  #failedBy: ChatRoomFault | undefined;
  #closing: Promise<void> | undefined;

  private constructor(file: string, { maxChangeBytes, maxChanges: most, ...options }: RoomStoreOptions) {
    const { onEnded = () => {}, start = startThread, steadyNow = () => performance.now() } = options;
    this.#place = file;
    this.#steadyNow = steadyNow;
    this.#database = new KeptDatabase({ file, start, steadyNow, onEnded });
    this.#queue = new BatchQueue<Order, unknown>({
      execute: (orders) => this.#execute(orders),
      overloaded: (waiting) => storingFault(file, new Error(`${waiting} changes wait for the disk`)),
      // All that waits: each of them is answered after one flush.
      maxBatch,
    });
    this.#waiting = new WaitingChanges({
      place: file,
      underWayMs: () => this.#underWayMs,
      maxChanges: most,
      maxChangeBytes,
    });
  }

  /**
   * Opens the database of a chat server for this process alone.
   * @param file - created with mode 0600 where it does not exist
   * @param options - clock and bounds
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_LOST`, `ENTENTE_CHAT_STORE_LOCKED`, `ENTENTE_CHAT_STORE_DAMAGED`, `ENTENTE_CHAT_STORE_TOO_NEW`,
   * `ENTENTE_CHAT_STORE_UNAVAILABLE`
   */
  static async open(file: string, options: RoomStoreOptions = {}): Promise<RoomStore> {
    const store = new RoomStore(file, options);
    await store.#database.open();
    return store;
  }

  /** Why the last change could not be stored. */
  get failedBy(): ChatRoomFault | undefined {
    return this.#failedBy;
  }

  /** Why the database is not open now: its thread has ended. */
  get closedBy(): ChatRoomFault | undefined {
    return this.#database.fault;
  }

  /** How often the thread of the database has ended by itself. */
  get ended(): number {
    return this.#database.ended;
  }

  /** How long the disk took for what it stored last, or has taken for what it stores now where that is longer, milliseconds. */
  get flushMs(): number {
    return Math.max(this.#tookMs, this.#underWayMs);
  }

  /** The members of every room. */
  members(): Promise<readonly StoredMember[]> {
    return this.#read('members');
  }

  /**
   * Makes somebody a member, or gives a member another role.
   * @param member - who, and where
   * @param now - milliseconds since 1970
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_BUSY` where too much waits for the disk
   */
  setMember(member: StoredMember, now: number): Promise<void> {
    return this.#waiting.add(member.address.length, () => this.#change('setMember', member, now));
  }

  /**
   * @param room - that somebody has left, or was removed from
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_BUSY` where too much waits for the disk
   */
  removeMember(room: string, address: string): Promise<void> {
    return this.#waiting.add(address.length, () => this.#change('removeMember', room, address));
  }

  /**
   * Stores a message with a delivery for each of those whom it is for: all of it or nothing.
   * @param message - new; what has its `source` already is not stored again
   * @param members - whom it is for
   * @param keep - messages that the room keeps at most; older ones that were delivered are removed
   * @throws ChatRoomFault `ENTENTE_CHAT_STORE_BUSY` where too much waits for the disk
   */
  addMessage(message: NewMessage, members: readonly string[], keep: number): Promise<AddedMessage> {
    const bytes = members.reduce((sum, { length }) => sum + length, message.body.length);
    return this.#waiting.add(bytes, () => this.#change('addMessage', message, members, keep));
  }

  /** Deliveries that are not known to have been made, in the order of their messages. */
  pending(): Promise<readonly PendingDelivery[]> {
    return this.#read('pending');
  }

  /**
   * Records what became of a delivery.
   * @param number - of the message
   * @param member - whom it was for
   * @param status - final status of the MESSAGE
   * @param now - milliseconds since 1970
   */
  delivered(number: number, member: string, status: number, now: number): Promise<void> {
    return this.#change('delivered', number, member, status, now);
  }

  /** @param ms - for which a chat server has run since it said so last: by so much what is pending is older */
  ran(ms: number): Promise<void> {
    return this.#change('ran', ms);
  }

  /** @param number - of a message; undefined where it was removed */
  message(number: number): Promise<StoredMessage | undefined> {
    return this.#read('message', number);
  }

  /**
   * The last messages of a room, oldest first.
   * @param room - its address
   * @param count - how many at most
   */
  history(room: string, count: number): Promise<readonly StoredMessage[]> {
    return this.#waiting.add(0, () => this.#read('history', room, count));
  }

  /**
   * What became of the deliveries of a message.
   * @param room - its address
   * @param author - of the message
   * @param id - of the message; the author's last one where it is undefined
   * @returns undefined where there is no such message
   */
  receipts(room: string, author: string, id: string | undefined): Promise<DeliveryCounts | undefined> {
    return this.#waiting.add(0, () => this.#read('receipts', room, author, id));
  }

  /**
   * Removes the oldest messages of the room that takes the most, of those whose deliveries are all known.
   * @param most - how many at most
   * @returns how many were removed
   */
  makeRoom(most: number): Promise<number> {
    return this.#change('makeRoom', most);
  }

  /** Bytes of the pages in use. */
  bytes(): Promise<number> {
    return this.#read('bytes');
  }

  /** Waits for what was asked for, then closes the database. Idempotent. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#queue.end(this.#closedFault()).then(() => this.#database.close());
    return this.#closing;
  }

  get #underWayMs(): number {
    return this.#begunAt === undefined ? 0 : this.#steadyNow() - this.#begunAt;
  }

  /** Between two changes, so that it does not wait for the flush of those that were asked for with it. */
  async #read<N extends OperationName>(
    name: N,
    ...parameters: OperationParameters<N>
  ): Promise<OperationValue<N>> {
    const [read] = await this.#queue.between(() => this.#executed([{ name, parameters }]));
    if (read?.ok) return read.value as OperationValue<N>;
    throw read?.fault ?? this.#closedFault();
  }

  #change<N extends OperationName>(
    name: N,
    ...parameters: OperationParameters<N>
  ): Promise<OperationValue<N>> {
    return this.#queue.add({ name, parameters }) as Promise<OperationValue<N>>;
  }

  async #execute(orders: readonly Order[]): Promise<readonly Settled<unknown>[]> {
    this.#begunAt = this.#steadyNow();
    const settled = await this.#executed(orders, (fault) => {
      this.#failedBy = fault;
    });
    this.#tookMs = this.#underWayMs;
    this.#begunAt = undefined;
    return settled;
  }

  /** Never rejects: what the queue rejects with ends it. */
  async #executed(
    orders: readonly Order[],
    onStored: (lostBy: ChatRoomFault | undefined) => void = () => {},
  ): Promise<readonly Settled<unknown>[]> {
    try {
      const { lostBy, outcomes } = await this.#database.execute(orders);
      onStored(lostBy === undefined ? undefined : faultOf(lostBy));
      return outcomes.map((outcome) => (outcome.ok ? outcome : { ok: false, fault: faultOf(outcome.fault) }));
    } catch (error) {
      const fault = storingFault(this.#place, error);
      onStored(fault);
      return orders.map(() => ({ ok: false, fault }));
    }
  }

  #closedFault(): ChatRoomFault {
    return new ChatRoomFault('ENTENTE_CHAT_STORE_CLOSED', {
      sentence: 'the database is closed',
      place: this.#place,
      remedy: 'open it again before using it',
    });
  }
}
