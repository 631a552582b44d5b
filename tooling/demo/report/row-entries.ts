import type { AppProcess } from '@entente/testkit';
import type { LinkEntry } from '@entente/testkit/repository';
import { allowMatrix, links } from '@entente/topology';
import type { RowEntry } from './demo-report.ts';
import { transactionsOf } from './observed-transactions.ts';

/** Something that went over a link and that no log of a server calls a transaction. */
export interface CarriedEntry {
  /** Row of the allow matrix. */
  readonly row: number;
  /** In a word or two, e.g. `POST /api/sign-in`. */
  readonly what: string;
}

/** A peer that was refused on a link. */
export interface RefusedEntry {
  readonly row: number;
  readonly reason: string;
}

/** Lines in which members report what they have got from the authority. */
const fromAuthority: ReadonlySet<string> = new Set(['joined', 'topology', 'revocation-list', 'accounts']);

/** What the logs of servers say that went over rows 15 and 16, which carry no SIP. */
function carriedByMembers(processes: readonly AppProcess[]): readonly CarriedEntry[] {
  return processes.flatMap(({ records }) =>
    records.flatMap(({ app, event = '', link }): readonly CarriedEntry[] => {
      // The authority says so once an edge has answered what it was pushed.
      if (event === 'link' && link === links.authorityToEdge.row)
        return [{ row: links.authorityToEdge.row, what: 'trust state' }];
      if (app === 'authority-server' || !fromAuthority.has(event)) return [];
      return [{ row: links.memberToAuthority.row, what: event.replace('-', ' ') }];
    }),
  );
}

/**
 * What went over each row of the allow matrix that was used.
 * @param processes - of all organisations
 * @param seen - links, what else was carried, and who was refused
 */
export function rowEntries(
  processes: readonly AppProcess[],
  seen: {
    readonly links: readonly LinkEntry[];
    readonly carried: readonly CarriedEntry[];
    readonly refused: readonly RefusedEntry[];
  },
): readonly RowEntry[] {
  const sip = transactionsOf(processes)
    .filter(({ role, status = 0 }) => role === 'server' && status >= 200 && status < 300)
    .flatMap(({ link, method }) => (link === undefined ? [] : [{ row: link, what: method }]));
  const carried = [...sip, ...carriedByMembers(processes), ...seen.carried];
  return allowMatrix.flatMap(({ name, row }): readonly RowEntry[] => {
    const own = seen.links.filter(({ link }) => link === row);
    if (own.length === 0) return [];
    const counts = new Map<string, number>();
    for (const { what } of carried.filter((entry) => entry.row === row))
      counts.set(what, (counts.get(what) ?? 0) + 1);
    return [
      {
        row,
        name,
        protections: [...new Set(own.map(({ protection }) => protection))],
        connections: own.length,
        carried: Object.fromEntries([...counts].sort(([one], [other]) => (one < other ? -1 : 1))),
        refused: [...new Set(seen.refused.filter((entry) => entry.row === row).map(({ reason }) => reason))],
      },
    ];
  });
}
