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
   * The longest time between two keep-alives, where the server names none; each comes up to a fifth earlier, at random. Default 120,000;
   * 840,000 spares a battery.
   */
  readonly pingMs: number;
  /** How long the server has to answer a keep-alive. Default 10,000. */
  readonly pongMs: number;
}

/** As RFC 5626 §4.4.1 and §4.5 have them. */
export const defaultStayTimings: StayTimings = {
  baseMs: 30_000,
  maxMs: 1_800_000,
  pingMs: 120_000,
  pongMs: 10_000,
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
