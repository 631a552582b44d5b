import {
  type Certificate,
  type Extension,
  type GeneralSubtree,
  ipAddress,
  nameConstraintsExtension,
  oids,
} from '@entente/x509';
import { checkOptions } from './check-options.ts';
import type { PkiFault } from './fault.ts';
import { badArgument } from './given.ts';
import { isHostName } from './host-name.ts';

/** The names that a root may vouch for: everything that it is trusted with beyond them is refused. */
export interface NameLimits {
  /** Domains: the names in them and below, the hosts of URIs and of mail addresses too. `localhost` is always one. */
  readonly domains: readonly string[];
  /** Ranges of IP addresses, e.g. `10.0.0.0/8`; with an empty list no address at all. */
  readonly addresses: readonly string[];
}

/** Loopback, and the ranges for private networks. @see RFC 1918, RFC 4193 */
export const privateAddresses: readonly string[] = [
  '127.0.0.0/8',
  '10.0.0.0/8',
  '172.16.0.0/12',
  '192.168.0.0/16',
  '::1/128',
  'fc00::/7',
];

const everyAddress = ['0.0.0.0/0', '::/0'];

/**
 * The limits of a root as an extension of its certificate: DNS names, hosts of URIs and of mail addresses, and IP addresses. A type of name
 * that is not there would be unlimited.
 * @param limits - domains and ranges
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a domain or range that is none
 * @see RFC 5280 §4.2.1.10
 */
export function nameLimitsExtension(limits: NameLimits): Extension {
  checkOptions(limits, ['domains', 'addresses'], [], 'the limits of names');
  const { addresses, domains } = limits;
  const bad = domains.find((domain) => !isHostName(domain));
  if (bad !== undefined || domains.length === 0) {
    throw badLimit(
      'domain',
      bad === undefined ? 'none' : JSON.stringify(bad.slice(0, 80)),
      'contoso.example',
    );
  }
  const hosts = domains.flatMap((domain) => [domain, `.${domain}`]);
  const ranges = addresses.map((range) => subtree({ type: 'ip', bytes: rangeBytes(range) }));
  return nameConstraintsExtension({
    permitted: [
      ...[...domains, 'localhost'].map((value) => subtree({ type: 'dns', value })),
      ...hosts.flatMap((value) => [subtree({ type: 'uri', value }), subtree({ type: 'email', value })]),
      ...ranges,
    ],
    excluded:
      ranges.length > 0 ? [] : everyAddress.map((range) => subtree({ type: 'ip', bytes: rangeBytes(range) })),
  });
}

/**
 * The name constraints in the certificate of a root, which stand in that of each issuing authority as well: as they are written there.
 * @param root - with them, or without
 */
export function nameLimitsOf({ extensions }: Pick<Certificate, 'extensions'>): readonly Extension[] {
  return extensions.filter(({ oid }) => oid === oids.nameConstraints);
}

/**
 * Whether a root may vouch for these ranges of IP addresses, and for no others. How they are ordered, and what is written behind the mask,
 * makes no difference.
 * @param root - with its name constraints
 * @param addresses - ranges, e.g. `10.0.0.0/8`
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a range that is none
 */
export function isForAddresses(
  { nameConstraints }: Pick<Certificate, 'nameConstraints'>,
  addresses: readonly string[],
): boolean {
  const there = (nameConstraints?.permitted ?? []).flatMap(({ base }) =>
    base.type === 'ip' ? [base.bytes.join('.')] : [],
  );
  const found = new Set(there);
  const given = new Set(addresses.map((range) => rangeBytes(range).join('.')));
  return found.size === given.size && [...given].every((range) => found.has(range));
}

function subtree(base: GeneralSubtree['base']): GeneralSubtree {
  return { base, minimum: 0, maximum: undefined };
}

/** Whether a value is a range of IP addresses, e.g. `10.0.0.0/8`. */
export function isRange(value: unknown): boolean {
  return typeof value === 'string' && readRange(value) !== undefined;
}

function readRange(range: string): { readonly address: Uint8Array; readonly bits: number } | undefined {
  const [text = '', prefix = '', ...more] = range.split('/');
  const address = ipAddress(text);
  const bits = /^(0|[1-9][0-9]{0,2})$/.test(prefix) ? Number(prefix) : Number.NaN;
  if (address === undefined || more.length > 0 || !(bits <= address.length * 8)) return undefined;
  return { address, bits };
}

/** An address and a mask of the same length. */
function rangeBytes(range: string): Uint8Array {
  const read = readRange(range);
  if (read === undefined)
    throw badLimit('range of IP addresses', JSON.stringify(range.slice(0, 80)), '10.0.0.0/8 or fd00::/8');
  const { address, bits } = read;
  const mask = address.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - index * 8))));
  return Uint8Array.of(...address.map((octet, index) => octet & (mask[index] as number)), ...mask);
}

function badLimit(what: string, found: string, example: string): PkiFault {
  return badArgument(`a ${what}, found ${found}`, 'limits of a root', `write it like ${example}`);
}
