import { skipSpace } from '../syntax/characters.ts';
import { EditedLines } from './edited-lines.ts';
import { FOLDED, type Head, STRIDE, VIA_BIT } from './head-index.ts';
import { repeated } from './head-problems.ts';
import { CONTENT_LENGTH, firstRepeatable, nameOfId, UNKNOWN, VIA } from './header-names.ts';
import type { SipMessage } from './sip-message.ts';
import type { WrittenLine } from './written-line.ts';

/** Sets the field of the line. */
const SET = 1;
/** Removes all fields of an id. */
const REMOVE = 2;
/** Puts the line before the first field of its name. */
const PREPEND = 3;
/** Puts the line in the place of the first field. */
const REPLACE = 4;

/** During {@link FewChanges.written}, for each id: the number of its change and one; -1 once the first field of a SET is written. */
const changeOf = new Int16Array(256);
/** The same for a line that stands before the first field of its name. */
const lineBefore = new Int16Array(256);
/** Offsets of the lines; a message gets a copy of its exact length. */
const work: number[] = [];

/**
 * Changes of which each concerns another name, as a proxy makes them to what it relays. They are kept as they come, and the message is
 * written in one walk over its lines, together with their offsets, so that nothing of it is read again. What does not fit in here goes
 * to {@link EditedLines}.
 */
export class FewChanges {
  readonly #message: SipMessage;
  readonly #kinds: number[] = [];
  readonly #ids: number[] = [];
  readonly #lines: (WrittenLine | undefined)[] = [];

  /** @param message - As it was. */
  constructor(message: SipMessage) {
    this.#message = message;
  }

  /** Each of these says whether the change fits; otherwise nothing is done. Where the Via fields end decides where others go. */
  set(line: WrittenLine): boolean {
    return line.id !== VIA && this.#add(SET, line.id, line);
  }

  remove(id: number): boolean {
    return id !== VIA && this.#add(REMOVE, id, undefined);
  }

  prepend(line: WrittenLine): boolean {
    if (line.id !== VIA) return this.#add(PREPEND, line.id, line);
    // Our own Via may stand above one that says where the request came from.
    const first = this.#ids.indexOf(VIA);
    if (first !== -1 && (this.#kinds[first] !== REPLACE || this.#ids.lastIndexOf(VIA) !== first))
      return false;
    this.#push(PREPEND, VIA, line);
    return true;
  }

  /** The topmost Via, where it has a field of its own. */
  replaceTopVia(value: string): boolean {
    const message = this.#message;
    const { lines } = message.head;
    const at = message.hasTopViaAlone ? message.find(VIA) : -1;
    if (at === -1 || (lines[at + 3]! & FOLDED) !== 0) return false;
    const { headerWire } = message;
    const start = lines[at + 1]!;
    const label = headerWire.slice(lines[at]!, skipSpace(headerWire, start, lines[at + 2]!));
    const nameLength = start - lines[at]! - 1;
    const line = { id: VIA, lowerName: '', nameLength, text: `${label}${value}\r\n`, via: undefined };
    return this.#add(REPLACE, VIA, line);
  }

  /** The same changes where any further one can be made. */
  listed(): EditedLines {
    const listed = new EditedLines(this.#message);
    for (const [i, kind] of this.#kinds.entries()) {
      const line = this.#lines[i];
      if (line === undefined) listed.remove(this.#ids[i]!, '');
      else if (kind === SET) listed.set(line);
      else if (kind === PREPEND) listed.prepend(line);
      else listed.lines[listed.indexOf(VIA, '', 0)] = line;
    }
    return listed;
  }

  /**
   * The message with the changes.
   *
   * @param startLine - Without CRLF; `undefined`: as it was.
   * @param uri - The Request-URI in `startLine`.
   */
  written(startLine: string | undefined, uri: string | undefined): SipMessage {
    const message = this.#message;
    const { head, headerWire } = message;
    const walk = new Walk(message, startLine);
    const top = this.#begin(walk);
    const homeless = this.#homeless();
    const lastVia = homeless.length === 0 ? -1 : lastOf(VIA, head);
    if (lastVia === -1) for (const line of homeless) walk.put(line);
    const before = head.lines;
    for (let i = 0; i < before.length; i += STRIDE) {
      const id = before[i + 3]! & 0xff;
      const above = lineBefore[id]!;
      if (above !== 0) {
        lineBefore[id] = 0;
        walk.put(this.#lines[above - 1]!);
      }
      const change = changeOf[id]!;
      if (change === 0) walk.keep(i);
      else if (change > 0) {
        const line = this.#lines[change - 1];
        if (line !== undefined) {
          walk.put(line);
          changeOf[id] = this.#kinds[change - 1] === SET ? -1 : 0;
        }
      }
      if (i === lastVia) for (const line of homeless) walk.put(line);
    }
    for (let i = 0; i < this.#ids.length; i++) {
      const id = this.#ids[i]!;
      if (this.#kinds[i] === SET && changeOf[id] === i + 1) walk.put(this.#lines[i]!);
      changeOf[id] = 0;
      lineBefore[id] = 0;
    }
    const { wire, head: moved } = walk.end(headerWire, head);
    const written =
      message.kind === 'request' ? message.withHead(wire, moved, uri) : message.withHead(wire, moved);
    if (top?.via !== undefined) written.knowTopVia(top.via);
    return written;
  }

  /** Notes the change of each id, and puts a Via on top of a message that has none. */
  #begin(walk: Walk): WrittenLine | undefined {
    let top: WrittenLine | undefined;
    for (let i = 0; i < this.#ids.length; i++) {
      const id = this.#ids[i]!;
      if (this.#kinds[i] !== PREPEND) changeOf[id] = i + 1;
      else {
        lineBefore[id] = i + 1;
        if (id === VIA) top = this.#lines[i];
      }
    }
    if (top !== undefined && (this.#message.head.present & VIA_BIT) === 0) walk.put(top);
    return top;
  }

  /** Lines that stand behind the Via fields, because there is no other of their name; the last one first. */
  #homeless(): readonly WrittenLine[] {
    let found: WrittenLine[] | undefined;
    for (let i = this.#ids.length - 1; i >= 0; i--) {
      const id = this.#ids[i]!;
      if (this.#kinds[i] !== PREPEND || id === VIA || this.#message.find(id) !== -1) continue;
      found ??= [];
      found.push(this.#lines[i]!);
    }
    return found ?? none;
  }

  #add(kind: number, id: number, line: WrittenLine | undefined): boolean {
    if (id === UNKNOWN || id === CONTENT_LENGTH || this.#ids.includes(id)) return false;
    this.#push(kind, id, line);
    return true;
  }

  #push(kind: number, id: number, line: WrittenLine | undefined): void {
    this.#kinds.push(kind);
    this.#ids.push(id);
    this.#lines.push(line);
  }
}

const none: readonly WrittenLine[] = [];

function lastOf(id: number, { lines }: Head): number {
  for (let i = lines.length - STRIDE; i >= 0; i -= STRIDE) if ((lines[i + 3]! & 0xff) === id) return i;
  return -1;
}

/** Writes the lines of a message one after the other: untouched neighbours in one piece. */
class Walk {
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
    } else if (id === firstRepeatable) this.#present |= VIA_BIT;
  }
}
