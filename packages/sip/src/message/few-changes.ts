import { skipSpace } from '../syntax/characters.ts';
import { findComma } from '../syntax/quoted.ts';
import { EditedLines } from './edited-lines.ts';
import { FOLDED, type Head, STRIDE, VIA_BIT } from './head-index.ts';
import { CONTENT_LENGTH, UNKNOWN, VIA } from './header-names.ts';
import { LineWalk } from './line-walk.ts';
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
/** Removes the first field of an id. */
const REMOVE_FIRST = 5;

/** While a message is written, for each id: the number of its change and one; -1 once the first field of a SET is written. */
const changeOf = new Int16Array(256);
/** The same for a line that stands before the first field of its name. */
const lineBefore = new Int16Array(256);
/** The same: 1 where one of these two says something, or lines stand behind the last field. */
const isTouched = new Uint8Array(256);

/**
 * Changes of which each concerns another name, as a proxy makes them to what it relays. They are kept as they come, and the message is
 * written in one walk over its lines, together with their offsets, so that nothing of it is read again. What does not fit in here goes
 * to {@link EditedLines}.
 */
export class FewChanges {
  readonly #message: SipMessage;
  /** Id and kind of each. With room for what a proxy changes: it seldom grows. */
  readonly #changes: number[] = [0, 0, 0, 0, 0, 0];
  readonly #lines: (WrittenLine | undefined)[] = [
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ];
  #count = 0;

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
    for (let i = 0; i < this.#count; i++) {
      const change = this.#changes[i]!;
      if (idOf(change) === VIA && kindOf(change) !== REPLACE) return false;
    }
    this.#push(PREPEND, VIA, line);
    return true;
  }

  /** Removes the first value of a name, where it has a field of its own; there may be none. */
  removeFirstValue(id: number): boolean {
    if (id === VIA || id === UNKNOWN) return false;
    const { head, headerWire } = this.#message;
    const first = this.#message.find(id);
    if (first === -1) return !this.#has(id);
    const end = head.lines[first + 2]!;
    if ((head.lines[first + 3]! & FOLDED) !== 0) return false;
    const start = head.lines[first + 1]!;
    const comma = headerWire.indexOf(',', start);
    const isOne = comma === -1 || comma >= end || findComma(headerWire, start, end) === end;
    return isOne && this.#add(REMOVE_FIRST, id, undefined);
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
    for (let i = 0; i < this.#count; i++) {
      const id = idOf(this.#changes[i]!);
      const kind = kindOf(this.#changes[i]!);
      const line = this.#lines[i];
      if (kind === REMOVE_FIRST) listed.changeFirstValue(id, '', undefined);
      else if (line === undefined) listed.remove(id, '');
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
    const walk = new LineWalk(message, startLine);
    const top = this.#begin();
    if (top !== undefined && (head.present & VIA_BIT) === 0) walk.put(top);
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
        if (line !== undefined) walk.put(line);
        changeOf[id] = this.#after(change);
      }
      if (i === lastVia) for (const line of homeless) walk.put(line);
    }
    for (let i = 0; i < this.#count; i++) {
      const id = idOf(this.#changes[i]!);
      if (kindOf(this.#changes[i]!) === SET && changeOf[id] === i + 1) walk.put(this.#lines[i]!);
      changeOf[id] = 0;
      lineBefore[id] = 0;
      isTouched[id] = 0;
    }
    const { wire, head: moved } = walk.end(headerWire, head);
    const written =
      message.kind === 'request' ? message.withHead(wire, moved, uri) : message.withHead(wire, moved);
    if (top?.via !== undefined) written.knowTopVia(top.via);
    return written;
  }

  /**
   * The header with the changes as wire text, and the body where it follows there.
   *
   * @param startLine - Without CRLF; `undefined`: as it was.
   */
  wire(startLine: string | undefined): string {
    const { head, headerWire } = this.#message;
    // A line without a name is not among the lines: they are no longer neighbours of each other.
    if (head.problem !== undefined) return this.listed().wire(startLine, undefined);
    const { lines } = head;
    let from = startLine === undefined ? 0 : head.startLineEnd + 2;
    let out = startLine === undefined ? '' : `${startLine}\r\n`;
    const top = this.#begin();
    const homeless = this.#homeless();
    const lastVia = homeless.length === 0 ? -1 : lastOf(VIA, head);
    if (lastVia !== -1) isTouched[VIA] = 1;
    else if ((head.present & VIA_BIT) === 0 && (top !== undefined || homeless.length > 0)) {
      out += headerWire.slice(from, head.startLineEnd + 2);
      from = head.startLineEnd + 2;
      if (top !== undefined) out += top.text;
      for (const line of homeless) out += line.text;
    }
    for (let i = 0; i < lines.length; i += STRIDE) {
      const id = lines[i + 3]! & 0xff;
      if (isTouched[id] === 0) continue;
      const above = lineBefore[id]!;
      const change = changeOf[id]!;
      const start = lines[i]!;
      if ((above !== 0 || change !== 0) && start !== from) {
        out += headerWire.slice(from, start);
        from = start;
      }
      if (above !== 0) {
        lineBefore[id] = 0;
        out += this.#lines[above - 1]!.text;
      }
      if (change !== 0) {
        from = lines[i + 2]! + 2;
        if (change > 0) {
          const line = this.#lines[change - 1];
          if (line !== undefined) out += line.text;
          changeOf[id] = this.#after(change);
        }
      }
      if (i !== lastVia) continue;
      const end = lines[i + 2]! + 2;
      if (end !== from) out += headerWire.slice(from, end);
      from = end;
      for (const line of homeless) out += line.text;
    }
    const tail = head.bodyStart - 2;
    let isFlushed = false;
    for (let i = 0; i < this.#count; i++) {
      const id = idOf(this.#changes[i]!);
      if (kindOf(this.#changes[i]!) === SET && changeOf[id] === i + 1) {
        if (!isFlushed && from !== tail) out += headerWire.slice(from, tail);
        isFlushed = true;
        from = tail;
        out += this.#lines[i]!.text;
      }
      changeOf[id] = 0;
      lineBefore[id] = 0;
      isTouched[id] = 0;
    }
    isTouched[VIA] = 0;
    return out + headerWire.slice(from);
  }

  /** Notes the change of each id; returns the Via that goes on top. */
  #begin(): WrittenLine | undefined {
    let top: WrittenLine | undefined;
    for (let i = 0; i < this.#count; i++) {
      const id = idOf(this.#changes[i]!);
      isTouched[id] = 1;
      if (kindOf(this.#changes[i]!) !== PREPEND) changeOf[id] = i + 1;
      else {
        lineBefore[id] = i + 1;
        if (id === VIA) top = this.#lines[i];
      }
    }
    return top;
  }

  /** What is noted for an id once its first field was changed. */
  #after(change: number): number {
    const kind = kindOf(this.#changes[change - 1]!);
    if (kind === REMOVE) return change;
    return kind === SET ? -1 : 0;
  }

  /** Lines that stand behind the Via fields, because there is no other of their name; the last one first. */
  #homeless(): readonly WrittenLine[] {
    let found: WrittenLine[] | undefined;
    for (let i = this.#count - 1; i >= 0; i--) {
      const id = idOf(this.#changes[i]!);
      if (kindOf(this.#changes[i]!) !== PREPEND || id === VIA || this.#message.find(id) !== -1) continue;
      found ??= [];
      found.push(this.#lines[i]!);
    }
    return found ?? none;
  }

  #add(kind: number, id: number, line: WrittenLine | undefined): boolean {
    if (id === UNKNOWN || id === CONTENT_LENGTH || this.#has(id)) return false;
    this.#push(kind, id, line);
    return true;
  }

  #has(id: number): boolean {
    for (let i = 0; i < this.#count; i++) if (idOf(this.#changes[i]!) === id) return true;
    return false;
  }

  #push(kind: number, id: number, line: WrittenLine | undefined): void {
    const at = this.#count;
    this.#changes[at] = (id << 3) | kind;
    this.#lines[at] = line;
    this.#count = at + 1;
  }
}

const none: readonly WrittenLine[] = [];

function idOf(change: number): number {
  return change >> 3;
}

function kindOf(change: number): number {
  return change & 7;
}

function lastOf(id: number, { lines }: Head): number {
  for (let i = lines.length - STRIDE; i >= 0; i -= STRIDE) if ((lines[i + 3]! & 0xff) === id) return i;
  return -1;
}
