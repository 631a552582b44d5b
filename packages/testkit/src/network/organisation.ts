import { createHash, randomBytes } from 'node:crypto';
import { type AnchorReference, type Partner, type TopologyDocument, topologyFormat } from '@entente/topology';

/** A user of the test network. */
export interface TestUser {
  /** `alice@contoso.example`. */
  readonly address: string;
  /** Random for each network, in plain text. */
  readonly password: string;
  /** FQDN of the front end where the user registers. */
  readonly home: string;
  /** The user's client supports MD5 only, so the user has a verifier for MD5 and no other. */
  readonly md5?: boolean;
  /** The user is outside: the client reaches the organisation over its edge. */
  readonly external?: boolean;
}

/** An edge: a server with two sides. */
export interface EdgePlace {
  /** Name on the internal side, by which the topology knows it. */
  readonly fqdn: string;
  /** Name on the external side. */
  readonly externalFqdn: string;
  /** SIP over TLS, topology push and validation, on the internal side. */
  readonly internalPorts: Readonly<Record<'sip' | 'push' | 'validation', number>>;
  /** Clients, partners, federation bundle (HTTPS) and revocation lists (HTTP), on the external side. */
  readonly externalPorts: Readonly<Record<'clients' | 'federation' | 'bundle' | 'objects', number>>;
}

/** A SIP server on loopback, and ports of its own for everything else that the topology plans for its role. */
export interface ServerPlace {
  /** Name of the server, as the topology lists it. */
  readonly fqdn: string;
  /** SIP over TLS. */
  readonly port: number;
  /** By name of the service, e.g. `validation`. */
  readonly otherPorts: Readonly<Record<string, number>>;
}

/** Ports that {@link layOut} needs. */
export const portsNeeded = 31;

/** Names, ports and users of one organisation on loopback. */
export interface Organisation {
  /** SIP domain, e.g. `contoso.example`. */
  readonly domain: string;
  /** The authority, and its ports for HTTPS and for revocation lists over HTTP. */
  readonly authority: { readonly fqdn: string; readonly httpsPort: number; readonly objectsPort: number };
  /** Name of the pool of the front ends. */
  readonly pool: string;
  /** The two of the pool. */
  readonly frontEnds: readonly ServerPlace[];
  /** A gateway: a server of the topology that may not talk to front ends. */
  readonly gateway: ServerPlace;
  /** What stands between gateway and front ends; planned, not running. */
  readonly mediation: ServerPlace;
  /** Stands in the topology only where the network has one. */
  readonly edge: EdgePlace;
  /** In a pool with the first one, under the same name outside; stands in the topology only where the network has two. */
  readonly secondEdge: EdgePlace;
  /** Name of the pool of the two edges. */
  readonly edgePool: string;
  /** In a pool; they stand in the topology only where the network has directors. */
  readonly directors: readonly ServerPlace[];
  /** Name of the pool of the directors. */
  readonly directorPool: string;
  /** Those inside first, then those outside. */
  readonly users: readonly TestUser[];
}

/**
 * Lays an organisation out: two front ends, an authority, a gateway, three users.
 * @param domain - e.g. `contoso.example`
 * @param ports - {@link portsNeeded} free ports
 */
export function layOut(domain: string, ports: readonly number[]): Organisation {
  const free = ports[Symbol.iterator]();
  const port = (): number => {
    const next = free.next();
    if (next.done) throw new RangeError(`laying out ${domain} needs ${portsNeeded} ports`);
    return next.value;
  };
  const password = () => randomBytes(12).toString('base64url');
  const frontEnd = (fqdn: string): ServerPlace => ({
    fqdn,
    port: port(),
    otherPorts: { web: port(), validation: port() },
  });
  const edge = (fqdn: string): EdgePlace => ({
    fqdn,
    externalFqdn: `access.${domain}`,
    internalPorts: { sip: port(), push: port(), validation: port() },
    externalPorts: { clients: port(), federation: port(), bundle: port(), objects: port() },
  });
  const [first, second] = [frontEnd(`fe1.${domain}`), frontEnd(`fe2.${domain}`)];
  return {
    domain,
    authority: { fqdn: `ca.${domain}`, httpsPort: port(), objectsPort: port() },
    pool: `pool.${domain}`,
    frontEnds: [first, second],
    gateway: { fqdn: `gw1.${domain}`, port: port(), otherPorts: { validation: port() } },
    mediation: { fqdn: `med1.${domain}`, port: port(), otherPorts: { gateway: port(), validation: port() } },
    edge: edge(`edge1.${domain}`),
    secondEdge: edge(`edge2.${domain}`),
    edgePool: `edges.${domain}`,
    directors: ['dir1', 'dir2'].map((name) => ({
      fqdn: `${name}.${domain}`,
      port: port(),
      otherPorts: { validation: port() },
    })),
    directorPool: `directors.${domain}`,
    users: [
      { address: `alice@${domain}`, password: password(), home: first.fqdn },
      { address: `bob@${domain}`, password: password(), home: second.fqdn },
      { address: `carol@${domain}`, password: password(), home: first.fqdn },
      { address: `dave@${domain}`, password: password(), home: first.fqdn, md5: true },
      { address: `frank@${domain}`, password: password(), home: second.fqdn, md5: true },
      { address: `erin@${domain}`, password: password(), home: second.fqdn, external: true },
    ],
  };
}

/** Names by which outsiders reach the organisation; they know no other. */
export function outsideNamesOf({ domain, edge }: Organisation): readonly string[] {
  return [domain, edge.externalFqdn];
}

/** Where the edge serves outsiders the organisation's signed objects. */
export function outsideObjectsUrl({ edge }: Organisation): string {
  return `http://${edge.externalFqdn}:${edge.externalPorts.objects}`;
}

/** Every host of the organisation is on this machine. */
export function addressesOf(organisation: Organisation): ReadonlyMap<string, string> {
  const names = [
    organisation.authority.fqdn,
    organisation.domain,
    organisation.gateway.fqdn,
    organisation.edge.fqdn,
    organisation.secondEdge.fqdn,
    organisation.edge.externalFqdn,
    organisation.pool,
    ...[...organisation.frontEnds, ...organisation.directors].map(({ fqdn }) => fqdn),
  ];
  return new Map(names.map((name) => [name, '127.0.0.1']));
}

/**
 * The topology of an organisation.
 * @param organisation - see {@link layOut}
 * @param keys - the administrator's public key (SubjectPublicKeyInfo) and the root's certificate, DER
 * @param now - milliseconds since 1970
 * @param federation - partners; with them comes the edge
 */
export function topologyOf(
  organisation: Organisation,
  keys: { readonly administrator: Uint8Array; readonly root: Uint8Array },
  now: number,
  federation?: {
    readonly partners: readonly Partner[];
    readonly sharedRoots?: readonly AnchorReference[];
    /** The external certificate of the edge comes from a public CA. */
    readonly publicCertificate?: boolean;
    /** Both edges, in a pool; default the first alone, in none. */
    readonly isPool?: boolean;
    /** Two directors, in a pool; default none. */
    readonly hasDirectors?: boolean;
  },
): TopologyDocument {
  const { authority, directorPool, domain, edgePool, frontEnds, gateway, mediation, pool, users } =
    organisation;
  const directors = federation?.hasDirectors === true ? organisation.directors : [];
  const edges = edgesOf(organisation, federation?.isPool);
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
      enterprise: [anchorOf('enterprise', keys.root)],
      ...(federation?.sharedRoots === undefined ? {} : { federation: federation.sharedRoots }),
    },
    domains: [{ name: domain, pool }],
    pools: [
      { fqdn: pool, role: 'front-end' },
      ...(federation?.isPool === true ? [{ fqdn: edgePool, role: 'edge' as const }] : []),
      ...(directors.length > 0 ? [{ fqdn: directorPool, role: 'director' as const }] : []),
    ],
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
      ...directors.map((place) => ({
        fqdn: place.fqdn,
        role: 'director' as const,
        pool: directorPool,
        interfaces: sipAt(place),
      })),
      { fqdn: gateway.fqdn, role: 'gateway', interfaces: sipAt(gateway) },
      { fqdn: mediation.fqdn, role: 'mediation', interfaces: sipAt(mediation) },
      ...(federation === undefined
        ? []
        : edges.map((edge) => ({
            fqdn: edge.fqdn,
            role: 'edge' as const,
            ...(federation.isPool === true ? { pool: edgePool } : {}),
            interfaces: edgeAt(edge, federation.publicCertificate),
          }))),
    ],
    ...(federation === undefined ? {} : { partners: federation.partners }),
    users: Object.fromEntries(users.map(({ address, home }) => [address, home])),
  };
}

/**
 * The edges that an organisation has, once it has any.
 * @param organisation - see {@link layOut}
 * @param isPool - whether it has both
 */
export function edgesOf({ edge, secondEdge }: Organisation, isPool = false): readonly EdgePlace[] {
  return isPool ? [edge, secondEdge] : [edge];
}

function edgeAt({ externalFqdn, externalPorts, internalPorts }: EdgePlace, publicCertificate = false) {
  return {
    internal: { address: '127.0.0.1', ports: internalPorts },
    external: {
      fqdn: externalFqdn,
      address: '127.0.0.1',
      ports: externalPorts,
      ...(publicCertificate ? { certificate: 'public' as const } : {}),
    },
  };
}

/** A root as a topology pins it. */
export function anchorOf(name: string, root: Uint8Array): AnchorReference {
  return { name, sha256: createHash('sha256').update(root).digest('hex'), certificate: base64(root) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}
