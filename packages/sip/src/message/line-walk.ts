import { type Head, STRIDE, VIA_BIT } from './head-index.ts';
import { repeated } from './head-problems.ts';
import { CONTENT_LENGTH, firstRepeatable, nameOfId, UNKNOWN } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';
import type { WrittenLine } from './written-line.ts';

/** Offsets of the lines; a message gets a copy of its exact length. */
const work: number[] = [];

/** Writes the lines of a message one after the other, untouched neighbours in one piece, and notes where each of them is then. */
export class LineWalk {
  readonly #wire: string;
  readonly #before: readonly number[];
  readonly #startLineEnd: number;
  #out = '';
  /** What of the original is kept and not written yet. */
  #from = 0;
  #to: number;
  /** Where the next line begins. */
  #at: number;
  #count = 0;
  #present = 0;
  #repeatable = 0;
  #problem: Head['problem'];

  constructor({ head, headerWire }: SipMessage, startLine: string | undefined) {
    this.#wire = headerWire;
    this.#before = head.lines;
    this.#to = head.startLineEnd + 2;
    this.#startLineEnd = head.startLineEnd;
    if (startLine !== undefined) {
      this.#out = `${startLine}\r\n`;
      this.#from = this.#to;
      this.#startLineEnd = startLine.length;
    }
    this.#at = this.#startLineEnd + 2;
  }

  /** A line of the original. */
  keep(line: number): void {
    const before = this.#before;
    const start = before[line]!;
    const end = before[line + 2]!;
    const idAndFold = before[line + 3]!;
    if (start !== this.#to) {
      this.#flush();
      this.#from = start;
    }
    this.#to = end + 2;
    const moved = this.#at - start;
    this.#note(start + moved, before[line + 1]! + moved, end + moved, idAndFold);
  }

  /** A line that was written. */
  put({ id, nameLength, text }: WrittenLine): void {
    this.#flush();
    this.#from = this.#to;
    this.#out += text;
    const at = this.#at;
    this.#note(at, at + nameLength + 1, at + text.length - 2, id);
  }

  end(
    headerWire: string,
    { bodyStart, contentLength }: Head,
  ): { readonly wire: string; readonly head: Head } {
    const tail = bodyStart - 2;
    let wire: string;
    if (tail === this.#to) wire = this.#out + headerWire.slice(this.#from);
    else {
      this.#flush();
      wire = this.#out + headerWire.slice(tail);
    }
    const present = this.#present;
    return {
      wire,
      head: {
        startLineEnd: this.#startLineEnd,
        lines: work.slice(0, this.#count),
        bodyStart: this.#at + 2,
        contentLength: (present & (1 << CONTENT_LENGTH)) === 0 ? -1 : contentLength,
        present,
        repeatable: this.#repeatable,
        problem: this.#problem,
      },
    };
  }

  #flush(): void {
    if (this.#to !== this.#from) this.#out += this.#wire.slice(this.#from, this.#to);
  }

  #note(start: number, value: number, end: number, idAndFold: number): void {
    const at = this.#count;
    work[at] = start;
    work[at + 1] = value;
    work[at + 2] = end;
    work[at + 3] = idAndFold;
    this.#count = at + STRIDE;
    this.#at = end + 2;
    const id = idAndFold & 0xff;
    if (id < firstRepeatable) {
      const bit = 1 << id;
      if (id !== UNKNOWN && (this.#present & bit) !== 0) this.#problem ??= repeated(nameOfId(id));
      this.#present |= bit;
    } else {
      if (id === firstRepeatable) this.#present |= VIA_BIT;
      this.#repeatable |= 1 << (id & 31);
    }
  }
}
