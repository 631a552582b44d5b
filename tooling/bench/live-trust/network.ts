import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePorts } from '@entente/testkit';
import { anchorOf, type PublicAuthority, startApp, startPublicAuthority } from '@entente/testkit/repository';
import type { AnchorReference, ServerEntry } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { stringify } from 'yaml';
import { type AuthorityOrders, addresses, openOrders } from '../../scenarios/harness/authority-orders.ts';
import {
  type AuthorityPlace,
  createAuthorityPlace,
  domain,
} from '../../scenarios/harness/authority-place.ts';
import { buildScript } from '../process/built-script.ts';
import { Child } from '../process/child.ts';
import type { ClosedEnd } from './order.ts';

/** A server of the network, and where it listens for others. */
export interface Place {
  readonly fqdn: string;
  readonly address: string;
  readonly port: number;
}

/** The edge, and where it listens for partners. */
export interface EdgePlace extends Place {
  readonly externalFqdn: string;
  readonly federationPort: number;
}

/** An authority, seven servers and an edge, each a process of its own. */
export interface LiveNetwork extends AsyncDisposable {
  readonly place: AuthorityPlace;
  readonly orders: AuthorityOrders;
  readonly members: readonly (Place & { readonly process: Child })[];
  readonly edge: EdgePlace;
  /** Certifies the servers of the partner. */
  readonly partnerAuthority: PublicAuthority;
}

/** Domain of the partner. */
export const partner = 'fabrikam.example';
/** A server of the topology that no process runs. */
export const guest = `guest.${domain}`;

const pool = `pool.${domain}`;
const memberCount = 7;

/**
 * Starts the network.
 *
 * @param directory - folder for everything
 * @param onClosed - called for each end of a connection that a member process has seen closing
 */
export async function startLiveNetwork(
  directory: string,
  onClosed: (end: ClosedEnd) => void,
): Promise<LiveNetwork> {
  const parts: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const ports = await freePorts(memberCount + 8);
    const port = (): number => ports.pop() as number;
    const places = Array.from({ length: memberCount }, (_, index) => ({
      fqdn: `fe${index + 1}.${domain}`,
      address: `127.0.0.${11 + index}`,
      port: port(),
    }));
    const edge = {
      fqdn: `edge1.${domain}`,
      externalFqdn: `access.${domain}`,
      address: '127.0.0.21',
      port: port(),
      federationPort: port(),
    };
    const partnerAuthority = own(await startPublicAuthority('Fabrikam Root', `crl.${partner}`));
    const place = await createAuthorityPlace({
      directory,
      pools: [{ fqdn: pool, role: 'front-end' }],
      servers: [...places, { fqdn: guest, address: '127.0.0.22', port: port() }]
        .map(frontEndEntry)
        .concat(edgeEntry(edge, port)),
      partners: [
        { kind: 'allowed-domain', id: 'fabrikam', domains: [partner], anchors: [rootOf(partnerAuthority)] },
      ],
      outsideObjectsUrls: [`http://${edge.externalFqdn}`],
      administrators: ['administrator', 'bob'],
    });
    own(await startApp('authority-server', { name: place.fqdn, configFile: place.configFile }));
    const orders = own(await openOrders(place));
    await orders.publish(place.topology);
    const script = own(await buildScript(new URL('./member.ts', import.meta.url), 'tls'));
    const members = await Promise.all(
      places.map(async (one, index) => {
        const token = await orders.joinToken(one.fqdn);
        const order = { ...one, directory: join(directory, one.fqdn), token };
        const flags = ['--import', 'reflect-metadata'];
        const heard = (end: unknown): void => onClosed(end as ClosedEnd);
        const process = own(await Child.start(script, { core: index % 2, flags, heard }));
        await process.ask(order);
        return { ...one, process };
      }),
    );
    const configFile = join(directory, 'edge.yaml');
    const configuration = {
      fqdn: edge.fqdn,
      directory: join(directory, edge.fqdn),
      join: { token: await orders.joinToken(edge.fqdn) },
      addresses: { ...Object.fromEntries(addresses), [partnerAuthority.host]: '127.0.0.1' },
    };
    await writeFile(configFile, stringify(configuration), { mode: 0o600 });
    own(await startApp('edge-server', { name: edge.fqdn, configFile }));
    return { place, orders, members, edge, partnerAuthority, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function frontEndEntry({ address, fqdn, port }: Place): ServerEntry {
  return { fqdn, role: 'front-end', pool, interfaces: { internal: { address, ports: { sip: port } } } };
}

function edgeEntry(edge: EdgePlace, port: () => number): ServerEntry {
  const { address, externalFqdn, federationPort, fqdn } = edge;
  return {
    fqdn,
    role: 'edge',
    interfaces: {
      internal: { address, ports: { sip: edge.port, push: port(), validation: port() } },
      external: {
        fqdn: externalFqdn,
        address,
        ports: { clients: port(), federation: federationPort, bundle: port(), objects: port() },
      },
    },
  };
}

function rootOf({ authority }: PublicAuthority): AnchorReference {
  const decoded = decodePemCertificates(authority.certificatePem);
  const root = decoded.ok ? decoded.value[0] : undefined;
  if (root === undefined) throw new Error('the root of the partner cannot be read');
  return anchorOf('root', root.der);
}
