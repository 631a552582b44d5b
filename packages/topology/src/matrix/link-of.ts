import { callback, object } from '@entente/options';
import { checks } from '../terms/fault.ts';
import type { PeerNames } from './authorise.ts';
import type { Row } from './link-row.ts';
import { allowMatrix } from './links.ts';

/** A row of the allow matrix as connections and logs name it; every one of {@link links} is one. */
export type Link = Pick<Row, 'row' | 'name'>;

const byRow: ReadonlyMap<number, Link> = new Map(allowMatrix.map((link) => [link.row, link]));

/** The link of a connection that no row of the matrix allows: nobody may send requests on it. */
export const noLink: Link = { row: 0, name: '0' };

/** The link of a row's number, or {@link noLink}. */
export function linkOfRow(row: number | undefined): Link {
  return (row !== undefined && byRow.get(row)) || noLink;
}

/**
 * The link on which a server of ours that dialled us is connected.
 *
 * @param peer - its identities; the verdict has been given
 * @param authorise - the authorisation of the interface that it came in on
 * @returns {@link noLink} where the topology has ceased to allow it
 */
export function linkOfServer<P extends PeerNames>(
  peer: P,
  authorise: (
    peer: P,
    link: {
      readonly name: string;
      readonly direction: 'inbound';
      readonly interface: 'internal';
      readonly purpose: 'client';
    },
  ) => { readonly ok: boolean; readonly row?: number },
): Link {
  checks.argument(authorise, callback, 'authorise of linkOfServer', 'give what authorise returns');
  const answer = authorise(peer, {
    name: 'SIP',
    direction: 'inbound',
    interface: 'internal',
    purpose: 'client',
  });
  checks.argument(answer, object, 'answer of authorise', 'give what authorise returns');
  return linkOfRow(answer.ok ? answer.row : undefined);
}
