import type { Topology } from '../network/topology.ts';
import type { InterfaceName } from '../terms/roles.ts';
import { type LinkEnd, linkRules } from './link-rules.ts';
import type { TopologyRejection } from './rejection.ts';
import { includesSide, type Party } from './row.ts';

/** One end of a link between which a request travels. */
export type RequestEnd =
  | {
      readonly fqdn: string;
      /** Default `internal`. */
      readonly interface?: InterfaceName;
    }
  | { readonly party: Exclude<Party, 'store'> };

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
  const sender = linkEnd(topology, from);
  if (sender === undefined) return { ok: false, rejection: unknown(from) };
  const receiver = linkEnd(topology, to);
  if (receiver === undefined) return { ok: false, rejection: unknown(to) };
  const rules = linkRules(topology, sender, receiver).filter(
    (rule) => row === undefined || rule.row.row === row,
  );
  const allowed = rules.find((rule) => includesSide(rule.maySend, rule.side));
  if (allowed !== undefined) return { ok: true, row: allowed.row.row };
  const [first] = rules;
  const pair = `${describe(from)} to ${describe(to)}`;
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

function linkEnd(topology: Topology, end: RequestEnd): LinkEnd | undefined {
  if ('party' in end) return { party: end.party };
  const server = topology.servers.get(end.fqdn);
  return server && { party: server.role, server, interface: end.interface ?? 'internal' };
}

function unknown(end: RequestEnd): TopologyRejection {
  return {
    reason: 'not-in-topology',
    ...serverOf(end),
    message: `${describe(end)} is not in the topology.`,
    remedy: 'Add the server to the topology and publish it, or correct its name.',
  };
}

function serverOf(end: RequestEnd): { readonly server?: string } {
  return 'fqdn' in end ? { server: end.fqdn } : {};
}

function describe(end: RequestEnd): string {
  return 'fqdn' in end ? end.fqdn : `the ${end.party}`;
}
