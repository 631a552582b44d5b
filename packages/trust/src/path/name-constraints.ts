import type { Certificate, GeneralName, GeneralSubtree } from '@entente/x509';
import { type DnsName, dnsName, hostName, isWithin, wildcardTouches } from '../names/host-name.ts';
import { type MailAddress, mailAddress } from '../names/mail-address.ts';
import { isContiguous } from '../names/name-syntax.ts';
import { uriHost } from '../names/uri-host.ts';
import type { Spending } from './search-budget.ts';

type Form = GeneralName['type'];
type NameOf<F extends Form> = Extract<GeneralName, { type: F }>;

/** How a name relates to one subtree; `undecidable` where the form of either is not supported. */
type Relation = 'inside' | 'touches' | 'outside' | 'undecidable';

/** One subtree, its base parsed once: it is compared with every name. */
interface Subtree {
  readonly base: GeneralName;
  /** RFC 5280 fixes minimum at 0 and forbids maximum; a subtree with another value cannot be applied. */
  readonly bounded: boolean;
  /** For forms that name hosts: the domain in comparison form, undefined where it is malformed or empty. */
  readonly domain: string | undefined;
  /** Whether the base begins with a dot, which means the hosts below and not the host itself. */
  readonly dotted: boolean;
}

/** The constraints of one CA, sorted by name form. */
export interface ConstraintSet {
  /** Subject of the CA that imposes them. */
  readonly by: string;
  readonly permitted: ReadonlyMap<Form, readonly Subtree[]>;
  readonly excluded: ReadonlyMap<Form, readonly Subtree[]>;
}

/** Sorts the constraints of a CA certificate; undefined where it has none. */
export function constraintSet(certificate: Certificate): ConstraintSet | undefined {
  const { nameConstraints } = certificate;
  if (nameConstraints === undefined) return undefined;
  return {
    by: certificate.subject.toString(),
    permitted: byForm(nameConstraints.permitted),
    excluded: byForm(nameConstraints.excluded),
  };
}

function byForm(subtrees: readonly GeneralSubtree[]): ReadonlyMap<Form, readonly Subtree[]> {
  const sorted = new Map<Form, Subtree[]>();
  for (const { base, minimum, maximum } of subtrees) {
    const text = 'value' in base && typeof base.value === 'string' ? base.value : '';
    const dotted = text.startsWith('.');
    const domain = hostName(dotted ? text.slice(1) : text);
    const subtree = { base, bounded: minimum !== 0 || maximum !== undefined, domain, dotted };
    const list = sorted.get(base.type);
    if (list === undefined) sorted.set(base.type, [subtree]);
    else list.push(subtree);
  }
  return sorted;
}

/** A name that breaks a constraint. */
export interface ConstraintBreach {
  readonly name: GeneralName;
  readonly constraint: 'permitted' | 'excluded' | 'unsupported';
  readonly by: string;
}

/**
 * Checks every name against the constraints of one CA.
 *
 * @param names - all names that a certificate claims
 * @param set - constraints of a CA above it
 * @param spending - charged for every comparison
 * @returns the first breach, or undefined
 * @see RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)
 */
export function constraintBreach(
  names: readonly GeneralName[],
  set: ConstraintSet,
  spending: Spending,
): ConstraintBreach | undefined {
  for (const name of names) {
    const excluded = set.excluded.get(name.type) ?? none;
    const permitted = set.permitted.get(name.type) ?? none;
    if (excluded.length + permitted.length === 0) continue;
    spending.compare(excluded.length + permitted.length);
    const { by } = set;
    const read = readName(name);
    for (const subtree of excluded) {
      const relation = relate(read, subtree);
      if (relation === 'undecidable') return { name, constraint: 'unsupported', by };
      if (relation !== 'outside') return { name, constraint: 'excluded', by };
    }
    if (permitted.length === 0) continue;
    let inside = false;
    for (const subtree of permitted) {
      const relation = relate(read, subtree);
      if (relation === 'undecidable') return { name, constraint: 'unsupported', by };
      inside ||= relation === 'inside';
    }
    if (!inside) return { name, constraint: 'permitted', by };
  }
  return undefined;
}

const none: readonly never[] = [];

/** A name, parsed once before it is compared with many subtrees. */
type ReadName =
  | { readonly form: 'dns'; readonly dns: DnsName }
  | { readonly form: 'uri'; readonly host: string }
  | { readonly form: 'email'; readonly address: MailAddress }
  | { readonly form: 'ip'; readonly bytes: Uint8Array }
  | { readonly form: 'directory'; readonly canonical: string }
  | { readonly form: 'undecidable' };

function readName(name: GeneralName): ReadName {
  const undecidable = { form: 'undecidable' } as const;
  switch (name.type) {
    case 'dns': {
      const dns = dnsName(name.value);
      return dns === undefined ? undecidable : { form: 'dns', dns };
    }
    case 'uri': {
      // "MUST reject": no authority, or an IP address in it.
      const host = hostName(uriHost(name.value) ?? '');
      return host === undefined ? undecidable : { form: 'uri', host };
    }
    case 'email': {
      const address = mailAddress(name.value);
      return address === undefined ? undecidable : { form: 'email', address };
    }
    case 'ip':
      return { form: 'ip', bytes: name.bytes };
    case 'directory':
      return { form: 'directory', canonical: name.name.canonical };
    default:
      return undecidable;
  }
}

function relate(name: ReadName, subtree: Subtree): Relation {
  if (subtree.bounded) return 'undecidable';
  const { base } = subtree;
  switch (name.form) {
    case 'dns':
      return dnsRelation(name.dns, subtree);
    case 'uri':
      return hostRelation(name.host, subtree);
    case 'email':
      return mailRelation(name.address, subtree);
    case 'ip':
      return ipRelation(name.bytes, (base as NameOf<'ip'>).bytes);
    case 'directory':
      return name.canonical.startsWith((base as NameOf<'directory'>).name.canonical) ? 'inside' : 'outside';
    default:
      return 'undecidable';
  }
}

function dnsRelation(name: DnsName, { base, domain, dotted }: Subtree): Relation {
  if (domain === undefined) return (base as NameOf<'dns'>).value === '' ? 'inside' : 'undecidable';
  // A leading dot is not an RFC 5280 form, but common: it means the names below. An exclusion excludes the name itself too.
  if (!name.wildcard) {
    if (dotted && name.name === domain) return 'touches';
    return isWithin(name.name, domain) ? 'inside' : 'outside';
  }
  const below = name.name.slice(2);
  if (isWithin(below, domain)) return 'inside';
  return wildcardTouches(below, domain) ? 'touches' : 'outside';
}

/** URI constraints, and the host of mail constraints: with a leading dot the hosts below, without it this host alone. */
function hostRelation(host: string, { base, domain, dotted }: Subtree): Relation {
  if (domain === undefined) return (base as NameOf<'uri'>).value === '' ? 'inside' : 'undecidable';
  if (dotted) return host !== domain && isWithin(host, domain) ? 'inside' : 'outside';
  return host === domain ? 'inside' : 'outside';
}

function mailRelation(address: MailAddress, subtree: Subtree): Relation {
  const { value } = subtree.base as NameOf<'email'>;
  if (!value.includes('@')) return hostRelation(address.host, subtree);
  const mailbox = mailAddress(value);
  if (mailbox === undefined) return 'undecidable';
  return mailbox.local === address.local && mailbox.host === address.host ? 'inside' : 'outside';
}

function ipRelation(address: Uint8Array, range: Uint8Array): Relation {
  const { length } = address;
  if (length !== 4 && length !== 16) return 'undecidable';
  if (range.length !== 8 && range.length !== 32) return 'undecidable';
  if (!isContiguous(range.subarray(range.length / 2))) return 'undecidable';
  if (range.length !== length * 2) return 'outside';
  for (let index = 0; index < length; index++) {
    const mask = range[length + index]!;
    if ((address[index]! & mask) !== (range[index]! & mask)) return 'outside';
  }
  return 'inside';
}
