import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Network } from '@entente/testkit';
import { decodeSignedTopology, type TopologyDocument, topologyHash } from '@entente/topology';

/**
 * The topology that a server of the network has in force.
 *
 * @param fqdn - of the server
 * @throws Error where its file cannot be read
 */
export async function topologyAt(network: Network, fqdn: string): Promise<TopologyDocument> {
  const found = decodeSignedTopology(await readFile(join(network.directory, fqdn, 'topology.json'), 'utf8'));
  if (!found.ok) throw new Error(`the topology of ${fqdn} cannot be read: ${found.message}`);
  return found.document as TopologyDocument;
}

/**
 * Publishes the version after a topology.
 *
 * @param document - the newest one
 * @param change - the fields in which the next one differs
 * @returns the next one
 */
export async function publishNext(
  network: Network,
  document: TopologyDocument,
  change: Partial<TopologyDocument>,
): Promise<TopologyDocument> {
  const next = {
    ...document,
    version: document.version + 1,
    previous: topologyHash(document),
    ...change,
  };
  await network.administrator.publish(next);
  return next;
}

const pollMs = 50;
const mostPolls = 600;

/**
 * Waits until a server has a version in force.
 *
 * @param fqdn - of the server
 * @param version - or a later one
 * @throws Error when that takes more than half a minute
 */
export async function inForceAt(network: Network, fqdn: string, version: number): Promise<void> {
  for (let poll = 0; poll < mostPolls; poll += 1) {
    if ((await topologyAt(network, fqdn)).version >= version) return;
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
  throw new Error(`${fqdn} has not taken version ${version} of the topology`);
}
