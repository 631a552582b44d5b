import { callback, type Rule } from '@entente/options';
import { amount, checkArgument, checks } from '../options/option-rules.ts';
import { FairShare } from './fair-share.ts';
import { RegistrationPace } from './registration-pace.ts';

/** What a request is for; the later ones are refused first. */
export type RequestUrgency =
  /** Something that is under way already: it has our token for its dialog, or is what the servers of a pool tell each other. */
  | 'in-dialog'
  /** Something new. */
  | 'new'
  /** REGISTER of a client that nobody reaches without it. */
  | 'first-registration'
  /** REGISTER of a client that has registered: its binding is still in force. */
  | 'refresh';

/** A request that is asked about. */
export interface AskedRequest {
  /** What the request is for, as far as its header shows. */
  readonly urgency: RequestUrgency;
  /** Who sends it, as far as that is known without proof: the name of a ledger, or an address behind an edge. */
  readonly peer: string;
}

/** When a server counts as overloaded. */
export interface OverloadRules {
  /** Milliseconds that what has arrived may wait. */
  readonly targetMs: number;
  /** Milliseconds for which the delay is above the target before anything is refused. */
  readonly intervalMs: number;
  /** Milliseconds of a turn, on a processor, that are given to new work. */
  readonly newMs: number;
  /** Milliseconds without a refusal, and with a delay below the target, after which nothing is asked any more. */
  readonly holdMs: number;
  /** New requests of modest peers that each turn takes, however long it has lasted. */
  readonly leastNewPerTurn: number;
  /** Milliseconds after it for which clients that register are spread: they would all come back at the same time. */
  readonly spreadMs: number;
}

/**
 * 200 ms for half a second: less than anybody notices in SIP, more than a busy machine takes for other programs, and more than 10,000 clients
 * that register at once let others wait. Then 10 ms of each turn for new work: with what follows from it in the turns after it these take some
 * 30 ms, so that few calls are under way at once, and little of what they leave outlives the young garbage. Over after a second, and clients are
 * spread for a minute.
 */
export const defaultOverloadRules: OverloadRules = {
  targetMs: 200,
  intervalMs: 500,
  newMs: 10,
  holdMs: 1_000,
  leastNewPerTurn: 32,
  spreadMs: 60_000,
};

const needed = amount('give all of them, for example { ...defaultOverloadRules, targetMs: 300 }');
const ruleOf: { readonly [name in keyof OverloadRules]: Rule } = {
  targetMs: needed,
  intervalMs: needed,
  newMs: needed,
  holdMs: needed,
  leastNewPerTurn: needed,
  spreadMs: needed,
};

/**
 * Of the time for new work, and for what is in dialogs of the target, the time of a turn after which a request is refused, and the same for a
 * peer that sends more than others.
 */
const partOfTurn: Readonly<Record<RequestUrgency, readonly [modest: number, beyond: number]>> = {
  'in-dialog': [Number.POSITIVE_INFINITY, 4],
  new: [1, 1 / 2],
  'first-registration': [1 / 2, 1 / 4],
  refresh: [1 / 4, 1 / 4],
};

/** Shortest sleep of the loop that says that nothing was left to do, milliseconds. */
const sleepMs = 1;

/**
 * Decides what is refused while a server has more to do than it can. As in CoDel (RFC 8289) a delay that lasts is what counts, not its
 * height: what comes at once and is read within a moment is served. Once the delay has been above the target for an interval, each turn of
 * the loop takes new work for a moment, and refuses what comes behind it. Then a turn lasts as long as what follows from that, whatever
 * comes, and all of the processor that refusals leave goes into work that ends well.
 *
 * Nothing is measured for each message, and nothing is asked as long as the delay is short.
 */
export class OverloadControl {
  readonly #rules: OverloadRules;
  readonly #worked: (() => number) | undefined;
  readonly #shares = new FairShare();
  readonly #pace = new RegistrationPace();
  #begunAt = Number.NEGATIVE_INFINITY;
  /** What had been worked when this turn came to read. */
  #workedBefore = 0;
  /** What is known to be worked since. */
  #workedSince = 0;
  #newInTurn = 0;
  #isModest = true;
  /** Since when the delay has been above the target without a break. */
  #aboveSince: number | undefined = undefined;
  #isOverloaded = false;
  #overloads = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #refusedAt = Number.NEGATIVE_INFINITY;
  readonly #refusals: Record<RequestUrgency, number> = {
    'in-dialog': 0,
    new: 0,
    'first-registration': 0,
    refresh: 0,
  };

  /**
   * @param rules - target and times
   * @param worked - tells for how long a processor has worked for this process, milliseconds: what others have of it meanwhile is not taken from
   *   the time for new work. Default: all time that passes counts
   */
  constructor(rules: OverloadRules = defaultOverloadRules, worked?: () => number) {
    checks.options(rules, ruleOf, 'OverloadControl');
    checkArgument(worked, callback, 'worked', 'OverloadControl');
    this.#rules = rules;
    this.#worked = worked;
  }

  /** Whether requests have to be asked about. */
  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** Whether the last request that was asked about is of a peer that sends no more than its share. */
  get isModest(): boolean {
    return this.#isModest;
  }

  /** How many times it has become overloaded. */
  get overloads(): number {
    return this.#overloads;
  }

  /** How many requests of each kind it has not admitted. */
  get refusals(): Readonly<Record<RequestUrgency, number>> {
    return this.#refusals;
  }

  /**
   * The first bytes of a turn have come.
   * @param delayMs - the longest that anything has waited
   * @param sleptMs - for how long the loop has slept since the turn before
   * @param now - milliseconds, never set back
   */
  turn(delayMs: number, sleptMs: number, now: number): void {
    this.reads(now);
    this.#newInTurn = 0;
    const { holdMs, intervalMs, targetMs } = this.#rules;
    if (delayMs <= targetMs || sleptMs > sleepMs) this.#aboveSince = undefined;
    else this.#aboveSince ??= now;
    if (this.#aboveSince !== undefined) {
      if (!this.#isOverloaded && now - this.#aboveSince >= intervalMs) this.#begin();
    } else if (this.#isOverloaded && now - this.#refusedAt >= holdMs) {
      this.#isOverloaded = false;
      this.#endedAt = now;
      this.#shares.clear();
    }
  }

  /**
   * A turn goes on: what has come meanwhile waits for its end. Where three times as much comes as is possible, each turn lasts three times as
   * long as the one before, and the third one above the target would take in what is not done in ten seconds.
   * @param now - milliseconds, never set back
   */
  goesOn(now: number): void {
    const { intervalMs, targetMs } = this.#rules;
    const late = now - this.#begunAt - targetMs;
    if (this.#isOverloaded || late <= 0) return;
    this.#aboveSince ??= now - late;
    if (now - this.#aboveSince >= intervalMs) this.#begin();
  }

  #begin(): void {
    this.#isOverloaded = true;
    // Of this turn it is not known: it counts by the clock.
    this.#workedSince = Number.POSITIVE_INFINITY;
    this.#overloads++;
  }

  /**
   * All that was ready has handed over its bytes, and is read now. What the loop has done meanwhile, such as the handshakes of others, takes
   * nothing from the time for new work.
   * @param now - milliseconds, never set back
   */
  reads(now: number): void {
    this.#begunAt = now;
    this.#workedSince = 0;
    if (this.#isOverloaded) this.#workedBefore = this.#worked?.() ?? 0;
  }

  /**
   * Whether a turn has used up a time. Where other programs have the processor, or a quota of the process is spent, more passes than is worked.
   * @param givenMs - the time
   */
  #isOver(givenMs: number, now: number): boolean {
    if (now - this.#begunAt <= givenMs) return false;
    if (this.#worked === undefined || this.#workedSince > givenMs) return true;
    this.#workedSince = this.#worked() - this.#workedBefore;
    return this.#workedSince > givenMs;
  }

  /**
   * Whether a request is worth the time; asked while the server is overloaded.
   * @param asked - what it is for, and who sends it
   * @param now - milliseconds, never set back
   */
  admits({ peer, urgency }: AskedRequest, now: number): boolean {
    const isBeyond = this.#shares.isBeyond(peer, now);
    this.#isModest = !isBeyond;
    const part = partOfTurn[urgency][isBeyond ? 1 : 0];
    if (urgency === 'new' && !isBeyond && ++this.#newInTurn <= this.#rules.leastNewPerTurn) return true;
    const givenMs = urgency === 'in-dialog' ? this.#rules.targetMs : this.#rules.newMs;
    if (!this.#isOver(part * givenMs, now)) {
      if (urgency === 'first-registration' || urgency === 'refresh') this.#pace.taken(now);
      return true;
    }
    this.#refusedAt = now;
    this.#refusals[urgency]++;
    return false;
  }

  /**
   * Of the time that a client asks to be registered for, the part that it gets: all of it, but during and after an overload a part at random,
   * so that those who came at once refresh at different times.
   * @param now - milliseconds, never set back
   * @param random - 0 up to 1
   * @returns above 0.5, at most 1
   */
  partOfExpires(now: number, random: number): number {
    return this.#isOverloaded || now - this.#endedAt < this.#rules.spreadMs ? 1 - random / 2 : 1;
  }

  /**
   * When a client is to come back whose REGISTER was not admitted.
   * @param now - milliseconds, never set back
   * @param random - 0 up to 1
   * @returns seconds for Retry-After
   */
  retryAfter(now: number, random: number): number {
    return this.#pace.retryAfter(now, random);
  }
}
