/** A line of a text. */
export interface TextLine {
  /** Without its end. One that is too long is cut, and is still longer than what was allowed. */
  readonly text: string;
  /** Whether the text has an end of it: the last line may have been cut short. */
  readonly isEnded: boolean;
}

/** Divides a text that comes in pieces into its lines, which end with a line feed, or with a carriage return before it. */
export class LinesOfPieces {
  /** What is kept of a line: the carriage return that ends it is not one of its characters. */
  readonly #longest: number;
  #rest = '';
  #hasBegun = false;

  /** @param longest - characters of a line; of a longer one no more is kept than shows that it is */
  constructor(longest: number) {
    this.#longest = longest + 2;
  }

  /**
   * The lines that end in a piece.
   * @param piece - the next part of the text
   */
  *add(piece: string): Generator<TextLine> {
    // A mark of the order of octets is none of the text.
    let start = !this.#hasBegun && piece.startsWith('\uFEFF') ? 1 : 0;
    if (piece !== '') this.#hasBegun = true;
    for (let end = piece.indexOf('\n', start); end >= 0; end = piece.indexOf('\n', start)) {
      this.#keep(piece, start, end);
      yield { text: this.#take(), isEnded: true };
      start = end + 1;
    }
    this.#keep(piece, start, piece.length);
  }

  /** Whether the line that has not ended yet is too long already. */
  get isTooLong(): boolean {
    return this.#rest.length >= this.#longest;
  }

  /** The last line, where nothing ends it. */
  *end(): Generator<TextLine> {
    if (this.#rest !== '') yield { text: this.#take(), isEnded: false };
  }

  #keep(piece: string, start: number, end: number): void {
    const room = this.#longest - this.#rest.length;
    this.#rest += piece.slice(start, Math.min(end, start + room));
  }

  #take(): string {
    const line = this.#rest;
    this.#rest = '';
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
