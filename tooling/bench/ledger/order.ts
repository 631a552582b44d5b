/** What the process with the database is told. */
export interface LedgerOrder {
  /** The folder of the database. */
  readonly directory: string;
  /** Records this many certificates and ends; otherwise the database is opened and measured. */
  readonly fill?: number;
  /** How long issuing is measured. */
  readonly seconds: number;
  /** Issuances that are under way at once. */
  readonly callers: number;
}

/** What it has measured. */
export interface LedgerUsage {
  readonly openMs: number;
  /** Resident memory after opening and one query, in MB. */
  readonly openedMb: number;
  /** Resident memory after issuing, in MB. */
  readonly issuedMb: number;
  readonly issuancesPerSecond: number;
  /** Longest time that the event loop of the callers stood still, in milliseconds, and that of 999 in 1,000. */
  readonly longestStallMs: number;
  readonly usualStallMs: number;
}

/** Octets of the certificate, and of what else a record says about it, roughly. */
export const recordBytes = { certificate: 900, other: 400 } as const;
