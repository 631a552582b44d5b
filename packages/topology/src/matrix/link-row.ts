import type { InterfaceName, Role, Service } from '../terms/roles.ts';

/** What can be at an end of a link: a server by its role, or a party that is not a server of the topology. */
export type Party = Role | 'external-client' | 'internal-client' | 'partner' | 'administrator' | 'store';

/** How a link is protected. `HTTP` carries signed objects only. */
export type Protection = 'TLS' | 'MTLS' | 'HTTPS' | 'mutual HTTPS' | 'HTTP';

/** One end of a row. */
export interface RowSide {
  /** Each of them may be at this end. */
  readonly parties: readonly Party[];
  /** On which interface the servers at this end speak; none for parties that are not servers. */
  readonly interface?: InterfaceName;
  /** The ports at which this end is dialled, the usual one first; empty where it never is. */
  readonly services: readonly Service[];
}

/** One row of the allow matrix. */
export interface Row {
  /** Its number, 1 to 20, stable. */
  readonly row: number;
  /** What logs call the link, e.g. `13 front-end–front-end`. */
  readonly name: string;
  /** The end that {@link Direction} calls `a`. */
  readonly a: RowSide;
  /** The end that {@link Direction} calls `b`. */
  readonly b: RowSide;
  /** Of its links, unless {@link Service} says otherwise of the port: `objects` is plain HTTP, `bundle` HTTPS. */
  readonly protection: Protection;
  /** Which side may open the connection. */
  readonly mayOpen: Direction;
  /** Which side may send requests over it. */
  readonly maySend: Direction;
  /** What the pair must fulfil besides roles and interfaces. */
  readonly condition?: 'same-pool' | 'different-servers';
}

/** Which sides of a row may do something. */
export type Direction = 'a' | 'b' | 'both' | 'none';

/** Whether a side is among those that may. */
export function includesSide(direction: Direction, side: 'a' | 'b'): boolean {
  return direction === 'both' || direction === side;
}

/** What is left when a direction is limited to one side. */
export function narrowDirection(direction: Direction, to: 'a' | 'b' | undefined): Direction {
  if (to === undefined) return direction;
  return includesSide(direction, to) ? to : 'none';
}
