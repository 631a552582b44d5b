import { skipSpace } from '../syntax/characters.ts';
import { findComma } from '../syntax/quoted.ts';
import { unfold } from '../syntax/text.ts';
import { FOLDED, STRIDE } from './head-index.ts';
import { UNKNOWN, VIA } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';
import type { Line, WrittenLine } from './written-line.ts';

/** The lines of an edited message, in order: the place where any change can be made. */
export class EditedLines {
  readonly lines: Line[] = [];
  readonly #message: SipMessage;

  /** @param message - As it was. */
  constructor(message: SipMessage) {
    this.#message = message;
    const count = message.head.lines.length;
    for (let i = 0; i < count; i += STRIDE) this.lines.push(i);
  }

  /** Replaces the first line of the same name where it stands and removes the others, or adds the line at the end. */
  set(line: WrittenLine): void {
    const first = this.indexOf(line.id, line.lowerName, 0);
    if (first === -1) {
      this.lines.push(line);
      return;
    }
    this.lines[first] = line;
    this.#removeFrom(first + 1, line.id, line.lowerName);
  }

  /** Puts a line before the first of its name; where there is none, Via goes on top and others behind the Via fields. */
  prepend(line: WrittenLine): void {
    let at = this.indexOf(line.id, line.lowerName, 0);
    if (at === -1) at = line.id === VIA ? 0 : this.#afterVias();
    this.lines.splice(at, 0, line);
  }

  /** Puts a line behind the last of its name, or at the end. Looked for from the end, where one that was appended before stands. */
  append(line: WrittenLine): void {
    let last = this.lines.length - 1;
    while (last >= 0 && !this.#isOf(this.lines[last]!, line.id, line.lowerName)) last--;
    if (last === -1) this.lines.push(line);
    else this.lines.splice(last + 1, 0, line);
  }

  /** Removes all lines of a name. */
  remove(id: number, lowerName: string): void {
    this.#removeFrom(0, id, lowerName);
  }

  /** Removes or replaces what stands before the first comma of the first line of a name; the whole line where there is none. */
  changeFirstValue(id: number, lowerName: string, replacement: string | undefined): void {
    const at = this.indexOf(id, lowerName, 0);
    if (at === -1) return;
    const [label, value] = this.#partsOf(this.lines[at]!);
    const comma = findComma(value, 0, value.length);
    const rest = comma < value.length ? value.slice(comma + 1) : undefined;
    if (replacement === undefined && rest === undefined) {
      this.lines.splice(at, 1);
      return;
    }
    const start = skipSpace(value, 0, value.length);
    let text: string;
    if (replacement === undefined) text = rest!;
    else text = value.slice(0, start) + replacement + (rest === undefined ? '' : `,${rest}`);
    const nameLength = label.length - 1;
    this.lines[at] = { id, lowerName, nameLength, text: `${label}${text}\r\n`, via: undefined };
  }

  /** Where the first line of a name is, from a place on; -1 where there is none. */
  indexOf(id: number, lowerName: string, from: number): number {
    for (let i = from; i < this.lines.length; i++) if (this.#isOf(this.lines[i]!, id, lowerName)) return i;
    return -1;
  }

  /**
   * The header as wire text.
   *
   * @param startLine - Without CRLF; `undefined`: that of the message as it was.
   * @param body - What follows the empty line; `undefined`: what followed it in the message as it was, where that is small.
   */
  wire(startLine: string | undefined, body: string | undefined): string {
    const wire = this.#message.headerWire;
    const { lines, startLineEnd, bodyStart } = this.#message.head;
    // Runs of untouched neighbours are copied in one piece; the start line's run begins at 0.
    let out = '';
    let from = 0;
    let to = startLineEnd + 2;
    if (startLine !== undefined) {
      out = `${startLine}\r\n`;
      from = to;
    }
    for (const line of this.lines) {
      if (typeof line === 'number') {
        const start = lines[line]!;
        if (start !== to) {
          if (to !== from) out += wire.slice(from, to);
          from = start;
        }
        to = lines[line + 2]! + 2;
      } else {
        if (to !== from) out += wire.slice(from, to);
        from = to;
        out += line.text;
      }
    }
    if (body !== undefined) {
      if (to !== from) out += wire.slice(from, to);
      return `${out}\r\n${body}`;
    }
    const tail = bodyStart - 2;
    if (tail === to) return out + wire.slice(from);
    if (to !== from) out += wire.slice(from, to);
    return out + wire.slice(tail);
  }

  /** In one pass: many lines of a name cost no more than as many of others. */
  #removeFrom(from: number, id: number, lowerName: string): void {
    let kept = from;
    for (let at = from; at < this.lines.length; at++) {
      const line = this.lines[at]!;
      if (!this.#isOf(line, id, lowerName)) this.lines[kept++] = line;
    }
    this.lines.length = kept;
  }

  #isOf(line: Line, id: number, lowerName: string): boolean {
    const lineId = typeof line === 'number' ? this.#message.head.lines[line + 3]! & 0xff : line.id;
    return lineId === id && (id !== UNKNOWN || this.#lowerNameOf(line) === lowerName);
  }

  #lowerNameOf(line: Line): string {
    if (typeof line !== 'number') return line.lowerName;
    const lines = this.#message.head.lines;
    return this.#message.headerWire
      .slice(lines[line]!, lines[line + 1]! - 1)
      .trimEnd()
      .toLowerCase();
  }

  #afterVias(): number {
    let at = 0;
    for (let via = this.indexOf(VIA, '', 0); via !== -1; via = this.indexOf(VIA, '', via + 1)) at = via + 1;
    return at;
  }

  /** Name with colon, and value, of a line; folds are undone, because the line is about to be rewritten. */
  #partsOf(line: Line): [label: string, value: string] {
    if (typeof line !== 'number') {
      const colon = line.text.indexOf(':') + 1;
      return [line.text.slice(0, colon), line.text.slice(colon, -2)];
    }
    const lines = this.#message.head.lines;
    const wire = this.#message.headerWire;
    const label = wire.slice(lines[line]!, lines[line + 1]!);
    const value = wire.slice(lines[line + 1]!, lines[line + 2]!);
    return [label, (lines[line + 3]! & FOLDED) === 0 ? value : unfold(value)];
  }
}
