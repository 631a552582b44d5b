import { isAll, PARAMETER_VALUE, QUOTE, TOKEN, URI_PARAMETER } from '../syntax/characters.ts';
import { kindOf } from '../syntax/check-parts.ts';
import { checkName } from '../syntax/check-text.ts';
import { SipArgumentError } from '../syntax/problem.ts';
import { quote, unescapeQuoted } from '../syntax/text.ts';

/** What a parameter may be set to: text, a number, or `true` for a name that stands alone. */
export type ParameterValue = string | number | true;

/**
 * The `;name=value` parameters of a header field value or URI: immutable, in the order received, names compared
 * without regard to case.
 *
 * @see RFC 3261 §7.3.1, §19.1.1
 */
export class Parameters {
  /**
   * Each name in lower case, and behind it its value as it stands in the message (quotes and escapes included) or
   * `undefined` where there is only a name.
   */
  declare private readonly list: readonly (string | undefined)[];

  /** For this package; use `Parameters.from`. */
  constructor(list: readonly (string | undefined)[]) {
    this.list = list;
  }

  /**
   * Builds parameters from a record. Values that are not tokens are quoted.
   *
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where a name is not a token, or a value is none.
   */
  static from(values: Readonly<Record<string, ParameterValue | undefined>>): Parameters {
    return Parameters.ofRaw(values, (name, value) => [checkedName(name), written(name, value)]);
  }

  /** For this package: `write` gives name and value as they stand in a message. One pass, however many there are. */
  static ofRaw(
    values: Readonly<Record<string, ParameterValue | undefined>>,
    write: (name: string, value: ParameterValue) => readonly [string, string | undefined],
  ): Parameters {
    const all = new Map<string, string | undefined>();
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) continue;
      const [written, raw] = write(name, value);
      all.set(written.toLowerCase(), raw);
    }
    if (all.size === 0) return Parameters.none;
    const list: (string | undefined)[] = [];
    for (const [name, raw] of all) list.push(name, raw);
    return new Parameters(list);
  }

  /** The empty set. */
  static readonly none: Parameters = new Parameters([]);

  /** How many parameters there are. */
  get size(): number {
    return this.list.length / 2;
  }

  /** The names in lower case, in the order received. */
  get names(): readonly string[] {
    return this.list.filter((_, i) => i % 2 === 0) as string[];
  }

  /**
   * The value of a parameter with quotes removed.
   *
   * @param name - Any case.
   * @returns the empty text for a name without value, `undefined` where it is absent.
   */
  get(name: string): string | undefined {
    const index = this.find(name);
    if (index === -1) return undefined;
    const raw = this.list[index + 1];
    if (raw === undefined) return '';
    return raw.charCodeAt(0) === QUOTE ? unescapeQuoted(raw.slice(1, -1)) : raw;
  }

  /** The value as it stands in the message; `undefined` where the name is absent or has no value. */
  raw(name: string): string | undefined {
    const index = this.find(name);
    return index === -1 ? undefined : this.list[index + 1];
  }

  /** Says whether a name is present, with or without a value. */
  has(name: string): boolean {
    return this.find(name) !== -1;
  }

  /** Names (lower case) with values, quotes removed. */
  *entries(): Generator<readonly [name: string, value: string]> {
    for (const [name, raw] of this.rawEntries())
      yield [name, raw?.charCodeAt(0) === QUOTE ? unescapeQuoted(raw.slice(1, -1)) : (raw ?? '')];
  }

  /** Names (lower case) with values as they stand in the message; one pass, however many there are. */
  *rawEntries(): Generator<readonly [name: string, raw: string | undefined]> {
    const { list } = this;
    for (let i = 0; i < list.length; i += 2) yield [list[i] as string, list[i + 1]];
  }

  /**
   * The same parameters with one set or replaced in place. Each call copies them: many at once are for {@link from}.
   *
   * @param value - Text that is not a token is quoted; `true` sets the bare name.
   * @throws SipArgumentError `SIP_INVALID_ARGUMENT` where the name is not a token, or the value is none.
   */
  with(name: string, value: ParameterValue): Parameters {
    return this.withRaw(checkedName(name), written(name, value));
  }

  /** As `with`, but the value is in the form of the message. */
  withRaw(name: string, raw: string | undefined): Parameters {
    const list = [...this.list];
    const index = this.find(name);
    if (index === -1) list.push(name.toLowerCase(), raw);
    else list[index + 1] = raw;
    return new Parameters(list);
  }

  /** The same parameters without one. */
  without(name: string): Parameters {
    const index = this.find(name);
    if (index === -1) return this;
    return new Parameters(this.list.filter((_, i) => i !== index && i !== index + 1));
  }

  /** `;name=value;name`, or the empty text. */
  toString(): string {
    let out = '';
    for (let i = 0; i < this.list.length; i += 2) {
      const raw = this.list[i + 1];
      out += raw === undefined ? `;${this.list[i]}` : `;${this.list[i]}=${raw}`;
    }
    return out;
  }

  /** Index of a name in `list`, -1 where it is absent; its value is at the next index. */
  private find(name: string): number {
    const { list } = this;
    for (let i = 0; i < list.length; i += 2) if (list[i] === name) return i;
    checkName(name);
    const lower = name.toLowerCase();
    return lower === name ? -1 : this.find(lower);
  }
}

function checkedName(name: string): string {
  if (typeof name === 'string' && isAll(name, TOKEN | URI_PARAMETER)) return name;
  throw new SipArgumentError(
    `expected a token, found ${JSON.stringify(name)}`,
    'name of a parameter',
    "use letters, digits and -.!%*_+`'~ alone (RFC 3261 §25.1)",
  );
}

function written(name: string, value: ParameterValue): string | undefined {
  const text = parameterText(name, value);
  return text === undefined ? undefined : writeValue(text);
}

/**
 * The value of a parameter as text, before it is quoted or escaped; `undefined` for a name that stands alone. Another value would be written as
 * `null` or `[object Object]`.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function parameterText(name: string, value: ParameterValue): string | undefined {
  if (typeof value === 'string') return value;
  if (value === true) return undefined;
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new SipArgumentError(
    `expected a text, a number or true, found ${kindOf(value)}`,
    `parameter ${name}`,
    'give the value as text, true for a name that stands alone, or undefined to leave it out',
  );
}

function writeValue(value: string): string {
  return isAll(value, PARAMETER_VALUE) ? value : quote(value);
}
