import { freePorts } from '@entente/testkit';
import type { Role, ServerEntry } from '@entente/topology';
import { domain } from '../../scenarios/harness/authority-place.ts';

/** Of the front ends. */
export const pool = `pool.${domain}`;
const edgePool = `edges.${domain}`;
/** By which outsiders know all edges. */
export const accessName = `access.${domain}`;

/** Where one member of the pool runs. */
export interface MemberPlace {
  readonly address: string;
  /** Address at which it finds the authority. */
  readonly authority: string;
  /** Command line in front of `node`. */
  readonly launcher?: readonly string[];
  /** How its machine loses power and gets it back, where it is a machine of its own: what is sent to it vanishes then. */
  readonly power?: { off(): void; on(): void };
  /** Folder with the sources that run there; default this repository. */
  readonly root?: string;
}

/** A server before it runs. */
export interface Planned {
  readonly place: MemberPlace;
  readonly entry: ServerEntry;
  /** For clients, or for servers where no client connects. */
  readonly port: number;
}

/** Where the servers of each role run. */
export interface PoolPlaces {
  /** Of the front ends. */
  readonly places: readonly MemberPlace[];
  /** Of the edges; default nowhere. */
  readonly edges?: readonly MemberPlace[] | undefined;
  /** Of the directors; default nowhere. */
  readonly directors?: readonly MemberPlace[] | undefined;
  /** Of the mediation servers, which need accounts of the authority; default nowhere. */
  readonly mediation?: readonly MemberPlace[] | undefined;
}

/** An edge before it runs. */
export interface PlannedEdge extends Planned {
  /** Where it serves signed objects to outsiders. */
  readonly objectsUrl: string;
}

/**
 * Names and ports of all servers.
 * @param places - where each runs
 */
export async function layOut({ directors = [], edges = [], mediation = [], places }: PoolPlaces) {
  const count = places.length + portsOfEdge * edges.length + directors.length;
  const ports = await freePorts(count + portsOfMediation * mediation.length);
  const port = (): number => ports.shift() as number;
  const inside =
    (role: Role, name: string, poolFqdn: string, others: readonly string[] = []) =>
    (place: MemberPlace, index: number): Planned => {
      const sip = port();
      const further = Object.fromEntries(others.map((service) => [service, port()]));
      const internal = { address: place.address, ports: { sip, ...further } };
      const fqdn = `${name}${index + 1}.${domain}`;
      return { place, port: sip, entry: { fqdn, role, pool: poolFqdn, interfaces: { internal } } };
    };
  return {
    members: places.map(inside('front-end', 'fe', pool)),
    edges: edges.map((place, index): PlannedEdge => {
      const { address } = place;
      const external = { clients: port(), federation: port(), bundle: port(), objects: port() };
      const entry: ServerEntry = {
        fqdn: `edge${index + 1}.${domain}`,
        role: 'edge',
        pool: edgePool,
        interfaces: {
          internal: { address, ports: { sip: port(), push: port(), validation: port() } },
          external: { fqdn: accessName, address, ports: external },
        },
      };
      return { place, port: external.clients, entry, objectsUrl: `http://${accessName}:${external.objects}` };
    }),
    directors: directors.map(inside('director', 'dir', `directors.${domain}`)),
    mediation: mediation.map(inside('mediation', 'med', `mediation.${domain}`, ['gateway'])),
  };
}

const portsOfEdge = 7;
const portsOfMediation = 2;
