/** The lines of what comes in chunks. Each character is looked at once and copied once, however small the chunks are that a line comes in. */
export class LineSplitter {
  #begun: string[] = [];
  #waiting = 0;

  /** Characters of the line whose end has not come. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Reads on.
   * @param chunk - what has come
   * @returns lines that are complete now, without their line feeds
   */
  take(chunk: string): readonly string[] {
    const [first = '', ...others] = chunk.split('\n');
    this.#begun.push(first);
    const rest = others.pop();
    if (rest === undefined) {
      this.#waiting += first.length;
      return [];
    }
    const line = this.#begun.join('');
    this.#begun = [rest];
    this.#waiting = rest.length;
    return [line, ...others];
  }
}
