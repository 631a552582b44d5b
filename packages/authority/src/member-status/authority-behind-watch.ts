import type { Log } from '@entente/tls';
import type { MemberStanding, Topology } from '@entente/topology';
import type { PublishedList } from '../trust-state/published-lists.ts';

/** What is compared. */
export interface AuthorityBehindWatchOptions {
  readonly topology: () => Topology | undefined;
  /** The lists in force. */
  readonly lists: () => readonly PublishedList[];
  /** Whether an identifier is that of a root of ours. */
  readonly isRoot: (issuer: string) => boolean;
  readonly log: Log;
}

/**
 * Notices that a member knows of something newer than the authority: then the authority was restored from a copy, and members refuse what it
 * signs. What a member says is not proven, so nothing follows from it but a line in the log.
 */
export class AuthorityBehindWatch {
  readonly #options: AuthorityBehindWatchOptions;
  /** What was logged, by what it is the number of: one line for each number, and for each server. */
  readonly #reported = new Map<string, { readonly numbers: Set<number>; readonly servers: Set<string> }>();

  constructor(options: AuthorityBehindWatchOptions) {
    this.#options = options;
  }

  /**
   * Compares what a member reports with what is in force.
   * @param server - FQDN that its certificate has proven
   * @param standing - what it reports
   */
  look(server: string, standing: MemberStanding): void {
    const { isRoot, lists, log, topology } = this.#options;
    const version = topology()?.document.version ?? 0;
    if (standing.topology > version && this.#isNews('topology', standing.topology, server)) {
      const remedy = `publish version ${standing.topology} again, and those between in their order: entente topology publish topology.v${version + 1}.json`;
      log.error(
        { event: 'topology-behind', peer: server, version: standing.topology, remedy },
        `${server} acts on version ${standing.topology} of the topology, and version ${version} is in force here`,
      );
    }
    for (const { issuer, number } of lists()) {
      const reported = standing.lists.find((one) => one.issuer === issuer)?.number ?? 0;
      if (reported <= number || !this.#isNews(issuer, reported, server)) continue;
      const remedy = isRoot(issuer)
        ? `bring the newest answer of the root again with entente ca root accept, or restore the backup again with entente ca restore --lists and the file revocation.crl of ${server}`
        : `stop the authority, and restore the newest backup with entente ca restore --replace --lists and the file revocation.crl of ${server}`;
      log.error(
        { event: 'list-behind', peer: server, issuer, number: reported, remedy },
        `${server} has revocation list ${reported} of ${issuer}, and list ${number} is in force here`,
      );
    }
  }

  /** A server that says a number which is not true silences no other, and fills no log. */
  #isNews(what: string, number: number, server: string): boolean {
    const { numbers, servers } = this.#reported.get(what) ?? { numbers: new Set(), servers: new Set() };
    if (numbers.has(number) || servers.has(server)) return false;
    this.#reported.set(what, { numbers: numbers.add(number), servers: servers.add(server) });
    return true;
  }
}
