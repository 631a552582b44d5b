import type { LinkContext, PeerIdentity, Rejection } from '@entente/trust';
import type { RefusedVerdict } from '../trust/peer.ts';

/**
 * A connection that was refused, for logs, metrics and operators of this side. The peer sees a closed connection and no reason.
 */
export interface ConnectionRefusal {
  /** Why, with data, sentence and remedy. */
  readonly rejection: Rejection;
  /** The verdict with its evidence; absent where there was no chain to judge. */
  readonly verdict: RefusedVerdict | undefined;
  /** The peer, as far as its identity was proven. */
  readonly peer: PeerIdentity | undefined;
  /**
   * The name in the presented certificate, where the certificate is not proven: a claim of the peer. At most 200 characters, all
   * printable ASCII. For people who read a log; never an input of a decision.
   */
  readonly claimed?: string;
  /** The link that the connection was for: its name, interface and direction. */
  readonly link: LinkContext;
  /**
   * `admission`: a limit refused it before the handshake, or it has proven nothing while places are short; `handshake`: the verdict refused it, or the
   * handshake failed before there was anything to judge;
   * `live`: it was open and no longer passes, or its peer has broken TLS; `peer`: the peer refused this side.
   */
  readonly when: 'admission' | 'handshake' | 'live' | 'peer';
  /** IP address of the peer; undefined where the socket had closed before. */
  readonly remoteAddress: string | undefined;
  /** Port of the peer; undefined where the socket had closed before. */
  readonly remotePort: number | undefined;
}
