/** A connection as a server of the network saw it. */
export interface LinkEntry {
  /** Row of the allow matrix. */
  readonly link: number;
  readonly from: string;
  readonly to: string;
  readonly protection: 'TLS' | 'MTLS' | 'HTTPS';
  /** Protocol version, e.g. `TLSv1.3`. */
  readonly tls: string;
  readonly cipher: string;
}

/** Something that reached whom it was meant for. */
export interface DeliveryEntry {
  readonly what: 'MESSAGE' | 'call';
  readonly from: string;
  readonly to: string;
  /** Servers it went through, first to last. */
  readonly through: readonly string[];
  /** Milliseconds from request to final answer (for a call: from INVITE to the end of the BYE). */
  readonly tookMs: number;
}

/** A stranger that was refused, and why. */
export interface RefusalEntry {
  readonly attack: string;
  /** Who refused: the process that logged the reason. */
  readonly refusedBy: string;
  readonly reason: string;
  readonly expected: string;
  readonly remedy: string;
}

/** What happened in a network, as `--report` writes it. */
export interface Account {
  readonly ok: boolean;
  readonly links: readonly LinkEntry[];
  readonly deliveries: readonly DeliveryEntry[];
  readonly refusals: readonly RefusalEntry[];
  readonly seconds: number;
}
