import { parseNameAddr, type SipMessage } from '@entente/sip';
import type { Topology } from '@entente/topology';
import { changedField, type FieldChange } from '../field-changes.ts';
import { namingFields } from '../identity-header-fields.ts';
import { readUserPart } from './user-part.ts';

/**
 * What an outsider's message says of users of ours by their numbers, at a domain that is not ours: our edge has taken off what names our domains, and
 * knows no numbers.
 * @param message - of an outsider, that an edge brings
 * @param topology - in force
 * @param isNumberOfUser - whether a user of ours has a global number
 * @returns what becomes of the fields that say it
 */
export function numbersInClaims(
  message: SipMessage,
  topology: Topology,
  isNumberOfUser: (number: string) => boolean,
): readonly FieldChange[] {
  const isOurs = (value: string): boolean => {
    const parsed = parseNameAddr(value);
    if (!parsed.ok || parsed.value.uri.kind !== 'sip') return false;
    const { host, user = '' } = parsed.value.uri;
    return !topology.isOurDomain(host) && readUserPart(user, topology, isNumberOfUser) !== undefined;
  };
  return namingFields.flatMap((name) => {
    const changed = changedField(message, name, (value) => (isOurs(value) ? undefined : value));
    return changed === undefined ? [] : [changed];
  });
}
