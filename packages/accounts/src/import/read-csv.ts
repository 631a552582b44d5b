import { anyText } from '@entente/options';
import type { DigestAlgorithm } from '@entente/sip';
import type { Account, AccountRight, AccountState } from '../account.ts';
import { parseAccountAddress } from '../address.ts';
import { checks } from '../fault.ts';
import { refuse } from '../refusal.ts';
import { fewestPasswordCharacters, verifiersOf } from '../verifiers.ts';
import { AccountCollector, type AccountDefaults, type AccountsRead, type Refused } from './account-texts.ts';
import { checkDefaults } from './check-import.ts';
import { LinesOfPieces, type TextLine } from './line-splitter.ts';

/** Columns with verifiers, and their algorithms. */
const verifierColumns: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['ha1-sha-256', 'SHA-256'],
  ['ha1-sha-512-256', 'SHA-512-256'],
  ['ha1-md5', 'MD5'],
]);
const columns = ['address', 'password', ...verifierColumns.keys(), 'home', 'state', 'number', 'rights'];
/** Characters of one line. */
const maxLineLength = 16_384;

/**
 * Reads accounts from comma-separated values (RFC 4180). The first line names the columns, in any order: `address`; `password` in plain
 * text, or `ha1-sha-256`, `ha1-sha-512-256` and `ha1-md5`; `home`; `state`, `enabled` or `disabled`; and `rights`, divided by spaces. Only
 * `address` must be there, what is empty counts as absent but for a password, which must be given where there is a column for it, and no
 * value has a line break. A password has {@link fewestPasswordCharacters} characters or more. Of a password only the verifier for SHA-256 is kept.
 * @param text - at most 134,217,728 characters, 1,000,000 accounts
 * @param defaults - what accounts have whose line does not say otherwise
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where an argument is of another kind, e.g. bytes
 * @see RFC 4180 §2
 */
export function readAccountsCsv(text: string, defaults: AccountDefaults = {}): AccountsRead {
  checks.argument(text, anyText, 'first argument of readAccountsCsv', takesText);
  const reader = new CsvReader(defaults);
  reader.add(text);
  return reader.end();
}

/**
 * Reads the same from a text that comes in pieces, of which no more is kept than a line.
 * @param pieces - of the text, e.g. of a file; none is read after what refuses the whole text
 * @param defaults - what accounts have whose line does not say otherwise
 * @throws what reading the pieces throws; AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` where an argument is of another kind, e.g. a stream of bytes
 */
export async function readAccountsCsvPieces(
  pieces: AsyncIterable<string>,
  defaults: AccountDefaults = {},
): Promise<AccountsRead> {
  if (typeof pieces !== 'string' && !isIterable(pieces))
    throw checks.unlike(pieces, 'pieces of a text', 'first argument of readAccountsCsvPieces', takesPieces);
  const reader = new CsvReader(defaults);
  for await (const piece of pieces) if (!reader.add(piece)) break;
  return reader.end();
}

const takesText = "give the text, e.g. readFileSync(path, 'utf8'): without an encoding it gives bytes";
const takesPieces = "give texts one after the other, e.g. createReadStream(path, { encoding: 'utf8' })";

function isIterable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value)
  );
}

class CsvReader {
  readonly #defaults: AccountDefaults;
  readonly #lines = new LinesOfPieces(maxLineLength);
  #collector = new AccountCollector();
  #names: readonly string[] | undefined;
  #number = 0;
  #length = 0;
  /** Whether the whole text is refused. */
  #isOver = false;

  constructor(defaults: AccountDefaults) {
    checkDefaults(defaults);
    this.#defaults = defaults;
  }

  /** @returns whether more is wanted */
  add(piece: string): boolean {
    checks.argument(piece, anyText, 'piece of a text with accounts', takesPieces);
    this.#length += piece.length;
    const whole = new AccountCollector();
    if (whole.refuseLength(this.#length)) {
      // It may be any text: nothing of it counts.
      this.#collector = whole;
      this.#isOver = true;
    }
    if (!this.#isOver) this.#take(this.#lines.add(piece));
    return !this.#isOver;
  }

  end(): AccountsRead {
    if (!this.#isOver) this.#take(this.#lines.end());
    if (!this.#isOver && this.#names === undefined) {
      const expected = 'a line with the names of the columns';
      this.#collector.refuse(1, refuse('field-invalid', { field: 'address', expected }));
    }
    return this.#collector.result();
  }

  #take(lines: Iterable<TextLine>): void {
    const [collector, defaults] = [this.#collector, this.#defaults];
    for (const { text: line } of lines) {
      this.#number++;
      if (line === '') continue;
      const values = valuesOf(line);
      if (this.#names !== undefined) {
        const read =
          typeof values === 'string' ? malformed(values) : accountOf(this.#names, values, defaults);
        collector.add(this.#number, read);
        continue;
      }
      // Other programs write their first letter as a capital.
      const names = typeof values === 'string' ? [] : values.map((name) => name.trim().toLowerCase());
      const wrong = typeof values === 'string' ? malformed(values) : refuseNames(names);
      if (wrong !== undefined) {
        collector.refuse(this.#number, wrong);
        this.#isOver = true;
        return;
      }
      this.#names = names;
    }
  }
}

const malformed = (detail: string): Refused => refuse('text-malformed', { detail });
/** What stands in a text for bytes that are not UTF-8: no name or password has it. */
const notUtf8 = '\uFFFD';

/**
 * The values of a line. No value goes over the end of its line: none of ours has a line break, and so one wrong quote spoils one line.
 * @returns what is wrong with a line that is malformed
 */
function valuesOf(line: string): readonly string[] | string {
  if (line.length > maxLineLength) return `more than ${maxLineLength} characters`;
  if (line.includes(notUtf8)) return 'bytes that are not UTF-8: save the file as UTF-8';
  const values: string[] = [];
  const next = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  for (;;) {
    const match = next.exec(line);
    if (match === null) return 'a quote that is not closed or stands inside a value';
    const [, quoted, plain = '', end] = match;
    values.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return values;
  }
}

/** What other programs put between values, with its name. */
const separators: ReadonlyMap<string, string> = new Map([
  [';', 'semicolons'],
  ['\t', 'tabs'],
]);

function refuseNames(names: readonly string[]): Refused | undefined {
  const [, named] = /^sep=(.?)/.exec(names.join(',')) ?? [];
  if (named !== undefined) {
    const found = separators.get(named);
    const values =
      found === undefined ? '' : `, and separate the values of every line with commas, not ${found}`;
    return refuse('field-invalid', {
      field: 'line',
      expected: `the names of the columns, found the line sep= of a spreadsheet; remove it${values}`,
    });
  }
  for (const [separator, name] of separators) {
    if (!names.some((text) => columns.includes(text.split(separator)[0] ?? '') && text.includes(separator)))
      continue;
    return refuse('field-invalid', {
      field: 'line',
      expected: `names of columns that are separated with commas, found ${name}; separate the values of every line with commas`,
    });
  }
  const unknown = names.find((name, index) => !columns.includes(name) || names.indexOf(name) !== index);
  if (unknown !== undefined) {
    return refuse('field-invalid', {
      field: unknown,
      expected: `columns of ${columns.join(', ')}, each once`,
    });
  }
  if (!names.includes('address'))
    return refuse('field-invalid', { field: 'address', expected: 'this column' });
  const hasBoth = names.includes('password') && names.some((name) => verifierColumns.has(name));
  return hasBoth
    ? refuse('field-invalid', { field: 'password', expected: 'either passwords or verifiers, not both' })
    : undefined;
}

function accountOf(
  names: readonly string[],
  values: readonly string[],
  defaults: AccountDefaults,
): Account | Refused {
  if (values.length !== names.length) {
    const expected = `${names.length} values as the first line has, found ${values.length}`;
    return refuse('field-invalid', { field: 'line', expected });
  }
  const fields = new Map(names.map((name, index) => [name, values[index] as string]));
  const value = (name: string): string | undefined => fields.get(name) || undefined;
  const parsed = parseAccountAddress(fields.get('address') ?? '');
  if (!parsed.ok) return parsed;
  const { address } = parsed.value;
  const password = value('password');
  if (fields.has('password') && password === undefined) {
    const expected = 'a password; leave the column out for users who have none yet';
    return refuse('field-invalid', { field: 'password', expected });
  }
  if (password !== undefined && [...password].length < fewestPasswordCharacters) {
    const expected = `a password of at least ${fewestPasswordCharacters} characters`;
    return refuse('field-invalid', { field: 'password', expected });
  }
  const verifiers: Partial<Record<DigestAlgorithm, string>> = {};
  for (const [column, algorithm] of verifierColumns) {
    const ha1 = value(column);
    if (ha1 !== undefined) verifiers[algorithm] = ha1;
  }
  const home = value('home') ?? defaults.home;
  const number = value('number');
  return {
    address,
    verifiers: (password === undefined ? undefined : verifiersOf(address, password)) ?? verifiers,
    ...(home === undefined ? {} : { home }),
    ...(number === undefined ? {} : { number }),
    // What is not one of the words is refused by the check of the account.
    state: (value('state') ?? 'enabled') as AccountState,
    rights: (value('rights')?.split(' ') as AccountRight[] | undefined) ?? defaults.rights ?? [],
  };
}
