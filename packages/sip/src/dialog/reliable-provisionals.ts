import { maxSequence } from '../headers/cseq.ts';
import { parseRAck } from '../headers/rack.ts';
import { checkIsRequest } from '../message/check-given.ts';
import { edit } from '../message/edit.ts';
import type { SipRequest } from '../message/request.ts';
import type { SipResponse } from '../message/response.ts';
import { tagsOf } from '../message/tags-of.ts';
import { SipArgumentError } from '../syntax/problem.ts';

/** Whether provisional responses to an INVITE must, may or must not be sent reliably (RFC 3262 §3). */
export type ProvisionalReliability = 'required' | 'allowed' | 'forbidden';

/**
 * What an INVITE says about reliable provisional responses. A malformed field counts as absent.
 * @param request - INVITE as received
 * @see RFC 3262 §3
 */
export function provisionalReliability(request: SipRequest): ProvisionalReliability {
  checkIsRequest(request, 'provisionalReliability');
  if (request.method !== 'INVITE') return 'forbidden';
  if (tagsOf(request, 'Require')?.includes('100rel')) return 'required';
  return tagsOf(request, 'Supported')?.includes('100rel') ? 'allowed' : 'forbidden';
}

/** Timers of reliable provisional responses. */
export type ReliableTimer = 'repeat' | 'give-up';

/** Receives the effects of the machine. */
export interface ReliableProvisionalsSink {
  /** Give the response to the INVITE server transaction. */
  send(machine: ReliableProvisionals, response: SipResponse): void;
  /** Call `wake` after that time; a timer that runs is replaced. */
  startTimer(machine: ReliableProvisionals, timer: ReliableTimer, afterMs: number): void;
  /** Forget the timer; called only for one that runs. */
  stopTimer(machine: ReliableProvisionals, timer: ReliableTimer): void;
  /** No PRACK came in 64·T1: reject the INVITE, RFC 3262 suggests a 5xx. */
  unacknowledged(machine: ReliableProvisionals): void;
}

/** Most responses that wait for the PRACK of an earlier one. */
const maxWaiting = 16;

/**
 * Reliable provisional responses on the side that answers an INVITE: one at a time, repeated until its PRACK comes.
 * @see RFC 3262 §3
 */
export class ReliableProvisionals {
  /** Receives the effects of this machine. */
  readonly sink: ReliableProvisionalsSink;
  readonly #invite: SipRequest;
  readonly #t1Ms: number;
  readonly #running = new Set<ReliableTimer>();
  readonly #waiting: SipResponse[] = [];
  /** The response whose PRACK is due. */
  #current: SipResponse | undefined = undefined;
  #sequence: number;
  #gapMs: number;
  #finished = false;

  /**
   * @param invite - whose responses these are; {@link provisionalReliability} must not be `forbidden`
   * @param firstSequence - random RSeq, 1 to 2^31 − 1
   * @param sink - receives the effects
   * @param t1Ms - T1 in milliseconds
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the number is out of range
   */
  constructor(invite: SipRequest, firstSequence: number, sink: ReliableProvisionalsSink, t1Ms = 500) {
    if (!Number.isInteger(firstSequence) || firstSequence < 1 || firstSequence > 0x7fff_ffff) {
      throw new SipArgumentError(
        `expected 1 to 2147483647 for the first, found ${firstSequence}`,
        'RSeq',
        'draw a random number in this range (RFC 3262 §3)',
      );
    }
    this.#invite = invite;
    this.#sequence = firstSequence - 1;
    this.sink = sink;
    this.#t1Ms = t1Ms;
    this.#gapMs = t1Ms;
  }

  /**
   * Whether a 2xx may be sent now: not while a response with a body, which may be a session description, is unacknowledged.
   */
  get mayAccept(): boolean {
    return (
      this.#current === undefined ||
      (this.#current.bodyLength === 0 && this.#waiting.every((one) => one.bodyLength === 0))
    );
  }

  /**
   * Sends a response reliably, now or after the PRACKs of those before it. RSeq and Require are added here.
   * @param response - 101–199 to the INVITE
   * @returns false where nothing was sent: a final response was sent, or too many wait
   */
  send(response: SipResponse): boolean {
    if (this.#finished || response.status <= 100 || response.status >= 200) return false;
    if (this.#current !== undefined) {
      if (this.#waiting.length >= maxWaiting) return false;
      this.#waiting.push(response);
      return true;
    }
    if (this.#sequence >= maxSequence) return false;
    this.#sequence++;
    this.#current = edit(response).append('Require', '100rel').set('RSeq', this.#sequence).toMessage();
    this.#gapMs = this.#t1Ms;
    this.#start('repeat', this.#gapMs);
    this.#start('give-up', 64 * this.#t1Ms);
    this.sink.send(this, this.#current);
    return true;
  }

  /**
   * A PRACK in the dialog of the INVITE.
   * @returns the status to answer
   */
  receivePrack(prack: SipRequest): 200 | 400 | 481 {
    const value = prack.get('RAck');
    const parsed = value === undefined ? undefined : parseRAck(value);
    if (parsed?.ok !== true) return 400;
    const rack = parsed.value;
    const { sequence, method } = this.#invite.cseq;
    if (
      this.#current === undefined ||
      rack.responseNumber !== this.#sequence ||
      rack.sequence !== sequence ||
      rack.method !== method
    ) {
      return 481;
    }
    this.#current = undefined;
    this.#stopAll();
    const next = this.#waiting.shift();
    if (next !== undefined) this.send(next);
    return 200;
  }

  /** A final response was sent: nothing is repeated, but a late PRACK is still answered. */
  finish(): void {
    this.#finished = true;
    this.#waiting.length = 0;
    this.#stopAll();
  }

  /** A timer ran out. */
  wake(timer: ReliableTimer): void {
    if (!this.#running.delete(timer) || this.#current === undefined) return;
    if (timer === 'repeat') {
      // Doubles without a cap: each PRACK is sent once, whatever is repeated here.
      this.#gapMs *= 2;
      this.#start('repeat', this.#gapMs);
      this.sink.send(this, this.#current);
      return;
    }
    this.finish();
    this.sink.unacknowledged(this);
  }

  #start(timer: ReliableTimer, afterMs: number): void {
    this.#running.add(timer);
    this.sink.startTimer(this, timer, afterMs);
  }

  #stopAll(): void {
    for (const timer of [...this.#running]) {
      this.#running.delete(timer);
      this.sink.stopTimer(this, timer);
    }
  }
}
