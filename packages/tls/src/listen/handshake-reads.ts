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
const idleMs = 5;

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
  /** Runs something at the end of this turn of the event loop, or of the next one, and keeps it from waiting for nothing. */
  readonly atEndOfTurn?: ((run: () => void) => void) | undefined;
  /** Runs something later. */
  readonly after: (ms: number, run: () => void) => void;
}

/**
 * Reads from a few handshakes in a turn of the event loop. What a client shows is verified in the turn in which it comes, before anybody can look at it; and
 * what many addresses have sent in the same moment would all be verified in one turn, in which nobody else is served. What a client sends first is read at
 * once: it costs little, and is answered. What it sends then waits in the kernel for its turn. After a long turn none of them is read for as long: others have
 * half of the time, and newcomers, of whom the platform accepts one in a turn, find one.
 */
export class HandshakeReads {
  readonly #options: HandshakeReadsOptions;
  readonly #worked: () => number;
  readonly #atEndOfTurn: (run: () => void) => void;
  /** Of which nothing has come. */
  readonly #silent = new Set<Socket>();
  /** Those that are read from, with the octets that had come before. */
  readonly #read = new Map<Socket, number>();
  /** In the order in which they wait. */
  readonly #held = new Set<Socket>();
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
    if (this.#isLooking) return;
    this.#before = this.#worked();
    this.#lookLater();
  }

  /** @param socket - its handshake has ended, or it is closed */
  remove(socket: Socket): void {
    this.#silent.delete(socket);
    if (this.#read.delete(socket)) this.#hasEnded = true;
    if (this.#held.delete(socket)) start(socket);
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
    const isLong = turnMs >= longTurnMs;
    if (isLong || this.#held.size === 0) this.#limit = 1;
    if (this.#held.size > 0 && !this.#isPaused) {
      if (isLong && this.#hasRead()) this.#pause(turnMs);
      else {
        this.#next();
        this.#limit = mostReads;
        if (this.#held.size > 0) this.#wake();
      }
    }
    this.#hasEnded = false;
    this.#isLooking = false;
    if (this.#silent.size + this.#read.size + this.#held.size > 0) this.#lookLater();
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
      if (this.#held.size > 0) this.#wake();
    });
  }

  /** Those that were read from go behind the others. */
  #next(): void {
    if (this.#read.size + this.#held.size > this.#limit)
      for (const socket of [...this.#read.keys()]) this.#hold(socket);
    // Now and then the first of all begins, so that each has a turn in the end.
    if (++this.#turns % turnsOfThoseBefore === 0) this.#fill(() => true, 1);
    this.#fill((socket) => !this.#options.yields(socket), this.#limit);
    this.#fill(() => true, this.#limit);
  }

  #fill(may: (socket: Socket) => boolean, most: number): void {
    for (const socket of this.#held) {
      if (this.#read.size >= most) return;
      if (!may(socket)) continue;
      this.#held.delete(socket);
      this.#read.set(socket, socket.bytesRead);
      start(socket);
    }
  }

  #hold(socket: Socket): void {
    this.#read.delete(socket);
    this.#held.add(socket);
    (socket as unknown as Handle)._handle?.readStop?.();
  }

  /** Nothing of those that wait can end the turn. */
  #wake(): void {
    if (this.#isWoken) return;
    this.#isWoken = true;
    this.#options.after(idleMs, () => {
      this.#isWoken = false;
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
