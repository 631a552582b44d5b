import { parseRetryAfter, type SipResponse } from '@entente/sip';
import type { Clock } from '@entente/tls';
import { isCallersFault } from './callers-fault.ts';
import { type RegistrationState, recoveryDelayMs, type StayTimings } from './registration-state.ts';

/** What a {@link Registration} needs. */
export interface RegistrationParts {
  readonly clock: Clock;
  /** 0 (included) to 1 (excluded). */
  readonly random: () => number;
  readonly timings: StayTimings;
  /**
   * Connects if need be, and sends REGISTER.
   * @param expiresSec - seconds that are asked for; 0 removes the binding
   * @returns the final response
   * @throws what the dialling failed of, or `NoAnswerError`
   */
  readonly send: (expiresSec: number) => Promise<SipResponse>;
  /** Seconds that a 2xx grants our binding; undefined where it says nothing. */
  readonly granted: (response: SipResponse) => number | undefined;
  /** The server that the user agent is connected to; undefined: to none. */
  readonly server: () => { readonly address: string; readonly port: number } | undefined;
  /**
   * The binding is in force: keeps its flow alive.
   * @returns whether the server has agreed to answer, so that the flow is proven by its first answer only
   */
  readonly onGranted: (response: SipResponse) => boolean;
  readonly onState: (state: RegistrationState) => void;
  /** A later attempt has failed of what the caller gave: there is no further one. */
  readonly onFault: (error: unknown) => void;
}

interface Want {
  readonly expiresSec: number;
}

/** Milliseconds that a flow must last which takes the place of another one at once, where no keep-alive shows that it is good. */
const leastFlowMs = 30_000;
const shortestWaitMs = 500;

/**
 * Keeps a user registered: again at half of its time, at once where a flow breaks that was good, and after a while that grows where no flow
 * can be formed. Time, chance and what is sent are arguments.
 * @see RFC 3261 §10.2.4, RFC 5626 §4.2.2, §4.5
 */
export class Registration {
  readonly #parts: RegistrationParts;
  #state: RegistrationState = { state: 'unregistered' };
  /** What was asked for last; another object for each time. */
  #want: Want | undefined;
  #isAsking = false;
  /** Whether the flow that is up, or was up until now, has shown that it works. */
  #isProven = false;
  /** When the flow counts as good, where no keep-alive proves it and another one has failed a moment ago. */
  #goodAt = Number.POSITIVE_INFINITY;
  /** When a flow last took the place of another one at once. */
  #succeededAt = Number.NEGATIVE_INFINITY;
  #failures = 0;
  /** Until when the binding of the flow that is up is in force. */
  #until: number | undefined;
  #stopTimer: (() => void) | undefined;
  /** The REGISTER that is not answered yet. */
  #unanswered: Promise<SipResponse> | undefined;

  /** @param parts - time, chance, what is sent, who hears of it */
  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  /** Where it stands. */
  get state(): RegistrationState {
    return this.#state;
  }

  /** Whether what is lost is registered again. */
  get isKept(): boolean {
    return this.#want !== undefined;
  }

  /**
   * Registers, and keeps the registration from now on, also where the first attempt fails of something that may pass.
   * @param expiresSec - seconds to ask for, above 0
   * @returns the final response of the first attempt
   * @throws what it failed of; what the caller gave has ended it, where that is wrong
   */
  start(expiresSec: number): Promise<SipResponse> {
    this.#forget();
    this.#want = { expiresSec };
    return this.#attempt(this.#want);
  }

  /**
   * Removes the binding, and keeps nothing any more, whatever the answer is.
   * @returns the final response
   */
  async end(): Promise<SipResponse> {
    this.#forget();
    this.#until = undefined;
    try {
      return await this.#send(0);
    } finally {
      if (this.#want === undefined) this.#tell({ state: 'unregistered' });
    }
  }

  /** Keeps nothing any more; the server is not told. */
  abandon(): void {
    this.#forget();
    if (this.#state.state !== 'unregistered' && this.#state.state !== 'refused')
      this.#tell({ state: 'unregistered' });
  }

  /** The registrar may have forgotten the binding: it is registered now, and not when it is due. Nothing where none is kept. */
  refresh(): void {
    const want = this.#want;
    if (want === undefined || this.#isAsking) return;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#attemptLater(want);
  }

  /** The server has answered a keep-alive: the flow is good. */
  proven(): void {
    this.#isProven = true;
    this.#goodAt = Number.POSITIVE_INFINITY;
    this.#failures = 0;
  }

  /**
   * The connection has closed.
   * @param why - what is told where no new one is tried at once
   */
  lost(why: Error): void {
    this.#until = undefined;
    // The attempt that is under way hears of it by itself.
    if (this.#want === undefined || this.#isAsking) return;
    this.#failed(this.#want, why);
  }

  #forget(): void {
    this.#want = undefined;
    this.#isAsking = false;
    this.#failures = 0;
    this.#stopTimer?.();
    this.#stopTimer = undefined;
  }

  async #attempt(want: Want): Promise<SipResponse> {
    this.#isAsking = true;
    if (this.#until === undefined) this.#tell({ state: 'registering' });
    let response: SipResponse;
    try {
      response = await this.#send(want.expiresSec);
    } catch (error) {
      if (this.#want === want) {
        if (isCallersFault(error)) this.abandon();
        else this.#failed(want, error instanceof Error ? error : new Error(String(error)));
      }
      throw error;
    }
    if (this.#want === want) this.#answered(want, response);
    return response;
  }

  /** One after the other: the next one waits for the answer to the last, or for its end without one (RFC 3261 §10.2). */
  async #send(expiresSec: number): Promise<SipResponse> {
    while (this.#unanswered !== undefined) await this.#unanswered.catch(() => {});
    const sent = this.#parts.send(expiresSec);
    this.#unanswered = sent;
    try {
      return await sent;
    } finally {
      this.#unanswered = undefined;
    }
  }

  #answered(want: Want, response: SipResponse): void {
    const { status } = response;
    if (status < 300) this.#granted(want, response);
    else if (mayPass(status)) this.#failed(want, response);
    else {
      this.#forget();
      this.#until = undefined;
      this.#tell({ state: 'refused', response });
    }
  }

  #granted(want: Want, response: SipResponse): void {
    const { clock, granted, onGranted, server } = this.#parts;
    this.#isAsking = false;
    const at = server();
    if (at === undefined) {
      // It has closed behind its answer.
      this.#failed(want, new Error('the connection was lost after REGISTER was answered'));
      return;
    }
    const ms = (granted(response) ?? want.expiresSec) * 1_000;
    this.#until = clock.now() + ms;
    this.#again(want, Math.max(shortestWaitMs, ms / 2));
    if (!onGranted(response)) this.#seemsGood();
    this.#tell({ state: 'registered', until: this.#until, server: at, response });
  }

  /** No keep-alive will prove the flow: it counts as good, but not again and again where it closes behind each answer. */
  #seemsGood(): void {
    const now = this.#parts.clock.now();
    if (now - this.#succeededAt >= leastFlowMs) this.proven();
    else this.#goodAt = now + leastFlowMs;
  }

  #failed(want: Want, why: SipResponse | Error): void {
    this.#isAsking = false;
    const { clock, random, server, timings } = this.#parts;
    const isUp = server() !== undefined;
    if (!isUp) this.#until = undefined;
    if (this.#goodAt <= clock.now()) this.proven();
    this.#goodAt = Number.POSITIVE_INFINITY;
    if (this.#isProven && !isUp) {
      // A good flow has failed: its successor is formed at once.
      this.#isProven = false;
      this.#succeededAt = clock.now();
      this.#stopTimer?.();
      this.#stopTimer = undefined;
      this.#isAsking = true;
      // Once all others have heard of the loss.
      queueMicrotask(() => this.#attemptLater(want));
      this.#tell({ state: 'registering' });
      return;
    }
    this.#failures++;
    const told = why instanceof Error ? undefined : retryAfterMs(why);
    // A server that says 0 each time is not asked without a pause.
    let waitMs =
      told === undefined
        ? recoveryDelayMs(this.#failures, timings, random())
        : Math.max(told, this.#failures === 1 ? 0 : shortestWaitMs);
    // Where the binding still counts, there are attempts left before it ends.
    if (told === undefined && this.#until !== undefined)
      waitMs = Math.max(shortestWaitMs, Math.min(waitMs, (this.#until - clock.now()) / 2));
    this.#again(want, waitMs);
    this.#tell({
      state: 'waiting',
      retryAt: clock.now() + waitMs,
      failures: this.#failures,
      why,
      until: this.#until,
    });
  }

  #again(want: Want, afterMs: number): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#parts.clock.after(afterMs, () => {
      this.#stopTimer = undefined;
      this.#attemptLater(want);
    });
  }

  /** What it fails of is in the state, where there is another attempt. */
  #attemptLater(want: Want): void {
    if (this.#want !== want) return;
    this.#attempt(want).catch((error) => {
      if (isCallersFault(error)) this.#parts.onFault(error);
    });
  }

  #tell(state: RegistrationState): void {
    if (state.state === 'registering' && this.#state.state === 'registering') return;
    this.#state = state;
    this.#parts.onState(state);
  }
}

/** Whether an attempt later may succeed: the server is busy or unwell, and has nothing against the user. */
function mayPass(status: number): boolean {
  if (status >= 500 && status < 600) return status !== 501 && status !== 505 && status !== 513;
  return status === 408 || status === 430 || status === 480;
}

/** What the server says of when to try again; 0 means at once (RFC 5626 §4.2.1). */
function retryAfterMs(response: SipResponse): number | undefined {
  const value = response.get('Retry-After');
  const parsed = value === undefined ? undefined : parseRetryAfter(value);
  return parsed?.ok === true ? parsed.value.seconds * 1_000 : undefined;
}
