import type { Topology } from '../network/topology.ts';
import { checkTopology } from '../terms/given.ts';
import { checkEnd, checkRow } from './check-end.ts';
import { includesSide } from './link-row.ts';
import { linkRules } from './link-rules.ts';
import type { RequestAllowed } from './may-request.ts';
import { describeEnd, linkEnd, type RequestEnd, serverOf, unknownEnd } from './request-end.ts';

/**
 * Whether one end may open a connection to the other. For links whose one end is a party that the topology does not list, such as a partner;
 * `authorise` decides about servers.
 *
 * @param topology - built from a document that was verified
 * @param opener - who opens the connection
 * @param other - who is dialled
 * @param row - the row of the connection
 */
export function mayOpen(
  topology: Topology,
  opener: RequestEnd,
  other: RequestEnd,
  row: number,
): RequestAllowed {
  checkTopology(topology, 'mayOpen');
  checkEnd(opener, 'mayOpen');
  checkEnd(other, 'mayOpen');
  checkRow(row, 'mayOpen');
  const from = linkEnd(topology, opener);
  if (from === undefined) return { ok: false, rejection: unknownEnd(opener) };
  const to = linkEnd(topology, other);
  if (to === undefined) return { ok: false, rejection: unknownEnd(other) };
  const rule = linkRules(topology, from, to).find((candidate) => candidate.row.row === row);
  if (rule === undefined) {
    return {
      ok: false,
      rejection: {
        reason: 'role-not-allowed-on-link',
        ...serverOf(opener),
        role: from.party,
        link: `${from.party}–${to.party}`,
        message: `The topology has no open row ${row} of the allow matrix between ${describeEnd(opener)} and ${describeEnd(other)}.`,
        remedy:
          'Where the link is closed on purpose, nothing; else remove the entry for the row (entente topology remove).',
      },
    };
  }
  if (includesSide(rule.mayOpen, rule.side)) return { ok: true, row };
  return {
    ok: false,
    rejection: {
      reason: 'direction-not-allowed',
      ...serverOf(opener),
      role: from.party,
      direction: 'open',
      row,
      message: `Row ${row} of the allow matrix does not allow ${describeEnd(opener)} to open this link.`,
      remedy:
        'Open it from the other side, or check the topology for a narrowing of the row and for an outbound-only flag.',
    },
  };
}
