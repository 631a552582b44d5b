/** Which end of a connection something is said of. */
export type End = 'dialled' | 'accepted';

/** How a connection that was opened is told from others at both ends, and known to be admitted by both. */
export interface Opening {
  /** Unique in the run. */
  readonly id: string;
  /** What the dialling end writes; the other end answers, and has admitted it then. */
  readonly greeting: string;
}

/** Where connections are dialled to. */
export interface DialOrder {
  readonly host: string;
  readonly port: number;
  /** Name that the other end must have. */
  readonly name: string;
  readonly link: 'server' | 'authority';
  readonly openings: readonly Opening[];
}

/** What a member process is started with. */
export interface MemberOrder {
  readonly fqdn: string;
  readonly directory: string;
  readonly token: string;
  readonly address: string;
  readonly port: number;
}

/** One end of a connection has closed. */
export interface ClosedEnd {
  readonly id: string;
  readonly end: End;
  /** See {@link monotonicMs}. */
  readonly at: number;
}

/** Milliseconds of the machine's monotonic clock, the same for all processes. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
