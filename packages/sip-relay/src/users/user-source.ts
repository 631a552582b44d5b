import { OperatorFault, pathBeside } from '@entente/host';
import type { FollowedAccounts, Member } from '@entente/member';
import type { PostgresSettings } from '@entente/store-sql/postgres';
import type { Credentials } from '../admission/credentials.ts';
import { accountCredentials } from './account-credentials.ts';
import { loadCredentials } from './file-credentials.ts';
import { readAccounts } from './read-accounts.ts';
import { ReplaceableCredentials } from './replaceable-credentials.ts';

/** Where the users come from, as the configuration of a server says. */
export interface UserSettings {
  /** File with the digests of their passwords; without it they are the accounts of the domain. */
  readonly users?: string | undefined;
  /** Where this server reads the accounts itself; without it the authority feeds them. */
  readonly accounts?: { readonly postgresql: PostgresSettings } | undefined;
}

/** The users of a server that runs. Dispose of them after the member. */
export interface OpenUsers extends AsyncDisposable {
  /** Digests of the passwords of the users, as they are at each look-up. */
  readonly credentials: Credentials;
  /** The accounts that the users are; undefined where they come from a file. */
  readonly accounts?: FollowedAccounts;
}

const nothing = async (): Promise<void> => {};

/** Where the users of a server come from. */
export interface UserSource {
  /**
   * The users, once the server has joined.
   * @param member - follows the accounts, where they are the source
   * @throws as `readAccounts`, where this server reads them itself
   */
  open(member: Pick<Member, 'followAccounts' | 'identity' | 'topology' | 'trust'>): Promise<OpenUsers>;
  /**
   * Reads the users of another configuration.
   * @param next - that is to be taken over
   * @returns takes them over
   * @throws OperatorFault of the file, or `ENTENTE_USERS_SOURCE` where they come from elsewhere
   */
  prepare(next: Pick<UserSettings, 'users'>): () => void;
}

/**
 * The users that a configuration names: those of its file, or else the accounts, which the authority feeds or this server
 * reads itself.
 * @param config - names the file, or the directory of accounts
 * @param configFile - that the path is relative to
 * @throws OperatorFault with the place in the file
 */
export function userSource(config: UserSettings, configFile: string): UserSource {
  const { accounts: own, users } = config;
  if (users === undefined) {
    return {
      async open(member) {
        if (own !== undefined) {
          const read = await readAccounts(own, configFile, member);
          const { accounts } = read;
          const close = () => read[Symbol.asyncDispose]();
          return { accounts, credentials: accountCredentials(accounts), [Symbol.asyncDispose]: close };
        }
        const accounts = await member.followAccounts();
        return { accounts, credentials: accountCredentials(accounts), [Symbol.asyncDispose]: nothing };
      },
      prepare(next) {
        if (next.users !== undefined) throw otherSource(configFile);
        return () => {};
      },
    };
  }
  const loaded = new ReplaceableCredentials(loadCredentials(pathBeside(configFile, users)));
  return {
    open: async () => ({ credentials: loaded, [Symbol.asyncDispose]: nothing }),
    prepare(next) {
      if (next.users === undefined) throw otherSource(configFile);
      const others = loadCredentials(pathBeside(configFile, next.users));
      return () => loaded.replace(others);
    },
  };
}

function otherSource(place: string): OperatorFault {
  return new OperatorFault('ENTENTE_USERS_SOURCE', {
    sentence:
      'expected that the users come from where they came from at the start, found "users" added or taken away',
    place,
    remedy:
      'restart the server: it cannot change between a file and the accounts of the authority while it runs',
  });
}
