import { TimerWheel, type WheelTimer } from '@entente/sip-endpoint';
import type { TargetGroups } from '@entente/sip-proxy';
import type { Awaitable } from '@entente/sip-proxy/locations';

/** How long and for how many requests the return of a device is awaited. */
export interface AwaitRules {
  /** Milliseconds: a client that lost its server finds the next one within them; no sender's timer has fired by then (32 s). */
  readonly forMs: number;
  /** Requests at once for the devices of one user. */
  readonly perUser: number;
  /** Requests at once in this process. */
  readonly inAll: number;
  /** Of those for one user, and of all, requests of one sender: others who call have room beside one who calls everybody. */
  readonly ofSender: { readonly perUser: number; readonly inAll: number };
}

/** 5 s, 4 requests for a user, 1,024 in all, of which 2 and 32 may be of one sender. */
export const defaultAwaitRules: AwaitRules = {
  forMs: 5_000,
  perUser: 4,
  inAll: 1_024,
  ofSender: { perUser: 2, inAll: 32 },
};

/**
 * For what ends a call: 32 requests for a user, 1,024 in all, of which 8 and 64 may be of one sender. A BYE that is refused ends the call at one side
 * alone, so no other request takes of this room.
 */
export const endAwaitRules: AwaitRules = {
  forMs: defaultAwaitRules.forMs,
  perUser: 32,
  inAll: 1_024,
  ofSender: { perUser: 8, inAll: 64 },
};

/** Milliseconds after a registration: by then the server in front of the device has the answer to it, as a rule, and knows the device. */
const settleMs = 50;

interface Waiting {
  readonly user: string;
  readonly sender: string;
  readonly find: () => Awaitable<TargetGroups>;
  readonly resolve: (groups: TargetGroups) => void;
  readonly reject: (error: unknown) => void;
  timer: WheelTimer<'over' | 'registered'> | undefined;
  wake(name: 'over' | 'registered'): void;
}

/**
 * Requests for devices that have lost their connection: they wait for a registration of their user, of which every member of a pool hears.
 * What has no room waits no time.
 * @see RFC 5626 §4.5, §7
 */
export class AwaitedDevices {
  readonly #rules: AwaitRules;
  readonly #timers: TimerWheel<'over' | 'registered'>;
  readonly #byUser = new Map<string, Set<Waiting>>();
  /** How many requests of each sender wait. */
  readonly #bySender = new Map<string, number>();
  #size = 0;

  /**
   * @param clock - milliseconds since 1970, never set back or forward
   * @param rules - how long and how many
   */
  constructor(clock: () => number, rules: AwaitRules = defaultAwaitRules) {
    this.#rules = rules;
    this.#timers = new TimerWheel(clock);
  }

  /** Requests that wait. */
  get size(): number {
    return this.#size;
  }

  /**
   * Waits until a user has registered and targets are found.
   * @param user - address of record
   * @param sender - whose request it is: a user, a server or a connection
   * @param find - asked after each registration of the user; no groups: not yet
   * @param forMs - milliseconds, where it has waited before
   * @returns the targets, or none once the time is over; undefined where there is no room
   */
  wait(
    user: string,
    sender: string,
    find: () => Awaitable<TargetGroups>,
    forMs: number = this.#rules.forMs,
  ): Promise<TargetGroups> | undefined {
    if (forMs <= 0) return undefined;
    const others = this.#byUser.get(user);
    if (this.#size >= this.#rules.inAll || (others?.size ?? 0) >= this.#rules.perUser) return undefined;
    if (!this.#hasRoomFor(sender, others)) return undefined;
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        user,
        sender,
        find,
        resolve,
        reject,
        timer: undefined,
        wake: (name) => this.#wake(waiting, name),
      };
      waiting.timer = this.#timers.schedule(forMs, waiting, 'over');
      this.#size++;
      this.#bySender.set(sender, (this.#bySender.get(sender) ?? 0) + 1);
      if (others === undefined) this.#byUser.set(user, new Set([waiting]));
      else others.add(waiting);
    });
  }

  /**
   * A user has registered.
   * @param user - address of record
   * @param looks - how often the devices of that registration have been looked for without success: the pause doubles each time
   */
  registered(user: string, looks = 0): void {
    for (const waiting of this.#byUser.get(user) ?? [])
      this.#timers.schedule(settleMs * 2 ** looks, waiting, 'registered');
  }

  #hasRoomFor(sender: string, others: ReadonlySet<Waiting> | undefined): boolean {
    const { inAll, perUser } = this.#rules.ofSender;
    if ((this.#bySender.get(sender) ?? 0) >= inAll) return false;
    let own = 0;
    for (const other of others ?? []) if (other.sender === sender) own++;
    return own < perUser;
  }

  #wake(waiting: Waiting, name: 'over' | 'registered'): void {
    if (name === 'over') this.#end(waiting, []);
    else if (this.#isWaiting(waiting)) void this.#look(waiting);
  }

  async #look(waiting: Waiting): Promise<void> {
    try {
      const groups = await waiting.find();
      if (groups.length > 0) this.#end(waiting, groups);
    } catch (error) {
      if (this.#forget(waiting)) waiting.reject(error);
    }
  }

  #end(waiting: Waiting, groups: TargetGroups): void {
    if (this.#forget(waiting)) waiting.resolve(groups);
  }

  #isWaiting(waiting: Waiting): boolean {
    return this.#byUser.get(waiting.user)?.has(waiting) === true;
  }

  #forget(waiting: Waiting): boolean {
    const all = this.#byUser.get(waiting.user);
    if (all?.delete(waiting) !== true) return false;
    if (all.size === 0) this.#byUser.delete(waiting.user);
    this.#size--;
    const left = (this.#bySender.get(waiting.sender) ?? 0) - 1;
    if (left > 0) this.#bySender.set(waiting.sender, left);
    else this.#bySender.delete(waiting.sender);
    if (waiting.timer !== undefined) this.#timers.cancel(waiting.timer);
    return true;
  }
}
