import type { Certificate, GeneralName, GeneralSubtree } from '@entente/x509';
import type { Spending } from '../path/spending.ts';
import { dnsName, hostName, isWithin, wildcardTouches } from './host-name.ts';
import { mailAddress } from './mail-address.ts';
import { uriHost } from './uri-host.ts';

type Form = GeneralName['type'];
type NameOf<F extends Form> = Extract<GeneralName, { type: F }>;

/** How a name lies to one constraint: inside for certain, outside for certain, or in a way that cannot be told. */
type Relation = 'inside' | 'touches' | 'outside' | 'undecidable';

/** The constraints of one CA, sorted by name form. */
export interface ConstraintSet {
  /** Subject of the CA that imposes them. */
  readonly by: string;
  readonly permitted: ReadonlyMap<Form, readonly GeneralSubtree[]>;
  readonly excluded: ReadonlyMap<Form, readonly GeneralSubtree[]>;
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

function byForm(subtrees: readonly GeneralSubtree[]): ReadonlyMap<Form, readonly GeneralSubtree[]> {
  const sorted = new Map<Form, GeneralSubtree[]>();
  for (const subtree of subtrees) {
    const list = sorted.get(subtree.base.type);
    if (list === undefined) sorted.set(subtree.base.type, [subtree]);
    else list.push(subtree);
  }
  return sorted;
}

/** What broke a constraint. */
export interface ConstraintBreach {
  readonly name: GeneralName;
  readonly constraint: 'permitted' | 'excluded' | 'unsupported';
  readonly by: string;
}

/**
 * Holds every name against the constraints of one CA.
 *
 * @param names - all names that a certificate claims
 * @param set - constraints of a CA above it
 * @param spending - pays for every comparison
 * @returns the first breach, or undefined
 * @see RFC 5280 §4.2.1.10, §6.1.3 (b) and (c)
 */
export function constraintBreach(
  names: readonly GeneralName[],
  set: ConstraintSet,
  spending: Spending,
): ConstraintBreach | undefined {
  for (const name of names) {
    const excluded = set.excluded.get(name.type) ?? [];
    const permitted = set.permitted.get(name.type) ?? [];
    if (excluded.length + permitted.length === 0) continue;
    spending.compare(excluded.length + permitted.length);
    const { by } = set;
    for (const subtree of excluded) {
      const relation = relate(name, subtree);
      if (relation === 'undecidable') return { name, constraint: 'unsupported', by };
      if (relation !== 'outside') return { name, constraint: 'excluded', by };
    }
    if (permitted.length === 0) continue;
    const relations = permitted.map((subtree) => relate(name, subtree));
    if (relations.includes('undecidable')) return { name, constraint: 'unsupported', by };
    if (!relations.includes('inside')) return { name, constraint: 'permitted', by };
  }
  return undefined;
}

function relate(name: GeneralName, subtree: GeneralSubtree): Relation {
  // RFC 5280 fixes minimum at 0 and forbids maximum; whoever writes another value means something we cannot honour.
  if (subtree.minimum !== 0 || subtree.maximum !== undefined) return 'undecidable';
  const { base } = subtree;
  switch (name.type) {
    case 'dns':
      return dnsRelation(name.value, (base as NameOf<'dns'>).value);
    case 'uri':
      return hostRelation(uriHost(name.value), (base as NameOf<'uri'>).value);
    case 'email':
      return mailRelation(name.value, (base as NameOf<'email'>).value);
    case 'ip':
      return ipRelation(name.bytes, (base as NameOf<'ip'>).bytes);
    case 'directory':
      return name.name.canonical.startsWith((base as NameOf<'directory'>).name.canonical)
        ? 'inside'
        : 'outside';
    default:
      return 'undecidable';
  }
}

function dnsRelation(text: string, base: string): Relation {
  const name = dnsName(text);
  if (name === undefined) return 'undecidable';
  if (base === '') return 'inside';
  // A leading dot is no RFC 5280 form, but common: it means the names below. As an exclusion it is read as the wider of the two.
  const dotted = base.startsWith('.');
  const domain = hostName(dotted ? base.slice(1) : base);
  if (domain === undefined) return 'undecidable';
  if (!name.wildcard) {
    if (dotted && name.name === domain) return 'touches';
    return isWithin(name.name, domain) ? 'inside' : 'outside';
  }
  const below = name.name.slice(2);
  if (isWithin(below, domain)) return 'inside';
  return wildcardTouches(below, domain) ? 'touches' : 'outside';
}

/** URI constraints, and the host part of mail constraints: with a leading dot the hosts below, without it this host alone. */
function hostRelation(host: string | undefined, base: string): Relation {
  const name = host === undefined ? undefined : hostName(host);
  // "MUST reject": no authority, or an IP address in it.
  if (name === undefined) return 'undecidable';
  if (base === '') return 'inside';
  const dotted = base.startsWith('.');
  const domain = hostName(dotted ? base.slice(1) : base);
  if (domain === undefined) return 'undecidable';
  if (dotted) return name !== domain && isWithin(name, domain) ? 'inside' : 'outside';
  return name === domain ? 'inside' : 'outside';
}

function mailRelation(text: string, base: string): Relation {
  const address = mailAddress(text);
  if (address === undefined) return 'undecidable';
  if (!base.includes('@')) return hostRelation(address.host, base);
  const mailbox = mailAddress(base);
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

/** A mask is some one bits followed by zero bits only, as in CIDR (RFC 4632). */
function isContiguous(mask: Uint8Array): boolean {
  let ended = false;
  for (const octet of mask) {
    if (ended ? octet !== 0 : (~octet & (~octet + 1) & 0xff) !== 0) return false;
    if (octet !== 0xff) ended = true;
  }
  return true;
}
