import { malformedHeader, type Parsed, SipArgumentError } from '../syntax/problem.ts';
import { readBoundedNumber, readTokenWithParameters } from './token-with-parameters.ts';

/** Which side sends the refreshes: the one that sent the request, or the one that answered it. */
export type Refresher = 'uac' | 'uas';

/** The smallest session interval, in seconds (RFC 4028 §5). */
export const minSessionInterval = 90;

/**
 * The session interval of Session-Expires.
 *
 * @see RFC 4028 §4
 */
export class SessionExpires {
  /** Seconds, 0 to 2^32 - 1; what is below {@link minSessionInterval} may be refused with 422. */
  readonly interval: number;
  /** `undefined` where the request leaves it open. */
  readonly refresher: Refresher | undefined;

  /** @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the interval is not 0 to 2^32 - 1 whole seconds. */
  constructor(interval: number, refresher?: Refresher) {
    if (!(Number.isInteger(interval) && interval >= 0 && interval <= 0xffff_ffff)) {
      throw new SipArgumentError(
        `expected whole seconds, found ${interval}`,
        'Session-Expires',
        'give 0 to 4294967295',
      );
    }
    this.interval = interval;
    this.refresher = refresher;
  }

  /** The value as the header field has it, for example `1800;refresher=uac`. */
  toString(): string {
    return this.refresher === undefined ? `${this.interval}` : `${this.interval};refresher=${this.refresher}`;
  }
}

/**
 * Parses a Session-Expires value.
 *
 * @see RFC 4028 §4
 */
export function parseSessionExpires(text: string): Parsed<SessionExpires> {
  const read = readTokenWithParameters(text);
  const interval = readBoundedNumber(read?.token, 0xffff_ffff);
  const refresher = read?.parameters.get('refresher')?.toLowerCase();
  const known = refresher === undefined || refresher === 'uac' || refresher === 'uas';
  if (interval === undefined || !known) {
    return { ok: false, error: malformedHeader('Session-Expires', 'seconds;refresher=uac or uas', text) };
  }
  return { ok: true, value: new SessionExpires(interval, refresher as Refresher | undefined) };
}

/**
 * Parses a Min-SE value: seconds with optional parameters.
 *
 * @see RFC 4028 §5
 */
export function parseMinSE(text: string): Parsed<number> {
  const interval = readBoundedNumber(readTokenWithParameters(text)?.token, 0xffff_ffff);
  if (interval !== undefined) return { ok: true, value: interval };
  return { ok: false, error: malformedHeader('Min-SE', 'seconds', text) };
}
