import { detached } from '@entente/sip';

/** How many passwords may be guessed. */
export interface GuessRules {
  /** Wrong passwords for one user from one address before it must wait. */
  readonly triesOfUserAtAddress: number;
  /** The same for one address, for all the users that it names and that have not authenticated there. */
  readonly triesOfAddress: number;
  /** The same for one user, from addresses at which the user has not authenticated. */
  readonly triesOfUser: number;
  /** First wait in milliseconds; it doubles with each further wrong password. */
  readonly firstWaitMs: number;
  /** Longest wait in milliseconds, and how long a count is kept after it. */
  readonly longestWaitMs: number;
  /** Counts kept of each kind; the oldest is dropped for which nobody waits. */
  readonly maxCounts: number;
  /** Users at addresses where they have authenticated of whom that is known; the one of longest ago is forgotten. */
  readonly maxKnown: number;
}

/** 5 wrong passwords for a user from one address, 50 from one address, 100 for a user; then a wait of 1 s that doubles up to 5 min. */
export const defaultGuessRules: GuessRules = {
  triesOfUserAtAddress: 5,
  triesOfAddress: 50,
  triesOfUser: 100,
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

/** Counts that are looked at for one that makes room. */
const lookedAt = 64;
/** Which users at addresses have authenticated longest ago is known to this precision. */
const orderMs = 1_000;

interface Count {
  readonly wrong: number;
  /** Until then nothing is tried. */
  readonly until: number;
  /** When it may be forgotten. */
  readonly keptUntil: number;
}

/**
 * Limits how fast passwords can be guessed. While somebody must wait, credentials are refused unseen: the right password too, so
 * that a guess is worth nothing. A user who has authenticated at an address is held up by wrong passwords for that user from there alone: not by
 * guesses from elsewhere, and not by those for others from an address that many share.
 */
export class GuessLimit {
  readonly #rules: GuessRules;
  readonly #pairs = new Map<string, Count>();
  readonly #addresses = new Map<string, Count>();
  readonly #users = new Map<string, Count>();
  /** Users at addresses where they have authenticated, with the time of it. */
  readonly #known = new Map<string, number>();

  /** @param rules - bounds, where they differ from {@link defaultGuessRules} */
  constructor(rules: Partial<GuessRules> = {}) {
    this.#rules = { ...defaultGuessRules, ...rules };
  }

  /**
   * How long credentials must not be looked at.
   * @param user - as claimed
   * @param address - of the peer
   * @param now - milliseconds since 1970
   * @returns milliseconds; 0 where they may be looked at now
   */
  waitMs(user: GuessedUser, address: string, now: number): number {
    const ofAddress = untilOf(this.#addresses, address);
    const ofUser = untilOf(this.#users, nameOf(user));
    // Mostly nobody has guessed: then the pair, a text of its own, is not asked for.
    if (this.#pairs.size === 0 && ofAddress === 0 && ofUser === 0) return 0;
    const pair = pairOf(user, address);
    const ofPair = untilOf(this.#pairs, pair);
    const until = this.#known.has(pair) ? ofPair : Math.max(ofPair, ofAddress, ofUser);
    return Math.max(0, until - now);
  }

  /** A password was wrong, or there is no such user. */
  failed(user: GuessedUser, address: string, now: number): void {
    const { triesOfAddress, triesOfUser, triesOfUserAtAddress } = this.#rules;
    const pair = pairOf(user, address);
    this.#count(this.#pairs, pair, triesOfUserAtAddress, now);
    this.#count(this.#addresses, address, triesOfAddress, now);
    if (!this.#known.has(pair)) this.#count(this.#users, nameOf(user), triesOfUser, now);
  }

  /** The password was right. */
  succeeded(user: GuessedUser, address: string, now: number): void {
    const pair = pairOf(user, address);
    this.#pairs.delete(pair);
    const before = this.#known.get(pair);
    // Those that authenticate with each request keep their place for a while.
    if (before !== undefined && now >= before && now - before < orderMs) return;
    this.#known.delete(pair);
    if (this.#known.size >= this.#rules.maxKnown) this.#known.delete(firstOf(this.#known));
    // A name is cut out of its message: it would keep the message whole.
    this.#known.set(detached(pair), now);
  }

  #count(counts: Map<string, Count>, key: string, tries: number, now: number): void {
    const { firstWaitMs, longestWaitMs, maxCounts } = this.#rules;
    const last = counts.get(key);
    const wrong = last === undefined || last.keptUntil < now ? 1 : last.wrong + 1;
    const wait = wrong < tries ? 0 : Math.min(longestWaitMs, firstWaitMs * 2 ** Math.min(wrong - tries, 30));
    counts.delete(key);
    if (counts.size >= maxCounts) dropOldest(counts, now);
    counts.set(detached(key), { wrong, until: now + wait, keptUntil: now + wait + longestWaitMs });
  }
}

function nameOf({ realm, username }: GuessedUser): string {
  return `${realm}\0${username}`;
}

function pairOf(user: GuessedUser, address: string): string {
  return `${address}\0${nameOf(user)}`;
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
