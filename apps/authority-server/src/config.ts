import { accountsConfig, managementConfig, pluginsConfig } from '@entente/host';
import { z } from 'zod';

const hostName = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/, 'expected a name in lower case, e.g. ca.contoso.example');
const port = z.int().min(0).max(65_535);
const url = (scheme: 'http' | 'https') =>
  z
    .url({ protocol: new RegExp(`^${scheme}$`) })
    .refine(
      (text) => new URL(text).origin === text,
      `expected a ${scheme} URL without path or trailing slash`,
    );

const listener = (scheme: 'http' | 'https') =>
  z.strictObject({
    /** Address to listen on; default 127.0.0.1. `::` is every address. */
    host: z.string().optional(),
    port,
    /** How others reach it: written in join tokens (https) and in certificates (http). */
    url: url(scheme),
  });

/** The schema of `authority.yaml`. */
export const authorityConfigSchema = z.strictObject({
  /** The organisation's network, e.g. `contoso.example`. */
  domain: hostName,
  /** The authority's own FQDN, as the topology lists it. */
  fqdn: hostName,
  /** Folder that `entente ca init` created; relative to the configuration file. */
  directory: z.string(),
  /** Hash of the administrators who may publish the first topology, SHA-256 in lower-case hexadecimal. */
  administratorsHash: z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 hexadecimal digits in lower case'),
  https: listener('https'),
  /** Plain HTTP for revocation lists and issuer certificates, and nothing else. */
  objects: listener('http'),
  /** Where the accounts are kept instead of the authority's own database; `entente user copy` moves them. */
  accounts: accountsConfig.exactOptional(),
  /** Plugins: an installed package or a path beside this file, and the configuration it checks itself. */
  plugins: pluginsConfig,
  /** Where `/healthz`, `/readyz` and `/metrics` are for this machine; nowhere without it. */
  management: managementConfig,
  logLevel: z.enum(['debug', 'info', 'warn', 'error']).optional(),
});

/** The configuration of an authority. */
export type AuthorityConfig = z.infer<typeof authorityConfigSchema>;
