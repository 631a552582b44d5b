import type { Credentials, LoadTls } from '../load/order.ts';

/** What an attacking process is told; it crosses a process boundary. */
export interface AttackOrder {
  /** A key of `attacks`. */
  readonly attack: string;
  readonly target: Target;
}

/** Whom an attack is aimed at, and what the attackers have. */
export interface Target {
  readonly host: string;
  readonly port: number;
  /** Where the server asks for a certificate: at an edge another port than that of clients. */
  readonly certificatePort: number;
  readonly servername: string;
  readonly anchorPem: string;
  readonly domain: string;
  /** Accounts that belong to the attackers: they may register and send, as any user. */
  readonly accounts: readonly Credentials[];
  /** A user at the server on the other end of the link that all share. */
  readonly behindLink: string;
  /** A certificate that no CA of the network has issued. */
  readonly unknownIdentity: NonNullable<LoadTls['identity']>;
}

/** An attack that runs until it is told to stop. */
export interface RunningAttack {
  /** Ends it; what it did, for the report. */
  stop(): string;
}

/** Starts an attack; resolves once it is under way. */
export type Attack = (target: Target) => Promise<RunningAttack>;
