/**
 * Shows on one line of a terminal how far a long command is. A program that reads the answer has no use for it: it is shown on stderr, on a
 * terminal alone, and not where the answer is JSON.
 */
export class Progress implements Disposable {
  readonly #isShown: boolean;
  /** Characters of what stands on the line. */
  #length = 0;

  /** @param json - whether the answer is JSON */
  constructor(json: boolean | undefined) {
    this.#isShown = json !== true && process.stderr.isTTY === true;
  }

  /** Replaces what stands on the line. @param text - of ours alone: no name that somebody has chosen */
  show(text: string): void {
    if (!this.#isShown) return;
    process.stderr.write(`\r${text.padEnd(this.#length)}`);
    this.#length = text.length;
  }

  /** Leaves it there: what follows begins on the next line. */
  [Symbol.dispose](): void {
    if (this.#length > 0) process.stderr.write('\n');
    this.#length = 0;
  }
}
