/** What a server of this benchmark is told: certificate, whom to believe, which clients to expect. */
export interface HandshakeServerOrder {
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly anchorPem: string;
  /** One CRL for each issuer of the chain. */
  readonly crlsPem: readonly string[];
  /** FQDNs of the clients. */
  readonly clients: readonly string[];
  /** `false`: the bare server asks nobody for a certificate, as a server of users. */
  readonly asksForCertificates?: boolean;
}

/** What a server answers once it listens, and to each `usage` after it. */
export interface ServerUsage {
  readonly port: number;
  /** Processor time used so far, microseconds. */
  readonly cpuMicros: number;
  /** Connections answered so far. */
  readonly answered: number;
  /** Resident memory, bytes. */
  readonly residentBytes: number;
}

/** A client certificate with its key. */
export interface ClientMaterial {
  readonly certificatePem: string;
  readonly keyPem: string;
  /** From which it dials; absent: the platform chooses. */
  readonly localAddress?: string;
}

/** The generator opens connections until it holds as many. */
export interface IdleOrder {
  readonly port: number;
  readonly clients: readonly ClientMaterial[];
  /** How many; less than 0 lets go of all. */
  readonly hold: number;
}

/** What the generator is told. */
export interface HandshakeLoadOrder {
  readonly port: number;
  readonly clients: readonly ClientMaterial[];
  readonly inFlight: number;
  readonly measureMs: number;
}

/** What the generator has counted. */
export interface HandshakeLoadReport {
  readonly completed: number;
  readonly failed: number;
  readonly seconds: number;
}
