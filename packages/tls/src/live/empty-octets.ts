/** Octets without data that a connection may bring at once. */
const burst = 65_536;
/** And in each second from then on: an idle connection that is kept alive has a tenth of it. */
const perSecond = 1_024;
/** And for each octet of data: a record of TLS 1.3 adds 22 octets to what it carries, so that one in which there are more than 352 pays for itself. */
const perOctetOfData = 1 / 16;
/**
 * Small records pay with two for each octet of data, so that one in which there are more than a dozen pays for itself, but with no more than this in a
 * second: 6,000 of them. Large records would pay for key updates otherwise, and take a processor by them.
 */
const perOctetOfFewData = 2;
const smallRecordsPerSecond = 131_072;

/** What {@link EmptyOctets} is made of. */
export interface EmptyOctetsOptions<T> {
  /** Octets that have come over a connection. */
  readonly came: (holder: T) => number;
  /** Octets of data that were in them. */
  readonly carried: (holder: T) => number;
  /** Milliseconds, of a clock that is never set. Default that of the process. */
  readonly now?: () => number;
}

interface Seen {
  came: number;
  carried: number;
  at: number;
  left: number;
}

/**
 * Finds connections over which TLS comes that carries nothing, such as key updates (RFC 8446 §4.6.3), each of which costs 17 µs: OpenSSL deals with them
 * before anybody else sees an octet, and answers, whether or not the peer reads.
 */
export class EmptyOctets<T extends object> {
  readonly #options: EmptyOctetsOptions<T>;
  readonly #now: () => number;
  readonly #seen = new WeakMap<T, Seen>();

  /** @param options - how it is known what has come over a connection */
  constructor(options: EmptyOctetsOptions<T>) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
  }

  /**
   * Looks at a connection. What came before the first look, the handshake, is not counted.
   * @param holder - the connection
   * @returns whether more has come without data than may
   */
  isOver(holder: T): boolean {
    const came = this.#options.came(holder);
    const carried = this.#options.carried(holder);
    const at = this.#now();
    const seen = this.#seen.get(holder);
    if (seen === undefined) {
      this.#seen.set(holder, { came, carried, at, left: burst });
      return false;
    }
    const data = carried - seen.carried;
    const empty = came - seen.came - data;
    const seconds = (at - seen.at) / 1_000;
    const earned = seconds * perSecond + earnedByData(data, seconds);
    // Earned before it is spent: both are of the same time.
    seen.left = Math.min(seen.left + earned - empty, burst);
    seen.came = came;
    seen.carried = carried;
    seen.at = at;
    return seen.left < 0;
  }
}

function earnedByData(data: number, seconds: number): number {
  return Math.min(data * perOctetOfFewData, data * perOctetOfData + seconds * smallRecordsPerSecond);
}
