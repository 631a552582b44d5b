import { detached } from '@entente/sip';
import { checkedBounds } from '../checked-bounds.ts';

/** How many passwords may be guessed. */
export interface GuessRules {
  /** Wrong passwords for one user from one address before it must wait. */
  readonly triesOfUserAtAddress: number;
  /** The same for one address, for all the users that it names and that have not authenticated there. */
  readonly triesOfAddress: number;
  /** The same for one user, from addresses at which the user has not authenticated. */
  readonly triesOfUser: number;
  /** Wrong passwords for one user on one connection on which the user has authenticated, that are looked at whatever has been guessed elsewhere. */
  readonly triesOnConnection: number;
  /** First wait in milliseconds; it doubles with each further wrong password. */
  readonly firstWaitMs: number;
  /**
   * Longest wait in milliseconds, and how long a count is kept after it. Of the wrong passwords for one user, one is forgotten in as long: who
   * stops short of the bound, waits and goes on tries no more in the long run than who is made to wait.
   */
  readonly longestWaitMs: number;
  /** Counts kept of each kind; the oldest is dropped for which nobody waits. */
  readonly maxCounts: number;
  /** Users at addresses where they have authenticated of whom that is known; the one of longest ago is forgotten. */
  readonly maxKnown: number;
}

/**
 * 5 wrong passwords for a user from one address, 50 from one address, 100 for a user; then a wait of 1 s that doubles up to 5 min. 3 on a connection
 * of the user before it waits with the others.
 */
export const defaultGuessRules: GuessRules = {
  triesOfUserAtAddress: 5,
  triesOfAddress: 50,
  triesOfUser: 100,
  triesOnConnection: 3,
  firstWaitMs: 1_000,
  longestWaitMs: 300_000,
  maxCounts: 10_000,
  maxKnown: 100_000,
};

/** For whom a password is tried: names are those of a realm, and the same name in another is somebody else. */
export interface GuessedUser {
  /** As claimed. */
  readonly username: string;
  /** Domain that the user would be of, lower case. */
  readonly realm: string;
}

/** Where a password is tried. */
export interface GuessPlace {
  /** Of the client. Addresses that one customer has count as one: see `addressGroup` of `@entente/tls`. */
  readonly address: string;
  /**
   * FQDN of the web services that name this address. They could name any, so what comes over them counts by itself; undefined where the client is
   * at the address by what this server or an edge has seen.
   */
  readonly over?: string | undefined;
  /** The connection, the same object each time, where this user has authenticated on it, with the password that counts. */
  readonly provenOn?: object | undefined;
}

/** Counts that are looked at for one that makes room. */
const lookedAt = 64;
/** Wrong passwords that are counted beyond those that are free: further ones change no wait, and are forgotten no later. */
const mostOver = 30;
/** Which users at addresses have authenticated longest ago is known to this precision. */
const orderMs = 1_000;

interface Count {
  /** With a fraction where a part is forgotten. */
  readonly wrong: number;
  /** Until then nothing is tried. */
  readonly until: number;
  /** When it may be forgotten. */
  readonly keptUntil: number;
}

/** A user at an address where the user has authenticated. */
interface KnownUser {
  /** Last time. */
  readonly at: number;
  /** Wrong passwords since then over web services. */
  readonly wrong: number;
}

/** How many wrong passwords are free, and how they are counted. */
interface Bound {
  readonly tries: number;
  /** Milliseconds in which one wrong password is forgotten; undefined: all of them together once the count is not kept any more. */
  readonly forgetsOneInMs?: number;
}

/**
 * Limits how fast passwords can be guessed. While somebody must wait, credentials are refused unseen: the right password too, so
 * that a guess is worth nothing. A user who has authenticated at an address is held up by wrong passwords for that user from there alone: not by
 * guesses from elsewhere, and not by those for others from an address that many share. At a new address a user waits with those who guess from
 * others: only the password distinguishes them.
 *
 * On a connection on which the user has authenticated, a few tries are looked at whatever has been guessed from the same address: so the registration
 * is refreshed. The right password gives them back to the connection, and forgives nobody else.
 *
 * Web services could name any address. Wrong passwords over them hold up who comes over the same ones from the same address, and with the others
 * each user at a new address, but no telephone that is known. In turn they wait for what was wrong over SIP from the address that they name.
 */
export class GuessLimit {
  readonly #rules: GuessRules;
  readonly #pairs = new Map<string, Count>();
  readonly #addresses = new Map<string, Count>();
  readonly #users = new Map<string, Count>();
  /**
   * The same for names that no user has: however many are invented, no count of a user makes room for them. So who tries a name from dozens of
   * addresses, and then ten thousand invented ones, can find out whether it is a user's: that is less than to guess on.
   */
  readonly #invented = new Map<string, Count>();
  /** Users at addresses where they have authenticated. */
  readonly #known = new Map<string, KnownUser>();
  /** Wrong passwords on connections of the users themselves, by name, since the last right one there. */
  readonly #onConnections = new WeakMap<object, Map<string, number>>();

  /**
   * @param rules - bounds, where they differ from {@link defaultGuessRules}
   * @throws SipArgumentError where one is misspelt, or not a number
   */
  constructor(rules: Partial<GuessRules> = {}) {
    this.#rules = {
      ...defaultGuessRules,
      ...checkedBounds(rules, Object.keys(defaultGuessRules), 'GuessLimit'),
    };
  }

  /**
   * How long credentials must not be looked at.
   * @param user - as claimed
   * @param place - where they come from
   * @param now - milliseconds since 1970
   * @returns milliseconds; 0 where they may be looked at now
   */
  waitMs(user: GuessedUser, place: GuessPlace, now: number): number {
    const name = nameOf(user);
    if (this.#mayTryOn(place.provenOn, name)) return 0;
    const { address } = place;
    const own = ownAddress(place);
    const ofAddress = Math.max(untilOf(this.#addresses, own), untilOf(this.#addresses, address));
    const ofUser = Math.max(untilOf(this.#users, name), untilOf(this.#invented, name));
    // Mostly nobody has guessed: then the pair, a text of its own, is not asked for.
    if (this.#pairs.size === 0 && ofAddress === 0 && ofUser === 0) return 0;
    const pair = pairOf(name, own);
    const ofPair = Math.max(untilOf(this.#pairs, pair), untilOf(this.#pairs, pairOf(name, address)));
    const until = this.#known.has(pair) ? ofPair : Math.max(ofPair, ofAddress, ofUser);
    return Math.max(0, until - now);
  }

  /**
   * A password was wrong, or there is no such user: a guess costs the same for both.
   * @param isUser - whether there is such a user
   */
  failed(user: GuessedUser, place: GuessPlace, now: number, isUser = true): void {
    const { longestWaitMs, triesOfAddress, triesOfUser, triesOfUserAtAddress } = this.#rules;
    const name = nameOf(user);
    const own = ownAddress(place);
    const pair = pairOf(name, own);
    this.#count(this.#pairs, pair, now, { tries: triesOfUserAtAddress });
    this.#count(this.#addresses, own, now, { tries: triesOfAddress });
    this.#failedOn(place.provenOn, name);
    const known = this.#known.get(pair);
    if (place.over === undefined) {
      if (known !== undefined) return;
    } else if (known !== undefined) this.#failedOver(pair, known);
    const counts = isUser ? this.#users : this.#invented;
    this.#count(counts, name, now, { tries: triesOfUser, forgetsOneInMs: longestWaitMs });
  }

  /** The password was right. */
  succeeded(user: GuessedUser, place: GuessPlace, now: number): void {
    const { provenOn } = place;
    const name = nameOf(user);
    const pair = pairOf(name, ownAddress(place));
    // It was looked at without a wait: if it forgave all others at the address, they would guess on after each refresh.
    if (provenOn === undefined) this.#pairs.delete(pair);
    else this.#onConnections.get(provenOn)?.delete(name);
    const before = this.#known.get(pair);
    // Those that authenticate with each request keep their place for a while.
    if (before?.wrong === 0 && now >= before.at && now - before.at < orderMs) return;
    this.#known.delete(pair);
    if (this.#known.size >= this.#rules.maxKnown) this.#known.delete(firstOf(this.#known));
    // A name is cut out of its message: it would keep the message whole.
    this.#known.set(detached(pair), { at: now, wrong: 0 });
  }

  #mayTryOn(connection: object | undefined, name: string): boolean {
    if (connection === undefined) return false;
    return (this.#onConnections.get(connection)?.get(name) ?? 0) < this.#rules.triesOnConnection;
  }

  #failedOn(connection: object | undefined, name: string): void {
    if (connection === undefined) return;
    const users = this.#onConnections.get(connection) ?? new Map<string, number>();
    users.set(detached(name), (users.get(name) ?? 0) + 1);
    this.#onConnections.set(connection, users);
  }

  /** Who comes over web services counts with all that guess for the user, and after a few waits with them: no time gives these tries back. */
  #failedOver(pair: string, { at, wrong }: KnownUser): void {
    if (wrong + 1 < this.#rules.triesOfUserAtAddress) this.#known.set(pair, { at, wrong: wrong + 1 });
    else this.#known.delete(pair);
  }

  #count(counts: Map<string, Count>, key: string, now: number, { forgetsOneInMs, tries }: Bound): void {
    const { firstWaitMs, longestWaitMs, maxCounts } = this.#rules;
    const wrong = Math.min(wrongBefore(counts.get(key), now, forgetsOneInMs) + 1, tries + mostOver);
    const over = Math.floor(wrong - tries);
    const wait = over < 0 ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** over);
    const keptMs = forgetsOneInMs === undefined ? longestWaitMs : wrong * forgetsOneInMs;
    counts.delete(key);
    if (counts.size >= maxCounts) dropOldest(counts, now);
    counts.set(detached(key), { wrong, until: now + wait, keptUntil: now + wait + keptMs });
  }
}

function nameOf({ realm, username }: GuessedUser): string {
  return `${realm}\0${username}`;
}

/** Under which wrong passwords from there are counted. */
function ownAddress({ address, over }: GuessPlace): string {
  return over === undefined ? address : `${over}\0${address}`;
}

function pairOf(name: string, address: string): string {
  return `${address}\0${name}`;
}

/** Wrong passwords of before that still count. */
function wrongBefore(last: Count | undefined, now: number, forgetsOneInMs: number | undefined): number {
  if (last === undefined || last.keptUntil < now) return 0;
  if (forgetsOneInMs === undefined) return last.wrong;
  return last.wrong - Math.max(0, now - last.until) / forgetsOneInMs;
}

function untilOf(counts: ReadonlyMap<string, Count>, key: string): number {
  return counts.get(key)?.until ?? 0;
}

/** A map keeps the order of insertion: the first key is the one that was counted longest ago. */
function firstOf(counts: ReadonlyMap<string, unknown>): string {
  for (const oldest of counts.keys()) return oldest;
  return '';
}

/** One for which somebody waits stays, and is as the latest: invented names would make it forgotten. */
function dropOldest(counts: Map<string, Count>, now: number): void {
  for (let i = 0; i < lookedAt; i++) {
    const key = firstOf(counts);
    const count = counts.get(key);
    counts.delete(key);
    if (count === undefined || count.until <= now) return;
    counts.set(key, count);
  }
  counts.delete(firstOf(counts));
}
