import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { anchorOf, type PublicAuthority, startApp, startPublicAuthority } from '@entente/testkit/repository';
import { stringify } from 'yaml';
import { type AuthorityOrders, addresses, openOrders } from '../../scenarios/harness/authority-orders.ts';
import {
  type AuthorityPlace,
  createAuthorityPlace,
  domain,
} from '../../scenarios/harness/authority-place.ts';
import { accessName, layOut, type Planned, type PlannedEdge, pool } from '../failover/planned-servers.ts';
import { loopbackPlaces } from '../failover/pool.ts';
import { rootOf } from '../load/pool-edge.ts';
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
    const planned = await layOut({
      places: loopbackPlaces(memberCount + 1, 11),
      edges: loopbackPlaces(1, 21),
    });
    const [edgePlan] = planned.edges as [PlannedEdge];
    // Of the last one there is an entry alone: no process runs it.
    const places = planned.members.slice(0, -1).map(placeOf);
    const entries = planned.members.map(({ entry }, index) =>
      index === memberCount ? { ...entry, fqdn: guest } : entry,
    );
    const { external, internal } = edgePlan.entry.interfaces ?? {};
    const edge: EdgePlace = {
      ...placeOf(edgePlan),
      port: internal?.ports?.sip as number,
      externalFqdn: accessName,
      federationPort: external?.ports?.federation as number,
    };
    const partnerAuthority = own(await startPublicAuthority('Fabrikam Root', `crl.${partner}`));
    const place = await createAuthorityPlace({
      directory,
      pools: [
        { fqdn: pool, role: 'front-end' },
        { fqdn: edgePlan.entry.pool as string, role: 'edge' },
      ],
      servers: [...entries, edgePlan.entry],
      partners: [
        {
          kind: 'allowed-domain',
          id: 'fabrikam',
          domains: [partner],
          anchors: [anchorOf('root', rootOf(partnerAuthority))],
        },
      ],
      outsideObjectsUrls: [edgePlan.objectsUrl],
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

function placeOf({ entry, place, port }: Planned): Place {
  return { fqdn: entry.fqdn, address: place.address, port };
}
