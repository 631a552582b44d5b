import type { FollowedAccounts } from '@entente/member';
import type { Credentials } from '../admission/credentials.ts';

/**
 * The accounts of the domain, as a server authenticates users with them. A user whose account is disabled is told so, once the password
 * was right: nobody else learns it.
 * @param accounts - of `member.followAccounts()`
 */
export function accountCredentials({ known }: Pick<FollowedAccounts, 'known'>): Credentials {
  return {
    find: (username, realm) => known.find(username, realm)?.credentials,
    hasMd5: (username, realm) => known.find(username, realm)?.account.verifiers.MD5 !== undefined,
    isDisabled: (username, realm) => known.find(username, realm)?.account.state !== 'enabled',
    versionOf: (username, realm) => known.find(username, realm)?.version,
  };
}
