import type { Topology } from '../network/topology.ts';
import { checkTopology } from '../terms/given.ts';
import { checkEnd, checkRow } from './check-end.ts';
import { includesSide } from './link-row.ts';
import { linkRules, rowsBetween } from './link-rules.ts';
import type { TopologyRejection } from './rejection.ts';
import { describeEnd, linkEnd, type RequestEnd, serverOf, unknownEnd } from './request-end.ts';

/** Whether a request may travel, and under which row. */
export type RequestAllowed =
  | { readonly ok: true; readonly row: number }
  | { readonly ok: false; readonly rejection: TopologyRejection };

/**
 * Whether one end may send requests to the other over a link between them, regardless of which end opened it.
 *
 * @param topology - built from a document that was verified
 * @param from - the sender
 * @param to - the receiver
 * @param row - the row under which the connection was authorised, where only that one counts
 */
export function mayRequest(
  topology: Topology,
  from: RequestEnd,
  to: RequestEnd,
  row?: number,
): RequestAllowed {
  checkTopology(topology, 'mayRequest');
  checkEnd(from, 'mayRequest');
  checkEnd(to, 'mayRequest');
  checkRow(row, 'mayRequest');
  const sender = linkEnd(topology, from);
  if (sender === undefined) return { ok: false, rejection: unknownEnd(from) };
  const receiver = linkEnd(topology, to);
  if (receiver === undefined) return { ok: false, rejection: unknownEnd(to) };
  const rules = linkRules(topology, sender, receiver).filter(
    (rule) => row === undefined || rule.row.row === row,
  );
  const allowed = rules.find((rule) => includesSide(rule.maySend, rule.side));
  if (allowed !== undefined) return { ok: true, row: allowed.row.row };
  const [first] = rules;
  const pair = `${describeEnd(from)} to ${describeEnd(to)}`;
  if (first !== undefined) {
    return {
      ok: false,
      rejection: {
        reason: 'direction-not-allowed',
        ...serverOf(from),
        role: sender.party,
        direction: 'request',
        row: first.row.row,
        message: `Row ${first.row.row} of the allow matrix does not allow requests from ${pair}.`,
        remedy: 'Send the request from the other side, or check the topology for a narrowing of the row.',
      },
    };
  }
  const closed = rowsBetween(sender, receiver).find((one) => row === undefined || one.row === row);
  if (closed !== undefined) {
    return {
      ok: false,
      rejection: {
        reason: 'role-not-allowed-on-link',
        ...serverOf(from),
        role: sender.party,
        link: closed.name,
        message: `The topology has closed row ${closed.row} of the allow matrix between ${describeEnd(from)} and ${describeEnd(to)}.`,
        remedy:
          'Where the link is closed on purpose, nothing; else remove the entry for the row (entente topology remove).',
      },
    };
  }
  return {
    ok: false,
    rejection: {
      reason: 'role-not-allowed-on-link',
      ...serverOf(from),
      role: sender.party,
      link: `${sender.party}–${receiver.party}`,
      message: `No row of the allow matrix allows requests from ${pair}.`,
      remedy: 'Use a route that the allow matrix has (entente topology draw shows the links).',
    },
  };
}
