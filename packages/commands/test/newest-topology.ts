import { join } from 'node:path';
import type { Network } from '@entente/testkit';
import { connectAuthority } from '../src/authority/connect-authority.ts';

/**
 * The topology in force, from the authority itself: a member may not have heard yet of what was just published.
 * @param network - that runs
 * @returns as it was signed
 */
export async function newestTopology(network: Network): Promise<string> {
  const { authority } = network.organisation;
  const files = join(network.directory, 'authority', 'administrators', 'administrator');
  await using connection = await connectAuthority({
    authority: `https://${authority.fqdn}:${authority.httpsPort}`,
    address: ['127.0.0.1'],
    anchors: network.anchorsFile,
    certificate: `${files}.crt`,
    key: `${files}.key`,
  });
  const outcome = await connection.get('/topology');
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  return outcome.text;
}
