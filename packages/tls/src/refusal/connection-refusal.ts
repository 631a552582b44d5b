import type { LinkContext, PeerIdentity, Rejection } from '@entente/trust';
import type { RefusedVerdict } from '../trust/peer.ts';

/**
 * A refusal, for logs, metrics and people on our side. The peer sees a closed connection and nothing else.
 */
export interface ConnectionRefusal {
  /** Why, with data, sentence and remedy. */
  readonly rejection: Rejection;
  /** The verdict with its evidence; absent where there was no chain to judge. */
  readonly verdict: RefusedVerdict | undefined;
  /** Who was on the other side, as far as it was proven. */
  readonly peer: PeerIdentity | undefined;
  /**
   * What the presented certificate calls its holder, where nothing about it is proven: a claim of whoever dialled or answered.
   * At most 200 characters, all of them printable ASCII. For people who read a log; never a ground for a decision.
   */
  readonly claimed?: string;
  readonly link: LinkContext;
  /**
   * `admission`: before the handshake, by a limit; `handshake`: by the verdict; `live`: an open connection that no longer
   * passes; `peer`: the other side refused us.
   */
  readonly when: 'admission' | 'handshake' | 'live' | 'peer';
  readonly remoteAddress: string | undefined;
  readonly remotePort: number | undefined;
}
