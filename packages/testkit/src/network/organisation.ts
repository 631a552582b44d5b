import { createHash, randomBytes } from 'node:crypto';
import { type TopologyDocument, topologyFormat } from '@entente/topology';

/** A user of the test network. */
export interface TestUser {
  /** `alice@contoso.example`. */
  readonly address: string;
  readonly password: string;
  /** FQDN of the front end where the user registers. */
  readonly home: string;
  /** The user's client knows MD5 only: he has a verifier for it, and no other. */
  readonly md5?: boolean;
}

/** A SIP server on loopback, and ports of its own for everything else that the topology plans for its role. */
export interface ServerPlace {
  readonly fqdn: string;
  /** SIP over TLS. */
  readonly port: number;
  readonly otherPorts: Readonly<Record<string, number>>;
}

/** Ports that {@link layOut} needs. */
export const portsNeeded = 13;

/** Names, ports and users of one organisation on loopback. */
export interface Organisation {
  readonly domain: string;
  readonly authority: { readonly fqdn: string; readonly httpsPort: number; readonly objectsPort: number };
  readonly pool: string;
  readonly frontEnds: readonly ServerPlace[];
  /** A gateway: a server of the topology that may not talk to front ends. */
  readonly gateway: ServerPlace;
  /** What stands between gateway and front ends; planned, not running. */
  readonly mediation: ServerPlace;
  readonly users: readonly TestUser[];
}

/**
 * Lays an organisation out: two front ends, an authority, a gateway, three users.
 * @param domain e.g. `contoso.example`
 * @param ports {@link portsNeeded} free ports
 */
export function layOut(domain: string, ports: readonly number[]): Organisation {
  const [
    httpsPort,
    objectsPort,
    sip1,
    web1,
    validation1,
    sip2,
    web2,
    validation2,
    sip3,
    validation3,
    ...mediation
  ] = ports as PortList;
  const frontEnds = [
    { fqdn: `fe1.${domain}`, port: sip1, otherPorts: { web: web1, validation: validation1 } },
    { fqdn: `fe2.${domain}`, port: sip2, otherPorts: { web: web2, validation: validation2 } },
  ] as const;
  const password = () => randomBytes(12).toString('base64url');
  return {
    domain,
    authority: { fqdn: `ca.${domain}`, httpsPort, objectsPort },
    pool: `pool.${domain}`,
    frontEnds,
    gateway: { fqdn: `gw1.${domain}`, port: sip3, otherPorts: { validation: validation3 } },
    mediation: {
      fqdn: `med1.${domain}`,
      port: mediation[0],
      otherPorts: { gateway: mediation[1], validation: mediation[2] },
    },
    users: [
      { address: `alice@${domain}`, password: password(), home: frontEnds[0].fqdn },
      { address: `bob@${domain}`, password: password(), home: frontEnds[1].fqdn },
      { address: `carol@${domain}`, password: password(), home: frontEnds[0].fqdn },
      { address: `dave@${domain}`, password: password(), home: frontEnds[0].fqdn, md5: true },
    ],
  };
}

type PortList = [
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
  number,
];

/** Every host of the organisation is on this machine. */
export function addressesOf(organisation: Organisation): ReadonlyMap<string, string> {
  const names = [
    organisation.authority.fqdn,
    organisation.domain,
    organisation.gateway.fqdn,
    ...organisation.frontEnds.map(({ fqdn }) => fqdn),
  ];
  return new Map(names.map((name) => [name, '127.0.0.1']));
}

/**
 * The topology of an organisation.
 * @param organisation see {@link layOut}
 * @param keys the administrator's public key (SubjectPublicKeyInfo) and the root's certificate, DER
 * @param now milliseconds since 1970
 */
export function topologyOf(
  organisation: Organisation,
  keys: { readonly administrator: Uint8Array; readonly root: Uint8Array },
  now: number,
): TopologyDocument {
  const { authority, domain, frontEnds, gateway, mediation, pool, users } = organisation;
  const at = (ports: Record<string, number>) => ({ internal: { address: '127.0.0.1', ports } });
  const sipAt = ({ port, otherPorts }: ServerPlace) => at({ sip: port, ...otherPorts });
  return {
    format: topologyFormat,
    network: domain,
    version: 1,
    issued: `${new Date(now).toISOString().slice(0, 19)}Z`,
    administrators: {
      required: 1,
      keys: [{ id: 'administrator', algorithm: 'ES256', publicKey: base64(keys.administrator) }],
    },
    anchors: {
      enterprise: [
        {
          name: 'enterprise',
          sha256: createHash('sha256').update(keys.root).digest('hex'),
          certificate: base64(keys.root),
        },
      ],
    },
    domains: [{ name: domain, pool }],
    pools: [{ fqdn: pool, role: 'front-end' }],
    servers: [
      {
        fqdn: authority.fqdn,
        role: 'authority',
        interfaces: at({ https: authority.httpsPort, objects: authority.objectsPort }),
      },
      ...frontEnds.map((place) => ({
        fqdn: place.fqdn,
        role: 'front-end' as const,
        pool,
        interfaces: sipAt(place),
      })),
      { fqdn: gateway.fqdn, role: 'gateway', interfaces: sipAt(gateway) },
      { fqdn: mediation.fqdn, role: 'mediation', interfaces: sipAt(mediation) },
    ],
    users: Object.fromEntries(users.map(({ address, home }) => [address, home])),
  };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
