import { access } from 'node:fs/promises';
import { text as aText } from '@entente/options';
import type { Topology } from '@entente/topology';
import { refuseUnwritable } from '../files/directory-lock.ts';
import { checks } from '../files/fault.ts';
import { MemberFiles } from '../files/member-files.ts';
import { TopologyFile } from '../files/topology-file.ts';
import { readToken } from './join-token.ts';

/**
 * Checks that a server has joined or can: that its directory has the record of its membership, or that it has a join token in the right form; and
 * that this user may write to its directory. Creates nothing. Whether the token is still valid only the authority knows.
 * @param directory - of the server; need not exist
 * @param text - the join token, as pasted; `undefined` where the configuration has none
 * @param fqdn - the server
 * @throws MemberFault `ENTENTE_MEMBER_NO_TOKEN`, `ENTENTE_MEMBER_TOKEN`, `ENTENTE_MEMBER_BAD_ARGUMENT`; an error of the system, `EACCES`
 */
export async function checkMembership(
  directory: string,
  text: string | undefined,
  fqdn: string,
): Promise<void> {
  checks.argument(directory, aText, 'directory of checkMembership');
  checks.argument(fqdn, aText, 'fqdn of checkMembership');
  const files = new MemberFiles(directory);
  const hasJoined = await access(files.path('membership')).then(
    () => true,
    // What this user may not look at is read at the start, by the user of the server.
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT',
  );
  if (!hasJoined || text !== undefined) readToken(text, fqdn, directory);
  await refuseUnwritable(directory);
}

/**
 * The topology that a server has kept from its last run, for a check of its configuration: it may have been replaced since.
 * @param directory - of the server; need not exist
 * @returns undefined where there is none, or this user may not read it
 * @throws MemberFault `ENTENTE_MEMBER_DAMAGED`, `ENTENTE_MEMBER_BAD_ARGUMENT`
 */
export async function keptTopology(directory: string): Promise<Topology | undefined> {
  checks.argument(directory, aText, 'directory of keptTopology');
  return new TopologyFile(new MemberFiles(directory)).restore().catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EACCES') return undefined;
    throw error;
  });
}
