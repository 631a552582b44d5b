import type { Clock, Log } from '@entente/tls';
import type { ChatBounds } from '../bounds.ts';
import type { RoomStore } from '../room-store/room-store.ts';
import type { StoredMessage } from '../store/stored.ts';
import { RoomCounts } from './room-counts.ts';
import { SlowMembers } from './slow-members.ts';

/** What {@link Deliveries} needs. */
export interface DeliveriesOptions {
  readonly store: Pick<RoomStore, 'delivered' | 'message'>;
  /**
   * Sends a message to a member.
   * @returns final status
   * @throws where no answer comes
   */
  readonly send: (message: StoredMessage, member: string) => Promise<number>;
  /** Whether somebody is still a member: nobody else is sent anything. */
  readonly isMember: (room: string, address: string) => boolean;
  readonly bounds: Pick<ChatBounds, 'concurrency' | 'deliverForMs' | 'maxOwed'>;
  readonly clock: Clock;
  /** Milliseconds from any beginning, which go on evenly when the clock is set. */
  readonly steadyNow: () => number;
  readonly log: Log;
}

/** A message that a member is to get. */
interface Owed {
  readonly number: number;
  /** By {@link DeliveriesOptions.steadyNow}, without the time in which no server ran: nobody could have got it then. */
  readonly since: number;
}

/** What one member of one room is owed, oldest first: the order of a room is the order for each member. */
interface Queue {
  readonly key: string;
  readonly room: string;
  readonly member: string;
  readonly owed: Owed[];
  /** How often the first of them got no answer. */
  attempts: number;
}

/** Statuses after which a message is sent again: nobody has said that it cannot be delivered (RFC 3261 §21.5). */
const transient: ReadonlySet<number> = new Set([408, 430, 500, 503, 504]);
/** Recorded for whom the message is no more: they have left. */
const gone = 410;
/** Recorded for whom too much waits already: others have room for theirs. */
const tooMuchOwed = 503;
/** Also what a front end says where a device does not answer (RFC 3261 §8.1.3.1). */
const noAnswer = 408;
/** The part of the places that is for slow members: one of so many. */
const slowPart = 4;
/** The part of the places that one member may take, in however many rooms: one of so many. */
const memberPart = 16;
const firstPauseMs = 1_000;
const longestPauseMs = 60_000;
/** Deliveries that were made and are being recorded at most, without a place: one flush of a slow disk records all of them. */
export const mostRecording = 512;
/** Messages that are kept at hand for those who get them next. */
const maxAtHand = 256;
const none: readonly Queue[] = [];

/**
 * Delivers what is owed to members: each message to each of them, so many at once, one after the other to the same member, again where no
 * answer came. What became of each is recorded; what is not recorded is delivered again after a restart, with the same id.
 */
export class Deliveries {
  readonly #options: DeliveriesOptions;
  readonly #queues = new Map<string, Queue>();
  /** Those that have something to do now. */
  readonly #ready = new Set<Queue>();
  /** Those of them whose member is slow. */
  readonly #slow = new Set<Queue>();
  /** Those of them whose member is not slow, and not soon either. */
  readonly #tardy = new Set<Queue>();
  /** Of members who have taken their share of the places, in whatever room: they go on as soon as one of those is free. */
  readonly #behind = new Map<string, Set<Queue>>();
  /** Deliveries that wait for each member, or are under way. */
  readonly #owed = new Map<string, number>();
  /** Places that a member takes. */
  readonly #taken = new Map<string, number>();
  /** Of all rooms. */
  readonly #slowMembers: SlowMembers;
  readonly #pauses = new Map<Queue, () => void>();
  readonly #atHand = new Map<number, Promise<StoredMessage | undefined>>();
  readonly #idle = new Set<() => void>();
  readonly #pending = new RoomCounts();
  readonly #made = { delivered: 0, failed: 0 };
  #running = 0;
  #slowRunning = 0;
  #tardyRunning = 0;
  #recording = 0;
  /** Whether the next place is for a slow member: the one before was for another. */
  #isSlowNext = false;
  #isStopped = false;

  /** @param options - store, how to send, bounds */
  constructor(options: DeliveriesOptions) {
    this.#options = options;
    this.#slowMembers = new SlowMembers(options.steadyNow);
  }

  /** Deliveries that wait or are under way. */
  get pending(): number {
    return this.#pending.all;
  }

  /** Those of one room. */
  pendingOf(room: string): number {
    return this.#pending.of(room);
  }

  /** Those of the room that has most of them. */
  get largestPending(): number {
    return this.#pending.largest;
  }

  /**
   * Deliveries that are on the disk and not made yet. One for a member for whom too many wait is given up at once: it must not keep others from
   * sending.
   * @param number - of the message
   * @param room - its room
   * @param members - whom it is for
   * @param triedMs - for how long a server has tried already
   */
  add(number: number, room: string, members: readonly string[], triedMs = 0): void {
    const since = this.#options.steadyNow() - triedMs;
    for (const member of members) {
      const owed = this.#owed.get(member) ?? 0;
      if (owed >= this.#options.bounds.maxOwed) {
        this.#made.failed++;
        void this.#record(number, member, tooMuchOwed);
        continue;
      }
      this.#owed.set(member, owed + 1);
      const key = `${room} ${member}`;
      let queue = this.#queues.get(key);
      if (queue === undefined) {
        queue = { key, room, member, owed: [], attempts: 0 };
        this.#queues.set(key, queue);
        this.#isReady(queue);
      }
      queue.owed.push({ number, since });
      this.#pending.add(room, 1);
    }
    this.#go();
  }

  /** Deliveries whose end is known, since the start. */
  get made(): Readonly<Record<'delivered' | 'failed', number>> {
    return this.#made;
  }

  /** Resolves once nothing is owed to anybody. */
  settled(): Promise<void> {
    return this.#pending.all === 0 ? Promise.resolve() : new Promise((resolve) => this.#idle.add(resolve));
  }

  /** Begins nothing more. What is not delivered stays on the disk; of what is under way, an answer that still comes is recorded. */
  stop(): void {
    this.#isStopped = true;
    for (const cancel of this.#pauses.values()) cancel();
    this.#pauses.clear();
  }

  #isReady(queue: Queue): void {
    const { member } = queue;
    if (this.#slowMembers.has(member)) this.#slow.add(queue);
    else (this.#slowMembers.isTardy(member) ? this.#tardy : this.#ready).add(queue);
  }

  /**
   * Who does not answer, or late, takes a place for as long as a request waits: all of them together have a part of the places, so that others go on. Up
   * to that part they take turns with the others, who may want every place all the time.
   */
  #go(): void {
    const { concurrency } = this.#options.bounds;
    const most = Math.max(1, Math.floor(concurrency / slowPart));
    while (!this.#isStopped && this.#running < concurrency) {
      const [slow] = this.#slowRunning < most ? this.#slow : none;
      const ready = this.#nextReady();
      // A part of fewer places than that would be more than their part.
      const takesTurns = this.#isSlowNext && concurrency >= slowPart;
      if (slow !== undefined && (ready === undefined || takesTurns)) this.#startSlow(slow);
      else if (ready !== undefined) this.#startReady(ready);
      else return;
    }
  }

  /** Those who take a place for some time have half of the places, and more where nobody else wants them: each of them ends soon enough. */
  #nextReady(): Queue | undefined {
    const [soon] = this.#ready;
    const [tardy] = this.#tardy;
    if (soon === undefined || tardy === undefined) return soon ?? tardy;
    return this.#tardyRunning * 2 < this.#running ? tardy : soon;
  }

  #startReady(queue: Queue): void {
    const isTardy = this.#tardy.delete(queue);
    this.#ready.delete(queue);
    if (!this.#hasPlace(queue)) return;
    this.#isSlowNext = true;
    if (isTardy) this.#tardyRunning++;
    this.#start(queue, () => {
      if (isTardy) this.#tardyRunning--;
    });
  }

  #startSlow(queue: Queue): void {
    this.#slow.delete(queue);
    if (!this.#hasPlace(queue)) return;
    this.#isSlowNext = false;
    this.#slowRunning++;
    this.#start(queue, () => void this.#slowRunning--);
  }

  /** Whether a member may take one place more; otherwise the queue waits for one of the member's own. */
  #hasPlace(queue: Queue): boolean {
    const { member } = queue;
    const most = Math.max(1, Math.floor(this.#options.bounds.concurrency / memberPart));
    if ((this.#taken.get(member) ?? 0) < most) return true;
    const behind = this.#behind.get(member) ?? new Set();
    this.#behind.set(member, behind.add(queue));
    return false;
  }

  /** A place of a member is free: what waits behind it is ready. */
  #frees(member: string): void {
    const taken = (this.#taken.get(member) ?? 1) - 1;
    if (taken > 0) this.#taken.set(member, taken);
    else this.#taken.delete(member);
    const behind = this.#behind.get(member);
    const [next] = behind ?? [];
    if (behind === undefined || next === undefined) return;
    behind.delete(next);
    if (behind.size === 0) this.#behind.delete(member);
    this.#isReady(next);
  }

  #start(queue: Queue, onEnd: () => void): void {
    const { member } = queue;
    this.#running++;
    this.#taken.set(member, (this.#taken.get(member) ?? 0) + 1);
    void this.#deliver(queue).finally(() => {
      this.#running--;
      this.#frees(member);
      onEnd();
      this.#go();
    });
  }

  async #deliver(queue: Queue): Promise<void> {
    const [{ number, since }] = queue.owed as [Owed];
    const { bounds, steadyNow } = this.#options;
    let message: StoredMessage | undefined;
    try {
      message = await this.#message(number);
    } catch (error) {
      this.#fault(error, 'a message could not be read; its deliveries are tried again');
      this.#later(queue);
      return;
    }
    if (message === undefined) {
      this.#done(queue);
      return;
    }
    const status = await this.#send(message, queue);
    if (transient.has(status) && (this.#isStopped || steadyNow() - since <= bounds.deliverForMs)) {
      this.#later(queue);
      return;
    }
    this.#made[status < 300 ? 'delivered' : 'failed']++;
    const hasRoom = this.#recording++ < mostRecording;
    const recorded = this.#record(number, queue.member, status).then(() => {
      this.#recording--;
      this.#done(queue);
      this.#go();
    });
    // The place is for who gets a message: it does not wait for the disk, but where too much does.
    if (!hasRoom) await recorded;
  }

  async #record(number: number, member: string, status: number): Promise<void> {
    const { clock, store } = this.#options;
    try {
      await store.delivered(number, member, status, clock.now());
    } catch (error) {
      this.#fault(
        error,
        'what became of a delivery could not be recorded; it is sent again after a restart, with the same id',
      );
    }
  }

  #fault(error: unknown, message: string): void {
    this.#options.log.error({ event: 'delivery-not-recorded', err: error }, message);
  }

  async #send(message: StoredMessage, { member, room }: Queue): Promise<number> {
    const { isMember, send, steadyNow } = this.#options;
    if (!isMember(room, member)) return gone;
    const from = steadyNow();
    const status = await send(message, member).catch(() => noAnswer);
    this.#slowMembers.answered(member, steadyNow() - from, status !== noAnswer);
    return status;
  }

  #later(queue: Queue): void {
    if (this.#isStopped) return;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** queue.attempts++);
    const cancel = this.#options.clock.after(pause, () => {
      this.#pauses.delete(queue);
      this.#isReady(queue);
      this.#go();
    });
    this.#pauses.set(queue, cancel);
  }

  #done(queue: Queue): void {
    queue.owed.shift();
    const owed = (this.#owed.get(queue.member) ?? 1) - 1;
    if (owed > 0) this.#owed.set(queue.member, owed);
    else this.#owed.delete(queue.member);
    queue.attempts = 0;
    this.#pending.add(queue.room, -1);
    if (queue.owed.length > 0) this.#isReady(queue);
    else this.#queues.delete(queue.key);
    if (this.#pending.all > 0) return;
    for (const resolve of this.#idle) resolve();
    this.#idle.clear();
  }

  #message(number: number): Promise<StoredMessage | undefined> {
    const known = this.#atHand.get(number);
    if (known !== undefined) return known;
    const read = this.#options.store.message(number);
    if (this.#atHand.size >= maxAtHand) this.#atHand.delete(this.#atHand.keys().next().value as number);
    this.#atHand.set(number, read);
    // What could not be read is read again by the next.
    read.catch(() => this.#atHand.delete(number));
    return read;
  }
}
