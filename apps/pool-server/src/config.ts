import {
  accountsConfig,
  addressesConfig,
  bytesInFlightConfig,
  connectionLimitsConfig,
  drainSecondsConfig,
  fqdnConfig,
  managementConfig,
  pluginsConfig,
} from '@entente/host';
import { z } from 'zod';

const settings = z.strictObject({
  /** This server's own name, as the topology lists it. */
  fqdn: fqdnConfig,
  /** Where it keeps its key, certificate, roots and the last good topology. */
  directory: z.string().min(1),
  /** Needed the first time only. */
  join: z.strictObject({ token: z.string().min(1) }).optional(),
  /** Addresses of hosts that DNS does not know, by name. */
  addresses: addressesConfig,
  /**
   * File with the digests of users' passwords, for a network without accounts: a test, or a few users who never change. Default none:
   * then the users are those that the authority keeps, and `entente user` changes them while everything runs.
   */
  users: z.string().min(1).optional(),
  /**
   * Where this server reads the accounts itself, as a user who can do nothing else: the PostgreSQL in which the authority keeps them. Default:
   * the authority feeds them.
   */
  accounts: accountsConfig.optional(),
  /** Where the servers of the pool share what is registered; without it each keeps a copy, and they tell each other. */
  locations: z
    .strictObject({
      redis: z.strictObject({
        /** An address of this machine; or the name of a store of the topology, which is asked over TLS. */
        host: z.string().min(1),
        port: z.int().min(1).max(65_535).default(6_379),
        /** Account of Redis, where it has any. */
        username: z.string().min(1).optional(),
        /** File with its password. */
        passwordFile: z.string().min(1).optional(),
      }),
    })
    .optional(),
  /** Plugins: an installed package or a path beside this file, and the configuration it checks itself. */
  plugins: pluginsConfig,
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

/** The configuration of a pool server. Names, ports and peers come from the signed topology, not from here. */
export const poolServerConfig = settings.refine(
  ({ accounts, users }) => accounts === undefined || users === undefined,
  { path: ['users'], error: 'expected "users" or "accounts", found both: users come from one place' },
);

/** The configuration of a pool server. */
export type PoolServerConfig = z.infer<typeof poolServerConfig>;
