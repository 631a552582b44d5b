import type { Row } from '@entente/topology';

/** Which end of a link refuses: the one that is dialled, or the one that dials and finds somebody else there. */
export const ends = ['dialled', 'dialling'] as const;

/** What may be wrong with the other end. Direction: who opens the link may not, by the row or by how the topology narrows it. */
export const faults = ['unknown CA', 'wrong name', 'revoked', 'wrong role', 'wrong direction'] as const;

export type End = (typeof ends)[number];
export type Fault = (typeof faults)[number];

/** A test by its file, the title of the block around it, and its own title as the runner reports it. */
export interface LedgerTest {
  readonly file: string;
  readonly within: string;
  readonly title: string;
}

/** It is refused, for a stable reason. */
export interface Refused {
  /** As the log of our server has it, or as our client says it. */
  readonly reason: string;
  readonly shownBy: LedgerTest;
}

/** It cannot be, or it is not for us to refuse. */
export interface Absent {
  /** Why, in a sentence. */
  readonly why: string;
  /** What shows as much of it as can be shown. */
  readonly shownBy?: LedgerTest;
}

export type Cell = Refused | Absent;

/** The cells of one end of a row. */
export type EndLedger = Readonly<Record<Fault, Cell>>;

/** All cells of one row of the allow matrix. */
export interface RowLedger extends Readonly<Record<End, EndLedger>> {
  readonly row: Row;
}

/** A refusal that a test shows. */
export function refused(reason: string, shownBy: LedgerTest): Refused {
  return { reason, shownBy };
}

/** A case that there is not. */
export function absent(why: string, shownBy?: LedgerTest): Absent {
  return { why, ...(shownBy === undefined ? {} : { shownBy }) };
}

/** Names the tests of one block of a file. */
export function testsIn(file: string, within: string): (title: string) => LedgerTest {
  return (title) => ({ file, within, title });
}
