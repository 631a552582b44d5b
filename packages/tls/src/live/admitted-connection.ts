import type { TLSSocket } from 'node:tls';
import type { PeerIdentity, Rejection } from '@entente/trust';
import type { Asking, Outcome } from '../trust/judge-socket.ts';
import { type Peer, peerUnder, type RefusedVerdict, setPeer, type TrustedVerdict } from '../trust/peer.ts';
import type { ShownChain } from '../trust/presented-chain.ts';
import { type LiveConnection, liveConnections } from './live-connections.ts';
import { tellClosed } from './trust-channels.ts';

/** Owner of admitted connections: a listener or a client. */
export interface AdmissionOwner {
  /** Called once when a later verdict refuses; closes the socket. */
  withdrawn(socket: TLSSocket, rejection: Rejection, verdict: RefusedVerdict, peer: PeerIdentity): void;
  /** Called when a later verdict failed because something threw; closes the socket. */
  failed(socket: TLSSocket, error: unknown): void;
  /** Called once when the socket has closed. */
  closed?(socket: TLSSocket): void;
}

type Admission = Extract<Outcome, { admitted: true }>;

/**
 * Marks a socket as admitted, so that `peerOf` finds its peer, and judges it again as trust changes until it closes.
 *
 * @param socket - a socket that has just been judged
 * @param outcome - its outcome
 * @param asking - what was asked; undefined where the listener does not ask for client certificates
 * @param judgedUnder - version of the trust at the verdict
 * @param owner - called when the connection no longer passes
 */
export function admitSocket(
  socket: TLSSocket,
  outcome: Admission,
  asking: Asking | undefined,
  judgedUnder: string,
  owner: AdmissionOwner,
): void {
  const { peer, shown } = outcome;
  setPeer(socket, peer);
  let forget: (() => void) | undefined;
  if (peer.peer !== undefined && shown !== undefined && asking !== undefined) {
    // Programs that read it find the verdict there, not OpenSSL's.
    socket.authorized = true;
    const connection = new AdmittedConnection(socket, asking, shown, peer, owner);
    forget = liveConnections(asking.trust).add(connection, judgedUnder);
  }
  const admittedAt = performance.now();
  socket.on('close', () => {
    forget?.();
    tellClosed(socket, admittedAt);
    owner.closed?.(socket);
  });
}

class AdmittedConnection implements LiveConnection {
  readonly asking: Asking;
  readonly shown: ShownChain;
  verdict: TrustedVerdict;
  readonly #socket: TLSSocket;
  readonly #peer: Peer;
  readonly #owner: AdmissionOwner;

  constructor(
    socket: TLSSocket,
    asking: Asking,
    shown: ShownChain,
    peer: Peer & { readonly verdict: TrustedVerdict },
    owner: AdmissionOwner,
  ) {
    this.asking = asking;
    this.shown = shown;
    this.verdict = peer.verdict;
    this.#socket = socket;
    this.#peer = peer;
    this.#owner = owner;
  }

  confirmed(verdict: TrustedVerdict): void {
    setPeer(this.#socket, peerUnder(this.#peer, verdict));
  }

  withdrawn(rejection: Rejection, verdict: RefusedVerdict): void {
    this.#owner.withdrawn(this.#socket, rejection, verdict, this.verdict.peer);
  }

  failed(error: unknown): void {
    this.#owner.failed(this.#socket, error);
  }
}
