import { z } from 'zod';

/**
 * Schema of a PostgreSQL server in a configuration, for `readPostgresServer` of `@entente/store-sql/postgres`, which also checks that nothing
 * leaves this machine without TLS. Nothing secret is in it: paths are those of files beside the configuration.
 */
export const postgresConfig = z.strictObject({
  /** DNS name or address of the server; or the folder of its Unix socket on this machine. */
  host: z.string().min(1),
  port: z.int().min(1).max(65_535).default(5_432),
  database: z.string().min(1).default('entente'),
  /** Role of PostgreSQL. */
  user: z.string().min(1).default('entente'),
  /** File with its password, readable by its owner alone. Needed unless `host` is the folder of a socket. */
  passwordFile: z.string().min(1).exactOptional(),
  /** File with the certificates that may be at the root of its chain. Needed unless the server is on this machine. */
  ca: z.string().min(1).exactOptional(),
});

/** Where accounts are kept, other than in the database of the authority. */
export const accountsConfig = z.strictObject({ postgresql: postgresConfig });

/** What of the configuration of an authority says where its accounts are, for commands that run without it. */
export const keptAccountsConfig = z.looseObject({
  directory: z.string(),
  accounts: accountsConfig.optional(),
});
