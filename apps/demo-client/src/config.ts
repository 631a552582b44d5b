import { addressesConfig } from '@entente/host';
import { z } from 'zod';

/** What `demo-client.yaml` says. */
export const demoClientConfig = z.strictObject({
  /** `alice@contoso.example`. */
  user: z.string().regex(/^[^@\s]+@[^@\s]+$/, 'expected user@domain'),
  /** Text whose digest the server keeps. */
  password: z.string().min(1),
  server: z.strictObject({
    /** The name asked for: it must be in the server's certificate (RFC 5922 §7.3). Default the user's domain. */
    domain: z.string().min(1).optional(),
    address: z.string().min(1),
    port: z.int().min(1).max(65_535),
    /** Which server it is: `edge` from outside. Default `front-end`. */
    role: z.enum(['front-end', 'edge']).default('front-end'),
  }),
  /** PEM file or directory with the roots the user trusts. */
  anchors: z.string().min(1),
  /**
   * Addresses of hosts that DNS does not know, e.g. `ca.contoso.example: 127.0.0.1`. Revocation lists are fetched from these
   * hosts, and only from these.
   */
  addresses: addressesConfig,
});

/** The configuration of the demo client. */
export type DemoClientConfig = z.infer<typeof demoClientConfig>;
