import type { Narrowing, Server, Topology } from '../network/topology.ts';
import type { InterfaceName, Service } from '../terms/roles.ts';
import { type Direction, narrowDirection, type Party, type Row } from './link-row.ts';
import { allowMatrix } from './links.ts';

/** One end of a link, as the question names it. */
export interface LinkEnd {
  readonly party: Party;
  /** Absent for parties that are not servers of the topology. */
  readonly server?: Server | undefined;
  readonly interface?: InterfaceName | undefined;
}

/** A row seen from a pair of ends: which side each stands on, and what narrowing and flags have left of it. */
export interface LinkRule {
  readonly row: Row;
  /** The side on which the first end of the pair stands. */
  readonly side: 'a' | 'b';
  readonly mayOpen: Direction;
  readonly maySend: Direction;
}

interface Placed {
  readonly row: Row;
  readonly side: 'a' | 'b';
}

const placedByPair = indexRows();
const nothing: readonly Placed[] = [];

function pairKey(
  party: Party,
  interfaceName: InterfaceName | undefined,
  other: Party,
  otherInterface: InterfaceName | undefined,
): string {
  return `${party}@${interfaceName ?? ''}>${other}@${otherInterface ?? ''}`;
}

function indexRows(): ReadonlyMap<string, readonly Placed[]> {
  const index = new Map<string, Placed[]>();
  const put = (key: string, placed: Placed) => {
    const list = index.get(key);
    if (list === undefined) index.set(key, [placed]);
    else if (!list.some((known) => known.row === placed.row)) list.push(placed);
  };
  for (const row of allowMatrix) {
    for (const a of row.a.parties) {
      for (const b of row.b.parties) {
        put(pairKey(a, row.a.interface, b, row.b.interface), { row, side: 'a' });
        put(pairKey(b, row.b.interface, a, row.a.interface), { row, side: 'b' });
      }
    }
  }
  return index;
}

/**
 * Every row under which two ends may be linked at all, in the order of the matrix.
 *
 * @param topology - for its narrowing
 * @param one - the end whose side the rules name
 * @param other - the other end
 * @param service - the port that is dialled, where it is known: rows for other ports drop out
 * @param dialled - which end that port belongs to
 */
export function linkRules(
  topology: Topology,
  one: LinkEnd,
  other: LinkEnd,
  service?: Service,
  dialled: 'one' | 'other' = 'one',
): readonly LinkRule[] {
  const placed = placedByPair.get(pairKey(one.party, one.interface, other.party, other.interface)) ?? nothing;
  const rules: LinkRule[] = [];
  for (const { row, side } of placed) {
    if (!conditionHolds(row, one, other)) continue;
    if (service !== undefined) {
      const dialledSide = (dialled === 'one') === (side === 'a') ? row.a : row.b;
      if (!dialledSide.services.includes(service)) continue;
    }
    const rule = narrowed(topology, row, side, one, other);
    if (rule !== undefined) rules.push(rule);
  }
  return rules;
}

/**
 * The rows under which two ends could be linked, whatever the topology makes narrower: also those that it has closed.
 *
 * @param one - one end
 * @param other - the other end
 */
export function rowsBetween(one: LinkEnd, other: LinkEnd): readonly Row[] {
  const placed = placedByPair.get(pairKey(one.party, one.interface, other.party, other.interface)) ?? nothing;
  return placed.filter(({ row }) => conditionHolds(row, one, other)).map(({ row }) => row);
}

function conditionHolds(row: Row, one: LinkEnd, other: LinkEnd): boolean {
  if (row.condition === undefined) return true;
  if (one.server === undefined || other.server === undefined || one.server === other.server) return false;
  if (row.condition === 'different-servers') return true;
  return one.server.pool !== undefined && one.server.pool === other.server.pool;
}

function narrowed(
  topology: Topology,
  row: Row,
  side: 'a' | 'b',
  one: LinkEnd,
  other: LinkEnd,
): LinkRule | undefined {
  const a = side === 'a' ? one : other;
  const b = side === 'a' ? other : one;
  let { mayOpen, maySend } = row;
  if (isOutboundOnly(row, a)) mayOpen = narrowDirection(mayOpen, 'b');
  if (isOutboundOnly(row, b)) mayOpen = narrowDirection(mayOpen, 'a');
  for (const narrowing of topology.narrowings.get(row.row) ?? []) {
    const asWritten = holdsFor(narrowing, a, b);
    // A row between equals has no first and second: what is said of one order holds for the other too.
    const turned = isSymmetric(row) && holdsFor(narrowing, b, a);
    if (!asWritten && !turned) continue;
    if (narrowing.closed) return undefined;
    if (asWritten) {
      mayOpen = narrowDirection(mayOpen, narrowing.mayOpen);
      maySend = narrowDirection(maySend, narrowing.maySend);
    }
    if (turned) {
      mayOpen = narrowDirection(mayOpen, opposite(narrowing.mayOpen));
      maySend = narrowDirection(maySend, opposite(narrowing.maySend));
    }
  }
  return { row, side, mayOpen, maySend };
}

/** Whether the same roles stand on both sides, so that either server may be written as A. */
export function isSymmetric(row: Row): boolean {
  return row.condition !== undefined;
}

function opposite(side: 'a' | 'b' | undefined): 'a' | 'b' | undefined {
  if (side === undefined) return undefined;
  return side === 'a' ? 'b' : 'a';
}

function isOutboundOnly(row: Row, end: LinkEnd): boolean {
  return row.protection === 'MTLS' && end.server?.flags.outboundOnly === true;
}

function holdsFor(narrowing: Narrowing, a: LinkEnd, b: LinkEnd): boolean {
  return holds(narrowing.a, a) && holds(narrowing.b, b);
}

function holds(servers: ReadonlySet<Server> | undefined, end: LinkEnd): boolean {
  return servers === undefined || (end.server !== undefined && servers.has(end.server));
}
