/** What a process of clients is told to do, and what it answers; both cross a process boundary. */

/** How connections of clients are made. */
export interface LoadTls {
  readonly host: string;
  readonly port: number;
  readonly servername: string;
  readonly anchorPem: string;
  /** Where it connects from; default as the system chooses. */
  readonly localAddress?: string;
  /** Without one the connection is TLS only, as a user's. */
  readonly identity?: { readonly certificatePem: string; readonly keyPem: string };
}

/** A user by digest authentication (SHA-256). */
export interface Credentials {
  readonly username: string;
  readonly password: string;
}

/** A user who registers. */
export interface HeldUser extends Credentials {
  /** Address of record. */
  readonly address: string;
}

/** One caller and the one who answers, each on a connection of its own. */
export interface LoadPair {
  /** Address of record of the caller, e.g. `sip:alice@contoso.example`. */
  readonly from: string;
  /** Address of record of the called. */
  readonly to: string;
  /** The called registers first, where it is a user. */
  readonly registers?: Credentials;
  /** The caller registers too before it sends, as a telephone outside does. */
  readonly callerRegisters?: Credentials;
  /** Where the two connect from; default as {@link LoadTls} says. */
  readonly localAddress?: string;
  /** Host in the Via of the caller; default its address. A partner's must be of a domain that it may speak for. */
  readonly viaHost?: string;
  /** The caller answers digest challenges with these. */
  readonly authenticates?: Credentials;
}

/** Who connects where. */
export interface Sides {
  readonly caller: LoadTls;
  readonly called: LoadTls;
  readonly pairs: readonly LoadPair[];
}

/** Connections of both sides that are opened. */
export interface OpenOrder extends Sides {
  /**
   * What a transaction is: a MESSAGE of 600 bytes and its 200 (default), a call from INVITE to the 200 for BYE, one that stays up once it is
   * answered, or a REGISTER of the caller that refreshes, for which no called side is needed.
   */
  readonly what?: 'message' | 'call' | 'lasting-call' | 'register';
}

/** One measurement over the connections that are open. */
export interface Work {
  /** Requests that each caller keeps under way; default 1. */
  readonly inFlight?: number;
  /** Not counted; default none. */
  readonly warmUpMs?: number;
  readonly measureMs: number;
  /** Transactions a second over all callers; without it as many as come back (closed loop). */
  readonly ratePerSecond?: number | undefined;
  /**
   * At a fixed rate: what is due while this many are under way is not sent at all, and counted. Without it everything is sent that is due,
   * however long the server or its machine stands still.
   */
  readonly mostOpen?: number;
}

/** What one measurement found. */
export interface LoadReport {
  /** Transactions completed with 200 in the measured time. */
  readonly completed: number;
  /** Other final responses, by status line. */
  readonly refused: Readonly<Record<string, number>>;
  /** Transactions that never came back. */
  readonly lost: number;
  /** Begun in the measured time. */
  readonly begun: number;
  /** Due in the measured time and not sent, because as many as may be were under way. */
  readonly leftOut: number;
  /** Requests in dialogs (BYE) of the whole run, and those of them that were answered with 200. */
  readonly inDialogs: { readonly sent: number; readonly succeeded: number };
  readonly seconds: number;
  /** Share of one core that the clients used, 0 to 1. */
  readonly generatorShare: number;
  /** Milliseconds; measured only at a fixed rate, else `null`. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
}

/** Connections that say nothing more, until there are `upTo`; with `users` each registers the next one. */
export interface HoldOrder {
  readonly tls: LoadTls;
  readonly upTo: number;
  readonly users?: readonly HeldUser[];
  /** The server answers no ping: a connection counts from the end of its handshake on. */
  readonly answersNoPing?: boolean;
}

/** Clients that all connect and register at once. */
export interface StormOrder {
  readonly tls: LoadTls;
  /** Each of them registers once for each of its devices. */
  readonly users: readonly HeldUser[];
  readonly devices: number;
}

/** What became of them. */
export interface StormReport {
  readonly registered: number;
  /** Seconds until the last one, and until half of them were registered. */
  readonly lastSeconds: number;
  readonly halfSeconds: number;
  /** Times that a client was told to come back later, and times that it could not connect or lost its connection. */
  readonly toldToWait: number;
  readonly broken: number;
  /** Other answers, by status line. */
  readonly refused: Readonly<Record<string, number>>;
  /** Processor time of all clients, seconds. */
  readonly processorSeconds: number;
}

/** What a process of clients does, one order after the other; it keeps its connections in between. */
export type ClientOrder =
  | { readonly open: OpenOrder }
  /** Closes the pairs behind the first so many. */
  | { readonly keep: number }
  | { readonly measure: Work }
  /** Completes this many transactions over the pairs, one at a time over each. */
  | { readonly complete: number }
  | { readonly hold: HoldOrder }
  | { readonly storm: StormOrder };

/** How much of an order was done: connections or pairs that are open, or transactions completed with 200; and what was refused. */
export interface Done {
  readonly count: number;
  readonly refused: readonly string[];
}
