import { allowMatrix } from './allow-matrix.ts';
import type { PeerNames } from './authorise.ts';

/** A row of the allow matrix as connections and logs name it. */
export interface Link {
  readonly row: number;
  readonly name: string;
}

const links: ReadonlyMap<number, Link> = new Map(allowMatrix.map(({ row, name }) => [row, { row, name }]));

/**
 * The link of a row.
 * @param row number in the allow matrix; one that is not there gets its number as name, and permits nothing
 */
export function linkOf(row: number): Link {
  return links.get(row) ?? { row, name: `${row}` };
}

/**
 * The link on which a server of ours that dialled us stands.
 * @param peer its identities; the verdict has been given
 * @param authorise the authorisation of the interface that it came in on
 * @returns a link that permits nothing where the topology has ceased to allow it
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
  const { ok, row } = authorise(peer, {
    name: 'SIP',
    direction: 'inbound',
    interface: 'internal',
    purpose: 'client',
  });
  return linkOf(ok ? (row ?? 0) : 0);
}
