import { type FramerSink, type SipProblem, StreamFramer } from '@entente/sip';
import type { Ledger } from '../budget/ledger.ts';
import type { PeerKind } from '../budget/peer-kind.ts';
import { limitsFrom } from './peer-limits.ts';

/** Bytes of a body that an unknown peer may send. */
const unknownPeerBodyBytes = 16_384;
/** Seconds from the first byte of a message to its last: by then its sender has given it up (64·T1, RFC 3261 §17.1). */
const messageSeconds = 32;
/** The same of an unknown peer, whose messages are small. */
const unknownPeerSeconds = 10;

/** What arrives on a connection: counted from the first byte of a message on, and given up where the last one does not come. */
export class Incoming {
  readonly #framer: StreamFramer;
  readonly #ledger: Ledger;
  #kind: PeerKind;
  /** Bytes that count in the ledger for a message that is not complete. */
  #held = 0;
  /** Number of the message that is waited for, and for how long. */
  #waitsFor = 0;
  #seconds = 0;

  /**
   * @param kind - who the peer is
   * @param ledger - where its bytes count
   */
  constructor(kind: PeerKind, ledger: Ledger) {
    this.#kind = kind;
    this.#ledger = ledger;
    this.#framer = new StreamFramer({ limits: limitsFrom(kind) });
  }

  /** Whether a message has begun and not ended. */
  get isWaiting(): boolean {
    return this.#framer.unfinished !== 0;
  }

  /** The peer has turned out to be somebody else. */
  became(kind: PeerKind): void {
    this.#kind = kind;
  }

  /**
   * Takes the next bytes.
   * @returns false where what the peer has begun exceeds what it may have under way: the connection has to end
   */
  push(bytes: Uint8Array, sink: FramerSink): boolean {
    this.#framer.push(bytes, sink);
    const { reservedBytes } = this.#framer;
    return reservedBytes === this.#held || this.#hold(reservedBytes);
  }

  /** The message that was held is complete: the transaction layer counts it if it keeps it. */
  completed(): void {
    if (this.#held !== 0) this.#hold(0);
  }

  /** Why a body is not wanted, before any of it is stored. */
  refusal(bodyBytes: number, messageBytes: number): SipProblem | undefined {
    if (this.#kind === 'unknown' && bodyBytes > unknownPeerBodyBytes) return bodyTooLong(bodyBytes);
    return this.#ledger.has(messageBytes - this.#held, 0) ? undefined : noRoom(messageBytes);
  }

  /** Waits for the message that has begun from now on. */
  wait(): void {
    this.#waitsFor = this.#framer.unfinished;
    this.#seconds = 0;
  }

  /**
   * A second has passed.
   * @returns whether the message that is waited for is late
   */
  isLate(): boolean {
    if (this.#framer.unfinished !== this.#waitsFor) {
      this.wait();
      return false;
    }
    return ++this.#seconds >= (this.#kind === 'unknown' ? unknownPeerSeconds : messageSeconds);
  }

  #hold(bytes: number): boolean {
    const more = bytes - this.#held;
    this.#held = bytes;
    if (more <= 0) this.#ledger.release(-more, 0);
    else {
      this.#ledger.add(more, 0);
      return this.#isWithin();
    }
    return true;
  }

  /**
   * Servers have room for the header of a message on each of their few connections. A user is not held to what others have taken of
   * the room of all users; an unknown peer is.
   */
  #isWithin(): boolean {
    if (this.#kind === 'server') return true;
    return this.#kind === 'unknown' ? this.#ledger.has(0, 0) : this.#ledger.hasOfItsOwn(0);
  }
}

function bodyTooLong(found: number): SipProblem {
  return {
    code: 'body-too-long',
    status: 413,
    message: `Body: expected at most ${unknownPeerBodyBytes} bytes of a peer that has not authenticated, found ${found} announced`,
  };
}

function noRoom(bytes: number): SipProblem {
  return {
    code: 'no-room',
    status: 503,
    message: `Message: expected no more than the peer may have under way, found ${bytes} bytes beyond that`,
  };
}
