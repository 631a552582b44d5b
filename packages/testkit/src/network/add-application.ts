import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { freePorts } from './free-ports.ts';
import type { Network } from './network.ts';

/** A trusted application that a running network lists. */
export interface AddedApplication {
  /** Name of the application, as the topology lists it. */
  readonly fqdn: string;
  /** On which it listens, at 127.0.0.1. */
  readonly port: number;
  /** Its join token. */
  readonly token: string;
}

/**
 * Adds a trusted application to the topology of a running network, by a version of its own.
 * @param network - started with the FQDN among `otherHosts`
 * @param fqdn - of the application
 * @param users - addresses of the domain that it gets
 * @returns what it joins with, once every front end has the topology
 */
export async function addApplication(
  network: Network,
  fqdn: string,
  users: readonly string[] = [],
): Promise<AddedApplication> {
  const [first] = network.frontEnds;
  const path = join(network.directory, first?.name ?? '', 'topology.json');
  const { document } = JSON.parse(await readFile(path, 'utf8')) as { document: TopologyDocument };
  const [port = 0, validation = 0] = await freePorts(2);
  const version = document.version + 1;
  await network.administrator.publish({
    ...document,
    version,
    previous: topologyHash(document),
    servers: [
      ...document.servers,
      {
        fqdn,
        role: 'trusted-application',
        interfaces: { internal: { address: '127.0.0.1', ports: { sip: port, validation } } },
      },
    ],
    users: { ...document.users, ...Object.fromEntries(users.map((address) => [address, fqdn])) },
  });
  await Promise.all(
    network.frontEnds.map((frontEnd) =>
      frontEnd.waitFor(
        `version ${version}`,
        (record) => record.event === 'topology' && record.version === version,
      ),
    ),
  );
  return { fqdn, port, token: await network.administrator.joinToken(fqdn) };
}
