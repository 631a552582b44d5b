import type { Topology } from '@entente/topology';
import { readAsNumber } from './disguised-number.ts';
import { readInContext } from './number-in-context.ts';

/**
 * Whether the user part of an outsider's address is a number of a user of ours, or looks like one and cannot be compared.
 * @param user - with its parameters, escapes undone
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number
 * @returns undefined where it is a name, or a number of others
 * @see RFC 3261 §19.1.6
 */
export function readUserPart(
  user: string,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): 'ours' | 'unreadable' | undefined {
  const [name = ''] = user.split(';');
  return readInContext(user, topology, isNumberOfUser) ?? readAsNumber(name, topology, isNumberOfUser);
}
