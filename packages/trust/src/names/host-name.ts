const kind = { other: 0, letter: 1, capital: 2, digit: 3, hyphen: 4, dot: 5 } as const;

/** The characters of a host name, by code; underscores occur in practice and are harmless in comparisons. */
const kinds = new Uint8Array(128);
for (const [characters, is] of [
  ['abcdefghijklmnopqrstuvwxyz_', kind.letter],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZ', kind.capital],
  ['0123456789', kind.digit],
  ['-', kind.hyphen],
  ['.', kind.dot],
] as const) {
  for (const character of characters) kinds[character.charCodeAt(0)] = is;
}

/**
 * Brings a host name into the form in which names are compared: lower case, no trailing dot.
 *
 * @param text - as found or as configured; A-labels, not Unicode
 * @returns the name, or undefined where the text is not a host name (an empty label, an IP address, a wildcard, other characters)
 * @see RFC 1034 §3.5, RFC 1123 §2.1
 */
export function hostName(text: string): string | undefined {
  const { length } = text;
  if (length === 0 || length > 254) return undefined;
  const end = text.charCodeAt(length - 1) === 0x2e ? length - 1 : length;
  if (end === 0 || end > 253) return undefined;
  let label = 0;
  let digitsOnly = true;
  let hasCapitals = false;
  let previous: number = kind.dot;
  for (let index = 0; index < end; index++) {
    const code = text.charCodeAt(index);
    const is = code < 128 ? kinds[code]! : kind.other;
    if (is === kind.dot) {
      if (label === 0 || previous === kind.hyphen) return undefined;
      label = 0;
      digitsOnly = true;
    } else {
      if (is === kind.other || (label === 0 && is === kind.hyphen) || ++label > 63) return undefined;
      if (is !== kind.digit) digitsOnly = false;
      if (is === kind.capital) hasCapitals = true;
    }
    previous = is;
  }
  // Every resolver takes a name whose last label is a number for an IPv4 address.
  if (label === 0 || digitsOnly || previous === kind.hyphen) return undefined;
  const name = end === length ? text : text.slice(0, end);
  return hasCapitals ? name.toLowerCase() : name;
}

/**
 * A DNS name of a certificate: a host name, or one with `*` as its whole left-most label.
 */
export interface DnsName {
  /** Lower case, no trailing dot; with the `*.` for a wildcard. */
  readonly name: string;
  readonly wildcard: boolean;
}

/**
 * Reads a dNSName as certificates carry it.
 *
 * @returns the name, or undefined where it is neither a host name nor a wildcard of one
 * @see RFC 9525 §6.3
 */
export function dnsName(text: string): DnsName | undefined {
  if (!text.startsWith('*.')) {
    const name = hostName(text);
    return name === undefined ? undefined : { name, wildcard: false };
  }
  const base = hostName(text.slice(2));
  return base === undefined ? undefined : { name: `*.${base}`, wildcard: true };
}

/** Whether `name` is `domain` or lies below it; both in comparison form. */
export function isWithin(name: string, domain: string): boolean {
  if (name.length === domain.length) return name === domain;
  return (
    name.length > domain.length &&
    name.charCodeAt(name.length - domain.length - 1) === 0x2e &&
    name.endsWith(domain)
  );
}

/** Whether some name that the wildcard `*.base` stands for lies in `domain` or below it. */
export function wildcardTouches(base: string, domain: string): boolean {
  if (isWithin(base, domain)) return true;
  return (
    domain.length > base.length &&
    domain.indexOf('.') === domain.length - base.length - 1 &&
    domain.endsWith(base)
  );
}

/** Whether a text could be understood as the name of a host: a host name of at least two labels, wildcards included. */
export function looksLikeHost(text: string): DnsName | undefined {
  if (!text.includes('.')) return undefined;
  return dnsName(text.trim());
}
