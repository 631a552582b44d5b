import type { SipResponse } from '@entente/sip';

/**
 * Where the registration of a user agent stands. From `register` to `register(0)` it is kept: what is lost is registered again.
 * @see RFC 3261 §10.2, RFC 5626 §4
 */
export type RegistrationState =
  /** Nobody has asked for one, or it was ended. */
  | { readonly state: 'unregistered' }
  /** The server is dialled and asked; requests to the user do not arrive. */
  | { readonly state: 'registering' }
  /** Requests to the user arrive. It comes again each time the registration was prolonged. */
  | {
      readonly state: 'registered';
      /** Milliseconds, by the clock of the user agent: when the registrar would forget it. */
      readonly until: number;
      /** Address and port of the server. */
      readonly server: { readonly address: string; readonly port: number } | undefined;
      readonly response: SipResponse;
    }
  /** The last attempt has failed of something that may pass. The next one is made at `retryAt`. */
  | {
      readonly state: 'waiting';
      /** Milliseconds, by the clock of the user agent. */
      readonly retryAt: number;
      /** Attempts that have failed in a row, at least 1. */
      readonly failures: number;
      /** What the last one failed of: an answer, or what was thrown. */
      readonly why: SipResponse | Error;
      /** Until when the registrar still knows the user on the connection that is up; undefined: requests do not arrive. */
      readonly until: number | undefined;
    }
  /** The registrar does not want this user, or not with this password: no further attempt is made. */
  | { readonly state: 'refused'; readonly response: SipResponse };

/** Times of a user agent that stays registered, milliseconds. */
export interface StayTimings {
  /** Twice this, shortened by up to a half at random, is the wait after the first failure; it doubles with each further one. Default 30,000. */
  readonly baseMs: number;
  /** The longest wait. Default 1,800,000. */
  readonly maxMs: number;
  /**
   * The longest time between two keep-alives, and shorter where the server's Flow-Timer is; each comes up to a fifth earlier, at random. A
   * server whose machine loses power says nothing, so this is how long it takes until the client looks. Default 2,000; where a battery is to
   * be spared, 840,000, which leaves it to the server.
   */
  readonly pingMs: number;
  /**
   * How long the server has to answer a keep-alive; longer, up to 10,000, where its last answers took long. After that the connection is
   * closed, and another server tried. Default 1,500.
   */
  readonly pongMs: number;
}

/** Pauses as RFC 5626 §4.5 has them; keep-alives that notice a dead server within 4 s, where §4.4.1 asks for 130. */
export const defaultStayTimings: StayTimings = {
  baseMs: 30_000,
  maxMs: 1_800_000,
  pingMs: 2_000,
  pongMs: 1_500,
};

/**
 * How long to wait before a flow is formed again that could not be formed, or did not last until its first keep-alive was answered.
 * @param failures - in a row, at least 1
 * @param random - 0 up to 1
 * @returns milliseconds: 50 to 100 % of the base time doubled for each failure
 * @see RFC 5626 §4.5
 */
export function recoveryDelayMs(
  failures: number,
  { baseMs, maxMs }: Pick<StayTimings, 'baseMs' | 'maxMs'>,
  random: number,
): number {
  const longest = Math.min(maxMs, baseMs * 2 ** Math.min(failures, 30));
  return longest * (0.5 + random / 2);
}
