import { type CredentialRecord, parseUri } from '@entente/sip';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';

/** The digests of users' passwords. */
export interface Credentials {
  /** The record of a user in a realm, which is a SIP domain; undefined where there is no such user. */
  find(username: string, realm: string): CredentialRecord | undefined;
  /** Whether a user has a verifier for MD5, which is how it is turned on for that user. */
  hasMd5(username: string, realm: string): boolean;
  /** Whether a user may not sign in, whatever the password; default: nobody is disabled. */
  isDisabled?(username: string, realm: string): boolean;
  /** Version of the account that a user authenticates by, see `AccountVersion`; undefined where none is told. Default: there are none. */
  versionOf?(username: string, realm: string): string | undefined;
}

/**
 * Whether a user could authenticate now: one who was signed out sends nothing in a dialog either.
 * @param credentials - of the users
 * @param address - of record
 */
export function mayAuthenticate(credentials: Credentials, address: string): boolean {
  const parsed = parseUri(`sip:${address}`);
  if (!parsed.ok || parsed.value.kind !== 'sip' || parsed.value.user === undefined) return false;
  const { host, user } = parsed.value;
  return credentials.find(user, host) !== undefined && credentials.isDisabled?.(user, host) !== true;
}

/**
 * The refusal of a user who has the right password, and may not sign in. Nobody else is told so.
 * @param username - proven
 * @param realm - where
 */
export function accountDisabled(username: string, realm: string): RequestRefusal {
  const refused = refusal(
    'account-disabled',
    403,
    `Credentials: expected a user who may sign in, found ${username} of ${realm}, whose account is disabled`,
    'Ask an administrator, who enables the account with entente user enable.',
  );
  return { ...refused, user: username };
}
