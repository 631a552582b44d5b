import { z } from 'zod';

/**
 * Schema of the part of a server's configuration that bounds the connections of each listener, for `limits` of `serve` in
 * `@entente/tls`. No value in the ranges turns a bound off.
 */
export const connectionLimitsConfig = z.strictObject({
  /** Open connections, 100 to 1,000,000. Default 100,000. */
  maxConnections: z.int().min(100).max(1_000_000).exactOptional(),
  /** Of these, from one address or one /64 of IPv6, 10 to 100,000. Default 1,000: raise it where many users share an address. */
  maxConnectionsPerAddress: z.int().min(10).max(100_000).exactOptional(),
});

/**
 * Schema of the setting that bounds what messages under way take of the memory, for `MessageBudget` of `@entente/sip-endpoint`: bytes,
 * 16 MiB to 1 TiB. Default a quarter of the memory that the process may use; a greater value counts as that, so it can only be lowered.
 */
export const bytesInFlightConfig = z.int().min(16_777_216).max(1_099_511_627_776).exactOptional();

/**
 * Schema of the setting that says how long a server that is told to stop may finish what is under way: seconds, 0 to 3600, where 0 ends it
 * at once. Default 20: a supervisor that kills should wait longer.
 */
export const drainSecondsConfig = z.int().min(0).max(3_600).default(20);

/** What `--help` of a SIP server says of its settings. */
export const settingsHelp: Readonly<Record<string, string>> = {
  'limits.maxConnections': 'open connections of each listener; default 100000',
  'limits.maxConnectionsPerAddress': 'of these, from one address or one /64 of IPv6; default 1000',
  maxBytesInFlight:
    'bytes of messages under way, at least 16777216; default a quarter of the memory of the process, which is also the most',
  drainSeconds:
    'seconds to finish what is under way when the server is told to stop; default 20, at most 3600',
};
