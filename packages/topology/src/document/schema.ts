import { z } from 'zod';
import { type Role, roles, services } from '../terms/roles.ts';
import { type TopologyDocument, topologyFormat } from './document.ts';
import {
  addressOfRecord,
  base64,
  certificateName,
  domainName,
  fingerprint,
  httpsUrl,
  identifier,
  ipAddress,
  port,
  seconds,
  title,
  utcTime,
} from './field-types.ts';
import { globalPrefix, telephonySchema } from './telephony-schema.ts';

/** How many entries of each kind a document may have. */
export const entryLimits = {
  administrators: 64,
  anchors: 256,
  ownRoots: 16,
  sites: 1_000,
  domains: 1_000,
  pools: 5_000,
  servers: 20_000,
  stores: 1_000,
  partners: 50_000,
  domainsOfPartner: 10_000,
  links: 256,
  users: 500_000,
} as const;

const role = z.enum(roles as [Role, ...Role[]]);

const anchor = z.strictObject({
  name: title,
  sha256: fingerprint,
  certificate: base64.optional(),
  maxDepth: z.int().min(0).max(8).optional(),
  notAfter: utcTime.optional(),
});
const anchors = z.array(anchor).min(1).max(entryLimits.anchors);
const ownRoot = z.strictObject({
  ...anchor.shape,
  stage: z.enum(['prepared', 'active', 'tainted']).optional(),
});
const ownRoots = z.array(ownRoot).min(1).max(entryLimits.ownRoots);
const domainList = z.array(domainName).min(1).max(entryLimits.domainsOfPartner);

const administrator = z.strictObject({
  id: identifier,
  algorithm: z.enum(['ES256', 'EdDSA']),
  publicKey: base64,
  title: title.optional(),
});

const networkInterface = z.strictObject({
  fqdn: domainName.optional(),
  address: ipAddress.optional(),
  ports: z.strictObject(Object.fromEntries(services.map((service) => [service, port.optional()]))).optional(),
  names: z.array(certificateName).min(1).max(100).optional(),
  certificate: z.enum(['enterprise', 'public']).optional(),
});

const server = z.strictObject({
  fqdn: domainName,
  role,
  pool: domainName.optional(),
  site: identifier.optional(),
  zone: z.enum(['perimeter', 'internal']).optional(),
  interfaces: z
    .strictObject({ internal: networkInterface.optional(), external: networkInterface.optional() })
    .optional(),
  flags: z
    .strictObject({
      treatAsAuthenticated: z.boolean().optional(),
      throttleAsServer: z.boolean().optional(),
      outboundOnly: z.boolean().optional(),
      trustedWithIdentities: z.boolean().optional(),
      requiresReplication: z.boolean().optional(),
      assertsUsers: z.boolean().optional(),
    })
    .optional(),
  title: title.optional(),
});

const allowed = {
  id: identifier,
  title: title.optional(),
  domains: domainList,
  anchors: anchors.optional(),
  serverAuthOnly: z.boolean().optional(),
};
const numbers = z.array(globalPrefix).min(1).max(1_000).optional();
const bundle = z.strictObject({ url: httpsUrl, publicKey: base64 }).optional();

const partner = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('allowed-domain'),
    ...allowed,
    bundle,
    numbers,
    matchHostName: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('allowed-server'),
    ...allowed,
    bundle,
    numbers,
    fqdn: domainName,
    address: ipAddress.optional(),
    port: port.optional(),
  }),
  z.strictObject({
    kind: z.literal('blocked'),
    id: identifier,
    title: title.optional(),
    domains: domainList,
  }),
]);

const provider = z.strictObject({
  ...allowed,
  fqdn: domainName,
  address: ipAddress.optional(),
  port: port.optional(),
});

const fqdnList = z.array(domainName).min(1).max(1_000);
const side = z.enum(['a', 'b']);
const narrowing = z.strictObject({
  row: z.int().min(1).max(20),
  a: fqdnList.optional(),
  b: fqdnList.optional(),
  closed: z.literal(true).optional(),
  mayOpen: side.optional(),
  maySend: side.optional(),
});

const revocationRule = z.strictObject({
  mode: z.enum(['hard-fail', 'grace', 'off']),
  graceSeconds: seconds.max(30 * 86_400).optional(),
});
const srtp = z.enum(['required', 'optional']);
const rate = z.int().min(1).max(1_000_000);

const policies = z.strictObject({
  trustState: z
    .strictObject({
      intervalSeconds: seconds.min(1).optional(),
      alarmAfterSeconds: seconds.min(1).optional(),
      refuseAfterSeconds: seconds.min(1).optional(),
    })
    .optional(),
  revocation: z
    .strictObject({ enterprise: revocationRule.optional(), partners: revocationRule.optional() })
    .optional(),
  federation: z
    .strictObject({
      discovery: z.boolean().optional(),
      throttle: z
        .strictObject({
          messagesPerSecond: rate.optional(),
          distinctUris: rate.optional(),
          suspectMessagesPerSecond: rate.optional(),
        })
        .optional(),
    })
    .optional(),
  media: z.strictObject({ federationSrtp: srtp.optional(), internalSrtp: srtp.optional() }).optional(),
});

/** The shape of a document, strict: an unknown field is an error. */
export const documentSchema: z.ZodType<TopologyDocument> = z.strictObject({
  format: z.literal(topologyFormat),
  network: domainName,
  version: z.int().min(1),
  previous: fingerprint.optional(),
  issued: utcTime,
  expires: utcTime.optional(),
  title: title.optional(),
  administrators: z.strictObject({
    required: z.int().min(1).max(entryLimits.administrators),
    keys: z.array(administrator).min(1).max(entryLimits.administrators),
  }),
  anchors: z.strictObject({ enterprise: ownRoots.optional(), federation: anchors.optional() }).optional(),
  sites: z
    .array(z.strictObject({ id: identifier, title: title.optional() }))
    .max(entryLimits.sites)
    .optional(),
  domains: z
    .array(z.strictObject({ name: domainName, pool: domainName.optional(), title: title.optional() }))
    .min(1)
    .max(entryLimits.domains),
  pools: z
    .array(
      z.strictObject({
        fqdn: domainName,
        role,
        site: identifier.optional(),
        domains: domainList.optional(),
        title: title.optional(),
      }),
    )
    .max(entryLimits.pools)
    .optional(),
  servers: z.array(server).max(entryLimits.servers),
  stores: z
    .array(
      z.strictObject({
        fqdn: domainName,
        kind: z.enum(['redis', 'postgresql']),
        address: ipAddress.optional(),
        port: port.optional(),
        title: title.optional(),
      }),
    )
    .max(entryLimits.stores)
    .optional(),
  users: z.record(addressOfRecord, domainName).optional(),
  partners: z.array(partner).max(entryLimits.partners).optional(),
  providers: z.array(provider).max(entryLimits.partners).optional(),
  links: z.array(narrowing).max(entryLimits.links).optional(),
  policies: policies.optional(),
  telephony: telephonySchema.optional(),
});

/**
 * The JSON Schema (draft 2020-12) of the document, for editors. It describes the shape; {@link checkDocument} checks what must fit
 * together.
 */
export function topologyJsonSchema(): object {
  return { title: 'Entente topology', ...z.toJSONSchema(documentSchema) };
}
