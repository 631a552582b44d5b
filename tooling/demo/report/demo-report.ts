import type { Account, DeliveryEntry, LinkEntry } from '@entente/testkit/repository';

/** Something that reached its receiver, over SIP or HTTP. */
export interface DemoDelivery extends Omit<DeliveryEntry, 'what'> {
  /** `MESSAGE`, `call`, or what was asked over HTTP. */
  readonly what: string;
}

/** A row of the allow matrix, and what became of it in this run. */
export interface RowEntry {
  readonly row: number;
  /** As the matrix calls it, e.g. `7 front-end–mediation`. */
  readonly name: string;
  /** What every connection of the row had; more than one where they differ. */
  readonly protections: readonly string[];
  /** Pairs of servers or users that were connected. */
  readonly connections: number;
  /** What went over it, and how often: methods of SIP requests, or what was asked over HTTP. */
  readonly carried: Readonly<Record<string, number>>;
  /** Reasons for which peers were refused on it. */
  readonly refused: readonly string[];
}

/** What happened in the demo, as `--report` writes it. */
export interface DemoReport extends Omit<Account, 'deliveries'> {
  readonly deliveries: readonly DemoDelivery[];
  readonly rows: readonly RowEntry[];
  readonly links: readonly LinkEntry[];
  /** From the start to the first delivery. */
  readonly firstDeliverySeconds: number;
  /** Resident memory of all processes of the network, MiB. */
  readonly memoryMiB: number;
}
