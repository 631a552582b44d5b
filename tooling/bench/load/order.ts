/** What a generator is told to do, and what it answers; both cross a process boundary. */

/** How the generator's connections are made. */
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

/** One measurement. */
export interface LoadOrder {
  readonly caller: LoadTls;
  readonly called: LoadTls;
  readonly pairs: readonly LoadPair[];
  /** Requests that each caller keeps under way. */
  readonly inFlight: number;
  /** Not counted. */
  readonly warmUpMs: number;
  readonly measureMs: number;
  /** Transactions a second over all callers; without it as many as come back (closed loop). */
  readonly ratePerSecond?: number;
  /**
   * At a fixed rate: what is due while this many are under way is not sent at all, and counted. Without it everything is sent that is due,
   * however long the server or its machine stands still.
   */
  readonly mostOpen?: number;
  /** Length of a MESSAGE, in bytes. */
  readonly messageBytes: number;
  /**
   * What a transaction is: a MESSAGE and its 200 (default), a call from INVITE to the 200 for BYE, or one that stays up once it is
   * answered.
   */
  readonly what?: 'message' | 'call' | 'lasting-call';
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
  /** Share of one core that the generator used, 0 to 1. */
  readonly generatorShare: number;
  /** Milliseconds; measured only at a fixed rate, else `null`. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
}

/** What a generator tells its parent. */
export type LoadNotice =
  | { readonly type: 'ready' }
  | { readonly type: 'measuring' }
  | { readonly type: 'report'; readonly report: LoadReport }
  | { readonly type: 'fault'; readonly message: string };
