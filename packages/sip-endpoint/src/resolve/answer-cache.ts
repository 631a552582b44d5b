import { detached } from '@entente/sip';

/** How long answers are kept, and how many. */
export interface AnswerCacheRules {
  /** Milliseconds that an answer is kept at the most, whatever its time to live. */
  readonly maxMs: number;
  /** Milliseconds for an answer whose time to live the resolver does not tell. */
  readonly unknownMs: number;
  /** Milliseconds that a name counts as having no records. */
  readonly negativeMs: number;
  /** Answers kept; the oldest makes room. */
  readonly maxAnswers: number;
}

/** Five minutes at the most, 30 s where the time to live is not known, 10 s for a name without records; 1,000 answers. */
export const defaultAnswerCacheRules: AnswerCacheRules = {
  maxMs: 300_000,
  unknownMs: 30_000,
  negativeMs: 10_000,
  maxAnswers: 1_000,
};

interface Answer<T> {
  readonly records: readonly T[];
  readonly until: number;
}

/**
 * Answers of DNS while they count: each question is asked once for all who wait for it, and again when its time is over. Time is an
 * argument.
 */
export class AnswerCache<T extends { readonly ttl?: number }> {
  readonly #rules: AnswerCacheRules;
  readonly #answers = new Map<string, Answer<T>>();
  readonly #asked = new Map<string, Promise<readonly T[]>>();

  /** @param rules - how long, and how many */
  constructor(rules: AnswerCacheRules = defaultAnswerCacheRules) {
    this.#rules = rules;
  }

  /** Answers that are kept. */
  get size(): number {
    return this.#answers.size;
  }

  /**
   * The records of a name: those that are kept, or else what asking gives.
   * @param name - in lower case
   * @param clock - milliseconds since 1970
   * @param ask - asks DNS
   * @returns no records where the name has none
   * @throws what `ask` throws, unless it says that there are no records
   */
  records(
    name: string,
    clock: () => number,
    ask: (name: string) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    const known = this.#answers.get(name);
    if (known !== undefined && clock() < known.until) return Promise.resolve(known.records);
    const asked = this.#asked.get(name);
    if (asked !== undefined) return asked;
    const answer = this.#ask(name, clock, ask).finally(() => this.#asked.delete(name));
    this.#asked.set(name, answer);
    return answer;
  }

  async #ask(
    name: string,
    clock: () => number,
    ask: (name: string) => Promise<readonly T[]>,
  ): Promise<readonly T[]> {
    let records: readonly T[] = [];
    try {
      records = await ask(name);
    } catch (error) {
      if (!saysNone(error)) throw error;
    }
    this.#keep(name, records, clock());
    return records;
  }

  #keep(name: string, records: readonly T[], now: number): void {
    const { maxAnswers, maxMs, negativeMs, unknownMs } = this.#rules;
    this.#answers.delete(name);
    let keptMs = records.length === 0 ? negativeMs : maxMs;
    for (const { ttl } of records)
      keptMs = Math.min(keptMs, ttl === undefined ? unknownMs : Math.max(0, ttl * 1_000));
    if (!(keptMs > 0)) return;
    if (this.#answers.size >= maxAnswers) {
      const [oldest] = this.#answers.keys();
      this.#answers.delete(oldest as string);
    }
    this.#answers.set(detached(name), { records, until: now + keptMs });
  }
}

/** Whether DNS knows that there are no records, rather than not knowing. */
function saysNone(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null)?.code;
  return code === 'ENOTFOUND' || code === 'ENODATA';
}
