import type { ServerResponse } from 'node:http';

/** Answers that are being made or sent. */
export class AnswersUnderWay {
  readonly #answers = new Set<ServerResponse>();
  #onNone = (): void => {};

  /** @param outgoing - that has just begun */
  add(outgoing: ServerResponse): void {
    this.#answers.add(outgoing);
    outgoing.once('close', () => {
      this.#answers.delete(outgoing);
      if (this.#answers.size === 0) this.#onNone();
    });
  }

  /**
   * Waits until none is left.
   * @param withinMs - milliseconds, 0 or more
   * @returns false when the time was over before
   */
  async ended(withinMs: number): Promise<boolean> {
    if (this.#answers.size > 0) {
      let deadline: NodeJS.Timeout | undefined;
      await new Promise<void>((resolve) => {
        this.#onNone = resolve;
        deadline = setTimeout(resolve, withinMs);
      });
      clearTimeout(deadline);
      this.#onNone = () => {};
    }
    return this.#answers.size === 0;
  }
}
