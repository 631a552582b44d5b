import type { Socket } from 'node:net';
import { performance } from 'node:perf_hooks';

/** Handshakes that are read from in one turn of the event loop, where more wait; one at first, and after each long turn. */
const mostReads = 2;
/** A turn that worked for so long, and in which a handshake was read while others waited, is followed by a pause that is as long, of a second at most. */
const longTurnMs = 100;
const longestPauseMs = 1_000;
/** Of so many turns one is for who has waited longest of all. */
const turnsOfThoseBefore = 4;
/** Milliseconds after which others have their turn where nothing has come of those that have it. */
const idleMs = 1;
/**
 * Milliseconds in which a handshake comes before those that have begun earlier: anybody can begin thousands and say nothing more, and one that is meant needs
 * a moment on the network.
 */
export const freshMs = 3_000;

/** The platform's handle of an accepted connection, from which TLS reads. */
interface Handle {
  readonly _handle?: { readonly readStart?: () => number; readonly readStop?: () => number } | null;
}

/** What {@link HandshakeReads} is made of. */
export interface HandshakeReadsOptions {
  /** Whether others come first: the address of a connection owes for handshakes that came to nothing, or has more under way. */
  readonly yields: (socket: Socket) => boolean;
  /** Milliseconds for which the event loop has worked. Default those of the platform. */
  readonly worked?: (() => number) | undefined;
  /** Milliseconds, of a clock that is never set. */
  readonly now: () => number;
  /** Runs something at the end of this turn of the event loop, or of the next one, and keeps it from waiting for nothing. */
  readonly atEndOfTurn?: ((run: () => void) => void) | undefined;
  /** Runs something later. */
  readonly after: (ms: number, run: () => void) => void;
}

/**
 * Reads from a few handshakes in a turn of the event loop. What a client shows is verified in the turn in which it comes, before anybody can look at it; and
 * what many addresses have sent in the same moment would all be verified in one turn, in which nobody else is served. What a client sends first is read at
 * once where its connection is new: it costs little, and is answered. What comes then, and what comes first over an older connection, waits in the kernel for
 * its turn. After a long turn none of them is read for as long: others have half of the time, and newcomers, of whom the platform accepts one in a turn, find one.
 */
export class HandshakeReads {
  readonly #options: HandshakeReadsOptions;
  readonly #worked: () => number;
  readonly #atEndOfTurn: (run: () => void) => void;
  /** Of which nothing has come, and which have begun lately. */
  readonly #silent = new Set<Socket>();
  /** Those that are read from, with the octets that had come before. */
  readonly #read = new Map<Socket, number>();
  /** Those that have begun lately, and when, in that order. */
  readonly #lately = new Map<Socket, number>();
  /** Those of them that wait, in the order in which they do. */
  readonly #fresh = new Set<Socket>();
  /** The others that wait. */
  readonly #stale = new Set<Socket>();
  readonly #look = (): void => this.#endTurn();
  #limit = 1;
  #before = 0;
  #isLooking = false;
  #isWoken = false;
  #isPaused = false;
  #turns = 0;
  /** Whether one that was read from has ended in this turn. */
  #hasEnded = false;

  /** @param options - who comes first, and the clocks */
  constructor(options: HandshakeReadsOptions) {
    this.#options = options;
    this.#worked = options.worked ?? hasWorked;
    this.#atEndOfTurn = options.atEndOfTurn ?? afterPolling;
  }

  /** @param socket - its handshake begins */
  add(socket: Socket): void {
    this.#silent.add(socket);
    this.#lately.set(socket, this.#options.now());
    if (this.#isLooking) return;
    this.#before = this.#worked();
    this.#lookLater();
  }

  /** @param socket - its handshake has ended, or it is closed */
  remove(socket: Socket): void {
    this.#lately.delete(socket);
    this.#silent.delete(socket);
    if (this.#read.delete(socket)) this.#hasEnded = true;
    if (this.#fresh.delete(socket) || this.#stale.delete(socket)) start(socket);
  }

  /** Those that are read from: nothing comes over the others. */
  *readable(): Iterable<Socket> {
    yield* this.#silent;
    yield* this.#read.keys();
  }

  /** How many wait. */
  get #waiting(): number {
    return this.#fresh.size + this.#stale.size;
  }

  #lookLater(): void {
    this.#isLooking = true;
    this.#atEndOfTurn(this.#look);
  }

  #endTurn(): void {
    const worked = this.#worked();
    const turnMs = worked - this.#before;
    this.#before = worked;
    for (const socket of this.#silent) {
      if (socket.bytesRead === 0) continue;
      this.#silent.delete(socket);
      this.#hold(socket);
    }
    this.#age();
    const isLong = turnMs >= longTurnMs;
    if (isLong || this.#waiting === 0) this.#limit = 1;
    if (this.#waiting > 0 && !this.#isPaused) {
      if (isLong && this.#hasRead()) this.#pause(turnMs);
      else {
        this.#next();
        this.#limit = mostReads;
        if (this.#waiting > 0) this.#wake();
      }
    }
    this.#hasEnded = false;
    this.#isLooking = false;
    if (this.#silent.size + this.#read.size + this.#waiting > 0) this.#lookLater();
  }

  /** Whether anything has come in this turn of those that were read from: then they may have made it long. */
  #hasRead(): boolean {
    if (this.#hasEnded) return true;
    for (const [{ bytesRead }, before] of this.#read) if (bytesRead !== before) return true;
    return false;
  }

  #pause(turnMs: number): void {
    this.#isPaused = true;
    for (const socket of [...this.#read.keys()]) this.#hold(socket);
    this.#options.after(Math.min(turnMs, longestPauseMs), () => {
      this.#isPaused = false;
      this.#next();
      if (this.#waiting > 0) this.#wake();
    });
  }

  /** Those that have begun lately no more. From now on one that is silent has its turn like others, and is not looked at in each. */
  #age(): void {
    const until = this.#options.now() - freshMs;
    for (const [socket, began] of this.#lately) {
      if (began > until) return;
      this.#lately.delete(socket);
      if (this.#fresh.delete(socket)) this.#stale.add(socket);
      if (this.#silent.delete(socket)) this.#hold(socket);
    }
  }

  /** Those that were read from go behind the others. */
  #next(): void {
    if (this.#read.size + this.#waiting > this.#limit)
      for (const socket of [...this.#read.keys()]) this.#hold(socket);
    // Now and then the first of all begins, so that each has a turn in the end.
    if (++this.#turns % turnsOfThoseBefore === 0) {
      this.#fill(this.#stale, () => true, 1);
      this.#fill(this.#fresh, () => true, 1);
    }
    const comesFirst = (socket: Socket) => !this.#options.yields(socket);
    for (const may of [comesFirst, () => true])
      for (const waiting of [this.#fresh, this.#stale]) this.#fill(waiting, may, this.#limit);
  }

  #fill(waiting: Set<Socket>, may: (socket: Socket) => boolean, most: number): void {
    for (const socket of waiting) {
      if (this.#read.size >= most) return;
      if (!may(socket)) continue;
      waiting.delete(socket);
      this.#read.set(socket, socket.bytesRead);
      start(socket);
    }
  }

  #hold(socket: Socket): void {
    this.#read.delete(socket);
    (this.#lately.has(socket) ? this.#fresh : this.#stale).add(socket);
    (socket as unknown as Handle)._handle?.readStop?.();
  }

  /**
   * Nothing of those that wait can end the turn. The platform runs its timers behind the end of a turn: the next one has to be there before the event loop waits
   * again, or the others wait until something else happens.
   */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#options.after(idleMs, () => {
      this.#isWoken = false;
      if (this.#waiting > 0 && !this.#isPaused) this.#wake();
    });
  }
}

function start(socket: Socket): void {
  (socket as unknown as Handle)._handle?.readStart?.();
}

function hasWorked(): number {
  return performance.eventLoopUtilization().active;
}

function afterPolling(run: () => void): void {
  setImmediate(run).unref();
}
