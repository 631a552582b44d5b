import type { Clock } from '@entente/tls';
import type { SipConnection } from '../connection/connection.ts';
import { loopTurn } from '../connection/loop-turn.ts';
import type { StayTimings } from './registration-state.ts';

/** What a {@link KeepAlive} needs. */
export interface KeepAliveParts {
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly timings: Pick<StayTimings, 'pingMs' | 'pongMs'>;
  /** The server has answered. */
  readonly onAlive: () => void;
  /** Milliseconds that what is read now has waited in this process: no fault of the server. */
  readonly readLateMs: () => number;
  /** Calls once everything that has come until now was read. */
  readonly afterReading: (run: () => void) => void;
}

/** How this process reads: timers come first in a turn of the event loop, then sockets, and what those have is read at the end of it. */
export const readingOfProcess: Pick<KeepAliveParts, 'afterReading' | 'readLateMs'> = {
  readLateMs: () => loopTurn.delay.ms,
  afterReading: (run) => void setImmediate(() => setImmediate(run)),
};

/** The shortest time between two keep-alives that silence teaches. */
const shortestMs = 1_000;
/** A shorter silence teaches nothing: nothing that lies between ends connections so soon. */
const teachingMs = 3_000;
/** By then a flow that gives no answer counts as failed, however slow the server was before (RFC 5626 §4.4.1). */
const longestPongMs = 10_000;
/** An answer is late where it takes more than so many times what a slow one took of late. */
const slack = 4;
/** What is left of a slow answer with each that comes after it. */
const fading = 0.9;
/** Two silences are alike where the shorter one is at least so much of the longer one. */
const alike = 0.75;
/** Of a silence that has ended connections, what the time between two keep-alives may take. */
const safeShare = 0.75;

/**
 * Keeps one flow alive with CRLF, and finds out when it is dead. What lies between may end connections on which nothing passes for a while
 * without telling: where two in a row have ended after about the same silence, keep-alives come more often from then on.
 * @see RFC 5626 §4.4.1
 */
export class KeepAlive {
  readonly #parts: KeepAliveParts;
  #connection: SipConnection | undefined;
  #longestMs = Number.POSITIVE_INFINITY;
  /** Whether the server has agreed to answer, or has answered. */
  #isAnswered = false;
  #nextPing: (() => void) | undefined;
  #pongDue: (() => void) | undefined;
  /** When something was last sent or received. */
  #touchedAt = 0;
  /** How long nothing had passed before the ping that is not answered. */
  #silenceBeforePing = 0;
  /** When the ping was sent that is not answered. */
  #pingedAt = 0;
  /** Milliseconds that a slow answer has taken of late, on any connection: a server with much to do is not given up for that. */
  #slowAnswerMs = 0;
  #lastSilence: number | undefined;
  #learntMs = Number.POSITIVE_INFINITY;

  /** @param parts - time, chance, and who hears of answers */
  constructor(parts: KeepAliveParts) {
    this.#parts = parts;
  }

  /**
   * Keeps a connection alive from now on: the first ping goes at once, so that a flow is known to be good early.
   * @param connection - which; where it is kept alive already, only the times change
   * @param flowTimerSec - the longest time without a keep-alive that the server allows, where it names one: ours may be shorter
   * @param isAnswered - whether the server has agreed to answer
   */
  start(connection: SipConnection, flowTimerSec: number | undefined, isAnswered: boolean): void {
    const isNew = this.#connection !== connection;
    const serverMs = flowTimerSec === undefined ? Number.POSITIVE_INFINITY : flowTimerSec * 1_000;
    this.#longestMs = Math.min(this.#parts.timings.pingMs, serverMs);
    if (!isNew) {
      this.#isAnswered ||= isAnswered;
      return;
    }
    this.stop();
    this.#connection = connection;
    this.#isAnswered = isAnswered;
    this.touched();
    this.#ping(connection);
  }

  /** Sends no more keep-alives. */
  stop(): void {
    this.#connection = undefined;
    this.#nextPing?.();
    this.#pongDue?.();
    this.#nextPing = undefined;
    this.#pongDue = undefined;
  }

  /** Something was sent or received on the connection. */
  touched(): void {
    this.#touchedAt = this.#parts.clock.now();
  }

  /** A pong has come. */
  answered(connection: SipConnection): void {
    if (this.#connection !== connection) return;
    this.touched();
    this.#isAnswered = true;
    if (this.#pongDue !== undefined)
      this.#took(Math.max(0, this.#parts.clock.now() - this.#pingedAt - this.#parts.readLateMs()));
    this.#pongDue?.();
    this.#pongDue = undefined;
    this.#parts.onAlive();
  }

  /** The connection has ended, and we have not closed it for another reason than its silence. */
  ended(): void {
    const silence =
      this.#pongDue === undefined ? this.#parts.clock.now() - this.#touchedAt : this.#silenceBeforePing;
    this.stop();
    if (silence < teachingMs) return;
    const last = this.#lastSilence;
    this.#lastSilence = silence;
    if (last === undefined) return;
    const shorter = Math.min(silence, last);
    if (shorter < alike * Math.max(silence, last)) return;
    this.#learntMs = Math.min(this.#learntMs, Math.max(shortestMs, safeShare * shorter));
  }

  #ping(connection: SipConnection): void {
    const { clock, random, timings } = this.#parts;
    if (this.#pongDue === undefined && this.#isAnswered) {
      this.#silenceBeforePing = clock.now() - this.#touchedAt;
      this.#pingedAt = clock.now();
      const patient = Math.min(longestPongMs, slack * this.#slowAnswerMs);
      this.#awaitPong(connection, Math.max(timings.pongMs, patient));
    }
    this.touched();
    connection.ping();
    const longest = Math.min(this.#longestMs, this.#learntMs);
    this.#nextPing = clock.after(longest * (0.8 + 0.2 * random()), () => this.#ping(connection));
  }

  #took(answerMs: number): void {
    this.#slowAnswerMs = Math.max(answerMs, fading * this.#slowAnswerMs);
  }

  #awaitPong(connection: SipConnection, pongMs: number): void {
    this.#pongDue = this.#parts.clock.after(pongMs, () => {
      // A message that is arriving holds the pong up (RFC 5626 §4.4.1); it has a time limit of its own.
      if (connection.isReceiving) this.#awaitPong(connection, pongMs);
      else this.#lookOnce(connection, pongMs);
    });
  }

  /** Where this process was held up, an answer may have come that nobody has read yet: timers come before sockets then. */
  #lookOnce(connection: SipConnection, pongMs: number): void {
    let isAnswered = false;
    this.#pongDue = () => {
      isAnswered = true;
    };
    this.#parts.afterReading(() => {
      if (isAnswered) return;
      if (connection.isReceiving) this.#awaitPong(connection, pongMs);
      else {
        // Where it was only slow, the next one has longer.
        this.#took(this.#parts.timings.pongMs);
        connection.close();
      }
    });
  }
}
