import type { FeedView } from '@entente/accounts/feed';
import { type Problem, refuse } from '@entente/pki';
import type { Role, Topology } from '@entente/topology';
import type { Caller } from '../caller.ts';

/**
 * What servers of each role learn about the accounts. Front ends and directors authenticate users; mediation and web services act by
 * their homes and rights; no other server needs to know who they are, least of all one at the perimeter.
 */
const viewOf: { readonly [role in Role]?: FeedView } = {
  'front-end': 'verifiers',
  director: 'verifiers',
  mediation: 'homes',
  'web-services': 'homes',
};

/** What a caller may read of the accounts, or why nothing. */
export type ReaderDecision =
  | { readonly ok: true; readonly view: FeedView }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Decides what a caller may read of the feed of accounts.
 * @param topology - the one in force, which names the role of a server
 * @param caller - from the verdict on its connection
 */
export function readerOf(topology: Topology | undefined, caller: Caller): ReaderDecision {
  const server = caller.kind === 'server' ? topology?.servers.get(caller.server) : undefined;
  const view = server === undefined ? undefined : viewOf[server.role];
  if (view !== undefined) return { ok: true, view };
  if (caller.kind === 'server' && server === undefined) {
    const problem = refuse(
      'not-in-topology',
      `expected a server of the topology, found ${caller.server}`,
      'add it with entente topology add server and publish the topology first',
    );
    return { ok: false, problem };
  }
  return {
    ok: false,
    problem: {
      reason: 'role-not-allowed-on-link',
      message: `expected a server with the role ${Object.keys(viewOf).join(', ')}, found ${server?.role ?? caller.kind}`,
      remedy:
        'nothing needs to be done: servers that need the accounts read them; administrators use entente user list',
      status: 403,
    },
  };
}
