/** Bounds that are checked before anything is built. */
export interface YamlLimits {
  /** UTF-16 code units of the text. */
  readonly maxLength: number;
  readonly maxDepth: number;
  /** Scalars, mappings and sequences together. */
  readonly maxNodes: number;
  /** UTF-16 code units of one scalar. */
  readonly maxScalarLength: number;
}

/** Large enough for 5,000 servers, 10,000 partners with their roots and 100,000 users. */
export const yamlLimits: YamlLimits = {
  maxLength: 24 * 1024 * 1024,
  maxDepth: 16,
  maxNodes: 3_000_000,
  maxScalarLength: 64 * 1024,
};

/** Why reading stopped, and where. */
export class YamlError extends Error {
  readonly code: YamlErrorCode;
  readonly offset: number;
  readonly remedy: string;

  constructor(code: YamlErrorCode, offset: number, message: string, remedy: string) {
    super(message);
    this.code = code;
    this.offset = offset;
    this.remedy = remedy;
  }
}

/** Codes of unreadable text. */
export type YamlErrorCode =
  | 'document-too-large'
  | 'nesting-too-deep'
  | 'alias-not-allowed'
  | 'duplicate-field'
  | 'ambiguous-scalar'
  | 'syntax';

/** The places of the keys or items of one mapping or sequence. */
export interface ContainerPositions {
  readonly offset: number;
  /** Keys of a mapping, in order; empty for a sequence. */
  readonly keys: string[];
  /** Offset of each key, or of each item. */
  readonly starts: number[];
  /** Offset of each value, or of each item. */
  readonly values: number[];
}

/** The text and how far it is read. */
export class Cursor {
  readonly text: string;
  readonly limits: YamlLimits;
  /** Positions of every mapping and sequence read so far. */
  readonly positions = new Map<object, ContainerPositions>();
  pos: number;
  /** Where the first line begins: behind a byte order mark. */
  private readonly begin: number;
  private nodes = 0;

  constructor(text: string, limits: YamlLimits) {
    this.text = text;
    this.limits = limits;
    this.begin = text.startsWith('\uFEFF') ? 1 : 0;
    this.pos = this.begin;
  }

  /** The character `ahead` of the current one as a code unit, NaN at the end. */
  code(ahead = 0): number {
    return this.text.charCodeAt(this.pos + ahead);
  }

  get atEnd(): boolean {
    return this.pos >= this.text.length;
  }

  /** Column of an offset, from 0. */
  columnOf(offset: number): number {
    const line = this.text.lastIndexOf('\n', offset - 1) + 1;
    return offset - (line === 0 ? this.begin : line);
  }

  /** Counts a node before it is built. */
  enter(depth: number): void {
    if (depth > this.limits.maxDepth) {
      throw new YamlError(
        'nesting-too-deep',
        this.pos,
        `The text is nested more than ${this.limits.maxDepth} levels deep.`,
        'A topology is less than ten levels deep: check the indentation and the brackets.',
      );
    }
    this.nodes++;
    if (this.nodes > this.limits.maxNodes) {
      throw new YamlError(
        'document-too-large',
        this.pos,
        `The text has more than ${this.limits.maxNodes} values.`,
        'Remove what does not belong to the topology.',
      );
    }
  }

  /** Records where a container begins. */
  place(container: object): ContainerPositions {
    const positions = { offset: this.pos, keys: [], starts: [], values: [] };
    this.positions.set(container, positions);
    return positions;
  }

  /** Skips spaces on this line. */
  skipSpaces(): void {
    while (this.code() === space) this.pos++;
  }

  /** Skips spaces and a comment; true where nothing else is left on the line. */
  skipToLineEnd(): boolean {
    const before = this.pos;
    this.skipSpaces();
    if (this.code() === hash && (this.pos === this.begin || this.pos > before || this.isAfterBreak())) {
      const end = this.text.indexOf('\n', this.pos);
      this.pos = end === -1 ? this.text.length : end;
    }
    return this.atEnd || this.code() === newline;
  }

  /**
   * Skips blank and comment lines to the next content.
   * @returns whether a line ended on the way
   */
  skipBlankLines(): boolean {
    let crossed = false;
    while (this.skipToLineEnd() && !this.atEnd) {
      this.pos++;
      crossed = true;
    }
    return crossed;
  }

  syntax(message: string, remedy: string, offset = this.pos): YamlError {
    return new YamlError('syntax', offset, message, remedy);
  }

  private isAfterBreak(): boolean {
    return this.text.charCodeAt(this.pos - 1) === newline;
  }
}

export const newline = 0x0a;
export const space = 0x20;
export const hash = 0x23;
export const colon = 0x3a;
export const dash = 0x2d;
export const comma = 0x2c;
export const quote = 0x22;
export const apostrophe = 0x27;
export const openBracket = 0x5b;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const closeBrace = 0x7d;
export const backslash = 0x5c;
