/** Milliseconds that the platform parses in one turn of the event loop, of all connections of a listener; from then on each has one piece. */
const turnMs = 5;

/** How long has been parsed in this turn of the event loop. */
export class ParsingTurn {
  readonly #now: () => number;
  #until: number | undefined;
  /** Counts turns in which something was parsed. */
  count = 0;

  /** @param now - milliseconds, of a clock that is never set */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Something is parsed: the turn begins with the first of it. */
  begin(): void {
    if (this.#until !== undefined) return;
    this.count++;
    this.#until = this.#now() + turnMs;
    setImmediate(() => {
      this.#until = undefined;
    });
  }

  /** Whether its time is used up. */
  get isOver(): boolean {
    return this.#until !== undefined && this.#now() >= this.#until;
  }
}
