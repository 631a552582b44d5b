/** Bounds of a listener that anybody may ask. */
export interface PublicLimits {
  /** Bytes of a request's header. */
  readonly maxHeaderBytes: number;
  /** Milliseconds from the connection, or the request before, to the end of the header. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for a whole request. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
  /** How often these times are looked at, milliseconds. */
  readonly lookEveryMs: number;
  /** Open connections at once. */
  readonly maxConnections: number;
  /** Of these, from one address; one /64 of IPv6 counts as one. */
  readonly maxConnectionsPerAddress: number;
  /** Requests on one connection. */
  readonly maxRequests: number;
  /** Milliseconds within which an answer must have been taken. */
  readonly answerTimeoutMs: number;
}

/** What every public listener of HTTP is bound by. */
export const publicLimits: PublicLimits = {
  maxHeaderBytes: 4_096,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5_000,
  lookEveryMs: 2_000,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 64,
  maxRequests: 100,
  // 16 MiB pass in it at 2.3 Mbit/s.
  answerTimeoutMs: 60_000,
};
