import type { Socket } from 'node:net';
import { groupOf } from './admission-limits.ts';
import { FailedHandshakeCosts } from './failed-handshake-costs.ts';
import { HandshakeCosts, type HandshakeCostsOptions } from './handshake-costs.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import { HandshakeReads } from './handshake-read-pacing.ts';
import { handshakePatienceMs } from './pending-turns.ts';

/**
 * Handshakes of an address that may be under way where certificates are asked for: what they will cost is not known before it is spent, and they may
 * come in one turn of the event loop, before any is owed for.
 */
const mostUnderWay = 4;
/** Milliseconds between two handshakes of an address that has owed something, until none of it waits. */
const betweenMs = 100;
/** Milliseconds of an ordinary handshake at the most, twice what one with a key on P-384 takes; anybody may have one without a certificate, and owes nothing. */
const ordinaryMs = 5;
/** Milliseconds between two looks at what does not get on. */
const watchMs = 1_000;

/** What {@link PacedHandshakes} is made of. */
export interface PacedHandshakesOptions extends Omit<HandshakeCostsOptions, 'readable'> {
  /** Whether clients are asked for certificates: then few handshakes of an address are under way. */
  readonly asks: boolean;
  /** Milliseconds in which something has to come from a client that waits. */
  readonly silentMs: number;
  /** Begins the handshake of a connection. */
  readonly begin: (socket: Socket) => void;
  /** Closes a connection whose handshake does not get on, and for whose end others of its address wait. */
  readonly close: (socket: Socket) => void;
  /** Milliseconds, of a clock that is never set. Default that of the process. */
  readonly now?: (() => number) | undefined;
  /** Runs something later. Default a timer that does not keep the process running. */
  readonly after?: ((ms: number, run: () => void) => void) | undefined;
  /** As of {@link HandshakeQueue}. */
  readonly schedule?: ((run: () => void) => void) | undefined;
}

/** Connections of one address that wait. */
interface Line {
  readonly waiting: Set<Socket>;
  /** Whether the address has owed something since they wait. */
  isPaced: boolean;
}

/**
 * Lets handshakes begin a few in each turn of the event loop, few of one address at once, and those of an address that owes something for the ones
 * before one by one, once it has waited for that long: a listener that asks for certificates has whatever a client shows verified before anybody can
 * look at it.
 */
export class PacedHandshakes {
  readonly #close: (socket: Socket) => void;
  readonly #after: (ms: number, run: () => void) => void;
  readonly #now: () => number;
  readonly #asks: boolean;
  readonly #silentMs: number;
  readonly #debts: FailedHandshakeCosts;
  readonly #costs: HandshakeCosts;
  readonly #queue: HandshakeQueue;
  /** Only where certificates are asked for. */
  readonly #reads: HandshakeReads | undefined;
  /** By address, those that have begun and neither ended nor closed, and when; the one that began first comes first. */
  readonly #underWay = new Map<string, Map<Socket, number>>();
  readonly #lines = new Map<string, Line>();
  /** What was charged before the verdict. */
  readonly #ahead = new WeakMap<Socket, number>();
  #isWatching = false;

  /** @param options - what begins and closes connections */
  constructor({ after = later, now = () => performance.now(), ...options }: PacedHandshakesOptions) {
    this.#after = after;
    this.#now = now;
    this.#asks = options.asks;
    this.#silentMs = options.silentMs;
    this.#close = options.close;
    this.#debts = new FailedHandshakeCosts(now);
    const reads = options.asks
      ? new HandshakeReads({
          yields: (socket) => this.#yields(groupOf(socket)),
          worked: options.worked,
          now,
          atEndOfTurn: options.atEndOfTurn,
          after,
        })
      : undefined;
    this.#reads = reads;
    // Begins and ends its turns before these do, which let others be read from.
    this.#costs = new HandshakeCosts({ ...options, readable: reads && (() => reads.readable()) });
    this.#queue = new HandshakeQueue((socket) => {
      this.#costs.begin(socket);
      options.begin(socket);
      reads?.add(socket);
    }, options.schedule);
  }

  /** @param socket - accepted; its handshake begins now or later */
  add(socket: Socket): void {
    const mayAllBegin = !this.#asks && this.#debts.isEmpty && this.#lines.size === 0;
    const group = mayAllBegin ? '' : groupOf(socket);
    if (mayAllBegin || (!this.#lines.has(group) && this.#debts.waitMs(group) === 0 && this.#hasRoom(group))) {
      this.#begin(socket);
      return;
    }
    let line = this.#lines.get(group);
    if (line === undefined) {
      line = { waiting: new Set(), isPaced: false };
      this.#lines.set(group, line);
    }
    line.waiting.add(socket);
    // A reset while it waits must not end the process.
    socket.on('error', ignore);
    if (socket.bytesRead === 0) this.#awaitOctets(socket, group);
    this.#advance(group);
    if (this.#isWatching || !this.#asks) return;
    this.#isWatching = true;
    this.#after(watchMs, () => this.#endStalled());
  }

  /** @param socket - its handshake has ended, and what it has shown is judged now */
  ended(socket: Socket): void {
    this.#costs.ended(socket);
    this.#reads?.remove(socket);
  }

  /** @param socket - its verdict waits for something: it is under way no more, and its address owes for it until that has come */
  waits(socket: Socket): void {
    const costMs = this.#costs.take(socket);
    this.#ahead.set(socket, costMs);
    this.charge(socket, costMs);
    this.#giveBack(socket);
  }

  /** @param socket - has passed its verdict: nothing is owed */
  passed(socket: Socket): void {
    this.#costs.forget(socket);
    const costMs = this.#ahead.get(socket);
    if (costMs !== undefined) this.charge(socket, -costMs);
    this.#giveBack(socket);
  }

  /**
   * What a client has shown counts as none, and it is admitted. Its address owes for it where it was dear: anybody can make such a chain, and it would
   * be a way around what is owed for one that is refused.
   * @param socket - its connection
   */
  ignored(socket: Socket): void {
    const ahead = this.#ahead.get(socket) ?? 0;
    const costMs = Math.max(this.#costs.take(socket), ahead);
    const owedMs = costMs > ordinaryMs ? costMs : 0;
    if (owedMs !== ahead) this.charge(socket, owedMs - ahead);
    this.#giveBack(socket);
  }

  /** @param socket - is closed, or about to be; its address owes for a handshake that has not ended, or was refused after that */
  leave(socket: Socket): void {
    this.#queue.remove(socket);
    this.#reads?.remove(socket);
    const costMs = this.#costs.take(socket);
    if (costMs > 0) this.charge(socket, costMs);
    if (this.#lines.size > 0) this.#lines.get(groupOf(socket))?.waiting.delete(socket);
    this.#giveBack(socket);
  }

  /**
   * The address of a connection owes something.
   * @param socket - of the address
   * @param costMs - milliseconds that it has cost; below 0 where that was charged and is not owed
   */
  charge(socket: Socket, costMs: number): void {
    this.#debts.charge(groupOf(socket), costMs);
  }

  /** One that waits and says nothing has no turn, and is closed in the end. */
  #awaitOctets(socket: Socket, group: string): void {
    const leave = () => socket.destroy();
    socket.setTimeout(this.#silentMs, leave);
    socket.once('readable', () => {
      socket.setTimeout(0, leave);
      if (socket.readableLength === 0) socket.destroy();
      else this.#advance(group);
    });
  }

  #begin(socket: Socket): void {
    // Known from now on: a connection that has closed has no address.
    const group = groupOf(socket);
    if (this.#asks) {
      const underWay = this.#underWay.get(group);
      if (underWay === undefined) this.#underWay.set(group, new Map([[socket, this.#now()]]));
      else underWay.set(socket, this.#now());
    }
    this.#queue.add(socket);
  }

  #yields(group: string): boolean {
    return this.#debts.owes(group) || (this.#underWay.get(group)?.size ?? 0) > 1;
  }

  #hasRoom(group: string): boolean {
    return (this.#underWay.get(group)?.size ?? 0) < mostUnderWay;
  }

  #giveBack(socket: Socket): void {
    if (this.#underWay.size === 0) return;
    const group = groupOf(socket);
    const underWay = this.#underWay.get(group);
    if (underWay?.delete(socket) !== true) return;
    if (underWay.size === 0) this.#underWay.delete(group);
    this.#advance(group);
  }

  /** Lets those of an address that wait begin, as far as it owes nothing and has room. */
  #advance(group: string): void {
    const line = this.#lines.get(group);
    if (line === undefined || line.isPaced) return;
    for (let waits = true; waits && this.#hasRoom(group) && this.#debts.waitMs(group) === 0; )
      waits = this.#beginNext(line);
    const waitMs = this.#debts.waitMs(group);
    if (line.waiting.size === 0) this.#lines.delete(group);
    else if (waitMs > 0) {
      line.isPaced = true;
      this.#after(waitMs, () => this.#release(group));
    }
  }

  /** Lets one of an address that has owed something begin. */
  #release(group: string): void {
    const line = this.#lines.get(group) as Line;
    const waitMs = this.#debts.waitMs(group);
    if (waitMs === 0 && this.#hasRoom(group)) this.#beginNext(line);
    if (line.waiting.size === 0 && waitMs === 0) this.#lines.delete(group);
    else this.#after(Math.max(waitMs, betweenMs), () => this.#release(group));
  }

  /** Lets the first begin that has said something. */
  #beginNext({ waiting }: Line): boolean {
    for (const socket of waiting) {
      if (socket.bytesRead === 0) continue;
      waiting.delete(socket);
      if (socket.destroyed) continue;
      this.#begin(socket);
      return true;
    }
    return false;
  }

  /** Closes what is under way and does not get on, while others of its address wait for its end. */
  #endStalled(): void {
    const until = this.#now() - handshakePatienceMs;
    for (const [group, { waiting }] of [...this.#lines]) {
      if (this.#hasRoom(group) || [...waiting].every(({ bytesRead }) => bytesRead === 0)) continue;
      for (const [socket, since] of this.#underWay.get(group) ?? []) if (since <= until) this.#close(socket);
    }
    this.#isWatching = this.#lines.size > 0;
    if (this.#isWatching) this.#after(watchMs, () => this.#endStalled());
  }
}

function later(ms: number, run: () => void): void {
  setTimeout(run, ms).unref();
}

function ignore(): void {}
