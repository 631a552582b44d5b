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
  const records = new Map<string, CredentialRecord>();
  const toName = 'correct "users" in the configuration, or create the file with entente user add';
  for (const record of loadConfig(file, usersConfig, toName).users) {
    records.set(keyOf(record.username, record.realm), record as CredentialRecord);
  }
  return {
    find: (username, realm) => records.get(keyOf(username, realm)),
    hasMd5: (username, realm) => records.get(keyOf(username, realm))?.ha1.MD5 !== undefined,
  };
}

function keyOf(username: string, realm: string): string {
  return `${username}\n${realm}`;
}
