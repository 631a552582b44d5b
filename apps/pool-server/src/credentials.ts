import { loadConfig } from '@entente/host';
import type { CredentialRecord } from '@entente/sip';
import type { Credentials } from '@entente/sip-relay';
import { usersConfig } from './config.ts';

/**
 * Reads the digests of users' passwords.
 * @param file - YAML, see `usersConfig`
 * @throws OperatorFault with the place in the file
 */
export function loadCredentials(file: string): Credentials {
  // By realm, then by name: each request of a user asks, and a key of both would be put together for each.
  const realms = new Map<string, Map<string, CredentialRecord>>();
  const toName = 'correct "users" in the configuration, or create the file with entente user add';
  for (const record of loadConfig(file, usersConfig, toName).users) {
    const records = realms.get(record.realm) ?? new Map<string, CredentialRecord>();
    realms.set(record.realm, records.set(record.username, record as CredentialRecord));
  }
  return {
    find: (username, realm) => realms.get(realm)?.get(username),
    hasMd5: (username, realm) => realms.get(realm)?.get(username)?.ha1.MD5 !== undefined,
  };
}
