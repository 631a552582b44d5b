import { type Account, verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { FlowNames } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { sampleFrontEnd } from '@entente/testkit/topology';
import type { Topology } from '@entente/topology';
import { FrontEnd } from '../src/front-end.ts';
import { newSealing } from './front-end-on-paper.ts';

/** The password of each of them. */
export const password = 'secret';

/** What the front end is made of. */
export interface FrontEndOfUsersOptions {
  readonly topology: Topology;
  /** Addresses of users in its directory. */
  readonly users: readonly string[];
  /** Telephone numbers of some of them, by address. */
  readonly numbers?: Readonly<Record<string, string>>;
  /** What each of them may do; default nothing that needs a right. */
  readonly rights?: Account['rights'];
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Names of client connections; default some of its own. */
  readonly flows?: FlowNames;
}

/** A front end whose users have accounts. */
export function frontEndOfUsers({
  clock,
  flows = new FlowNames(),
  numbers = {},
  rights = [],
  topology,
  users,
}: FrontEndOfUsersOptions): FrontEnd {
  const known = new KnownAccounts();
  const accounts = users.map((address): Account => {
    const verifiers = verifiersOf(address, password) ?? {};
    const number = numbers[address];
    return { address, ...(number === undefined ? {} : { number }), verifiers, state: 'enabled', rights };
  });
  known.apply(accounts.map((account) => ({ address: account.address, account })));
  const sealing = newSealing();
  return new FrontEnd({
    fqdn: sampleFrontEnd.fqdn,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    accounts: { known, isStale: false },
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    flows,
    newToken: () => 'token',
    onUser() {},
    clock,
    hopTo: () => undefined,
  });
}
