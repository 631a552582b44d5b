import { isoTime, type MemberStanding, type ReportedMemberProblem, type Topology } from '@entente/topology';

/** A server of the topology, and what it last said of itself. */
export interface ListedMember {
  readonly server: string;
  readonly role: string;
  /** ISO 8601, UTC; null where it has said nothing since the authority started. */
  readonly lastSeen: string | null;
  readonly standing: MemberStanding | null;
  /** What is wrong there, in its own words; none where it has not repeated them for three minutes. */
  readonly problems: readonly ReportedMemberProblem[];
}

/** A member repeats its problems every minute: where it has not, it has none any more, or is silent, milliseconds. */
const problemsEndMs = 180_000;

/** What each server of the topology last said of itself. It is kept in memory: a member says it again within a minute. */
export class MemberStatuses {
  readonly #topology: () => Topology | undefined;
  readonly #now: () => number;
  /** When it began to keep what members say, milliseconds since 1970. */
  readonly since: number;
  readonly #last = new Map<string, { readonly at: number; readonly standing: MemberStanding }>();
  readonly #problems = new Map<
    string,
    { readonly at: number; readonly problems: readonly ReportedMemberProblem[] }
  >();

  /**
   * @param topology - the one in force
   * @param now - milliseconds since 1970
   */
  constructor(topology: () => Topology | undefined, now: () => number) {
    this.#topology = topology;
    this.#now = now;
    this.since = now();
  }

  /**
   * Keeps what a server says, in the place of what it said before.
   * @param server - FQDN that its certificate has proven; one that the topology does not list is not kept
   */
  record(server: string, standing: MemberStanding): void {
    this.#keep(this.#last, server, { at: this.#now(), standing });
  }

  /**
   * Keeps what a server says is wrong with it, in the place of what it said before.
   * @param server - as for {@link record}
   * @param problems - none: nothing is wrong
   */
  recordProblems(server: string, problems: readonly ReportedMemberProblem[]): void {
    this.#keep(this.#problems, server, { at: this.#now(), problems });
  }

  /** Every server of the topology, in its order. */
  list(): readonly ListedMember[] {
    return [...(this.#topology()?.servers.values() ?? [])].map(({ fqdn, role }) => {
      const last = this.#last.get(fqdn);
      const reported = this.#problems.get(fqdn);
      return {
        server: fqdn,
        role,
        lastSeen: last === undefined ? null : isoTime(last.at),
        standing: last?.standing ?? null,
        problems:
          reported === undefined || this.#now() - reported.at > problemsEndMs ? [] : reported.problems,
      };
    });
  }

  #keep<T>(kept: Map<string, T>, server: string, said: T): void {
    const topology = this.#topology();
    for (const known of kept.keys()) if (topology?.servers.has(known) !== true) kept.delete(known);
    if (topology?.servers.has(server) === true) kept.set(server, said);
  }

  /**
   * The members that a topology of another format would leave behind.
   * @param format - of the topology that is to be published
   * @param authority - FQDN of the authority itself, which reads what it verifies
   * @returns servers that have not said that they read it; none for the format of the topology in force, which they follow
   */
  notReading(format: string, authority: string): readonly string[] {
    const topology = this.#topology();
    if (topology === undefined || topology.document.format === format) return [];
    return [...topology.servers.keys()].filter(
      (fqdn) => fqdn !== authority && this.#last.get(fqdn)?.standing.formats.includes(format) !== true,
    );
  }
}
