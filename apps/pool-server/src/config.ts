import {
  bytesInFlightConfig,
  connectionLimitsConfig,
  drainSecondsConfig,
  managementConfig,
} from '@entente/host';
import { z } from 'zod';

/** The configuration of a pool server. Names, ports and peers come from the signed topology, not from here. */
export const poolServerConfig = z.strictObject({
  /** This server's own name, as the topology lists it. */
  fqdn: z.string().min(1),
  /** Where it keeps its key, certificate, roots and the last good topology. */
  directory: z.string().min(1),
  /** Needed the first time only. */
  join: z.strictObject({ token: z.string().min(1) }).optional(),
  /** Addresses of hosts that DNS does not know, by name. */
  addresses: z.record(z.string().min(1), z.union([z.ipv4(), z.ipv6()])).default({}),
  /** File with the digests of users' passwords. */
  users: z.string().min(1),
  /** Plugins: an installed package or a path beside this file, and the configuration it checks itself. */
  plugins: z.array(z.strictObject({ use: z.string().min(1), config: z.unknown().optional() })).default([]),
  /** How many connections each listener holds at once. */
  limits: connectionLimitsConfig.default({}),
  /** Bytes of messages under way that the process keeps at most. Default a quarter of its memory, which is also the most. */
  maxBytesInFlight: bytesInFlightConfig,
  /** Seconds to finish what is under way when the server is told to stop. */
  drainSeconds: drainSecondsConfig,
  /** Where `/healthz`, `/readyz` and `/metrics` are; nowhere without it. */
  management: managementConfig,
  /** Least severe level written to the log. Default info. */
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional(),
});

/** The configuration of a pool server. */
export type PoolServerConfig = z.infer<typeof poolServerConfig>;

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits`);

/**
 * The users: no passwords, only H(A1) (RFC 7616 §3.4.2). A user with `MD5` gets a challenge for it, the only one where there is no
 * other digest.
 */
export const usersConfig = z.strictObject({
  users: z.array(
    z.strictObject({
      username: z.string().min(1),
      realm: z.string().min(1),
      ha1: z
        .strictObject({
          'SHA-256': hex(64).optional(),
          'SHA-512-256': hex(64).optional(),
          MD5: hex(32).optional(),
        })
        .refine((digests) => Object.keys(digests).length > 0, 'expected at least one digest'),
    }),
  ),
});
