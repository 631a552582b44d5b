import {
  addressesConfig,
  bytesInFlightConfig,
  connectionLimitsConfig,
  drainSecondsConfig,
  fqdnConfig,
  managementConfig,
  pluginsConfig,
} from '@entente/host';
import { z } from 'zod';

/** The configuration of an edge. Names, ports, partners and their roots come from the signed topology, not from here. */
export const edgeServerConfig = z.strictObject({
  /** This server's own name on its internal interface, as the topology lists it. */
  fqdn: fqdnConfig,
  /** Where it keeps its keys, certificates, roots and the last good topology. */
  directory: z.string().min(1),
  /** Needed the first time only. */
  join: z.strictObject({ token: z.string().min(1) }).optional(),
  /**
   * Addresses of hosts that DNS does not know, by name. Lists and edges of partners are at public addresses only, but for these hosts and what the
   * topology pins.
   */
  addresses: addressesConfig,
  /** Certificate and key of the external side where the topology says that a public CA issues it; PEM files. */
  external: z.strictObject({ certificate: z.string().min(1), key: z.string().min(1) }).optional(),
  /** DNS servers to find partners with, `address` or `address:port`; default the system's. DNS is not trusted. */
  dns: z.array(z.string().min(1)).min(1).optional(),
  /** Plugins: an installed package or a path beside this file, and the configuration it checks itself. */
  plugins: pluginsConfig,
  /** How many connections each listener holds at once. */
  limits: connectionLimitsConfig.default({}),
  /** Bytes of messages under way that the process keeps at most. Default a quarter of its memory, which is also the most. */
  maxBytesInFlight: bytesInFlightConfig,
  /**
   * Seconds after which the revocation lists of partners are fetched again: what a partner revokes takes effect here no later.
   * Default 300.
   */
  partnerListsEverySeconds: z.int().min(1).max(3_600).optional(),
  /** Seconds to finish what is under way when the server is told to stop. */
  drainSeconds: drainSecondsConfig,
  /** Where `/healthz`, `/readyz` and `/metrics` are; nowhere without it. */
  management: managementConfig,
  /** Least severe level written to the log. Default info. */
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional(),
});

/** The configuration of an edge server. */
export type EdgeServerConfig = z.infer<typeof edgeServerConfig>;
