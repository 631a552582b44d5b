import { access } from 'node:fs/promises';
import type { Topology } from '@entente/topology';
import { MemberFiles } from '../files/member-files.ts';
import { TopologyFile } from '../files/topology-file.ts';
import { readToken } from './join-token.ts';

/**
 * Checks that a server has joined or can: that its directory has the record of its membership, or that it has a join token in the right form. Creates
 * nothing. Whether the token is still valid only the authority knows.
 * @param directory - of the server; need not exist
 * @param text - the join token, as pasted; `undefined` where the configuration has none
 * @param fqdn - the server
 * @returns the topology that is kept from the last run, which may have been replaced since; undefined where there is none yet
 * @throws MemberFault `ENTENTE_MEMBER_NO_TOKEN`, `ENTENTE_MEMBER_TOKEN`, `ENTENTE_MEMBER_DAMAGED`
 */
export async function checkMembership(
  directory: string,
  text: string | undefined,
  fqdn: string,
): Promise<Topology | undefined> {
  const files = new MemberFiles(directory);
  const hasJoined = await access(files.path('membership')).then(
    () => true,
    // What this user may not look at is read at the start, by the user of the server.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!hasJoined || text !== undefined) readToken(text, fqdn, directory);
  if (!hasJoined) return undefined;
  return new TopologyFile(files).restore().catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return undefined;
    throw error;
  });
}
