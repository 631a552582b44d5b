import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { PeerIdentity, Rejection, RejectionOf } from '@entente/trust';
import { type AdmissionOwner, admitSocket } from '../live/admitted-connection.ts';
import { tellAdmitted, tellRefused } from '../live/trust-channels.ts';
import { claimOf } from '../refusal/claimed-name.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import { refusedByPeer } from '../refusal/refused-by-peer.ts';
import { type Asking, judgeSocket, type Outcome } from '../trust/judge-socket.ts';
import { peerWithout, type RefusedVerdict } from '../trust/peer.ts';
import { protectionOf } from '../trust/protection.ts';
import { addressGroup } from './address-group.ts';
import { ConnectionPlaces, tooMany, unprovenTooLong } from './admission-limits.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import { PeerPlaces } from './peer-places.ts';
import type { ServeLimits } from './serve-options.ts';
import { onKept, UnprovenPlaces } from './unproven-places.ts';

/** Options of {@link AdmissionControl}. */
export interface AdmissionControlOptions {
  /** What is asked about clients. Undefined: the listener does not ask for client certificates. */
  readonly asking: Asking | undefined;
  readonly link: Asking['link'];
  readonly limits: ServeLimits;
  readonly onRefusal: ((refusal: ConnectionRefusal) => void) | undefined;
  readonly onFault: ((fault: unknown) => void) | undefined;
}

const defaultMaxConnections = 100_000;
/** Connections that have given way and are not closed yet: the platform counts them. */
const closingConnections = 1_024;
/** Handshakes beyond all places, where a connection can give way: it does so for a client that has ended its handshake, not for one that may. */
const handshakesBeyond = 512;

type Emit = (event: string | symbol, ...values: unknown[]) => boolean;

/**
 * Keeps every socket from the listeners of a server until it has passed the verdict. It replaces the server's `emit`, so it runs
 * before every listener, those added later included. While revocation knowledge is fetched the socket is held: nothing reads
 * from it, and what the peer has sent stays in the buffers.
 */
export class AdmissionControl implements AdmissionOwner {
  /** Sockets that were admitted and are open. */
  readonly admitted = new Set<TLSSocket>();
  readonly #options: AdmissionControlOptions;
  readonly #pending: ConnectionPlaces;
  readonly #open: ConnectionPlaces;
  readonly #maxOpen: number;
  /** Undefined where a peer may have as many as all. */
  readonly #ofPeer: PeerPlaces | undefined;
  /** Undefined where none gives way. */
  readonly #unproven: UnprovenPlaces<TLSSocket> | undefined;
  readonly #emit: Emit;
  readonly #handshakes = new HandshakeQueue((socket) => void this.#emit('connection', socket));

  /**
   * @param server - a listener of node:tls, node:https or node:http2
   * @param options - what is asked about clients, and the limits
   */
  constructor(server: Server, options: AdmissionControlOptions) {
    this.#options = options;
    const { limits } = options;
    const { maxConnections = defaultMaxConnections } = limits;
    const givesWay = limits.whenPlacesAreShort === 'close-unproven';
    this.#unproven = givesWay ? new UnprovenPlaces({ max: maxConnections }) : undefined;
    this.#maxOpen = maxConnections;
    this.#open = new ConnectionPlaces({
      what: 'open connections',
      max: maxConnections,
      maxPerAddress: limits.maxConnectionsPerAddress ?? 1_000,
    });
    const { maxConnectionsPerPeer } = limits;
    this.#ofPeer = maxConnectionsPerPeer === undefined ? undefined : new PeerPlaces(maxConnectionsPerPeer);
    this.#pending = new ConnectionPlaces({
      what: 'connections without a verdict',
      max: limits.maxPending ?? 5_000,
      maxPerAddress: limits.maxPendingPerAddress ?? 500,
    });
    // The platform closes what exceeds this before any event but `drop`.
    server.maxConnections = maxConnections + (givesWay ? closingConnections : 0);
    const emit: Emit = server.emit.bind(server);
    this.#emit = emit;
    const judged: Emit = (event, ...values) => {
      if (event === 'secureConnection') return this.#secured(values[0] as TLSSocket);
      if (event === 'connection') return this.#accept(values[0] as Socket);
      return emit(event, ...values);
    };
    // Defined, not assigned: an accessor that the class of a caller has would swallow it.
    Object.defineProperty(server, 'emit', { value: judged, configurable: true, writable: true });
    server.on('drop', (dropped) => {
      this.#tell(dropped ?? {}, 'admission', tooMany('open connections', maxConnections));
    });
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      const rejection = refusedByPeer(error);
      if (rejection !== undefined) this.#tell(socket, 'peer', rejection);
      socket.destroy();
    });
  }

  /** Number of connections without a verdict. */
  get pending(): number {
    return this.#pending.count;
  }

  /** Closes every connection, judged or not. */
  closeAll(): void {
    for (const socket of [...this.#pending.sockets, ...this.admitted]) socket.destroy();
  }

  withdrawn(socket: TLSSocket, rejection: Rejection, verdict: RefusedVerdict, peer: PeerIdentity): void {
    this.#tell(socket, 'live', rejection, verdict, peer);
    socket.destroy();
  }

  failed(socket: TLSSocket, error: unknown): void {
    socket.destroy();
    this.#report(error);
  }

  #report(fault: unknown): void {
    const { onFault } = this.#options;
    if (onFault !== undefined) onFault(fault);
    // Not inside the platform's callback, whose own state would stay incomplete.
    else
      queueMicrotask(() => {
        throw fault;
      });
  }

  closed(socket: TLSSocket): void {
    this.admitted.delete(socket);
    this.#unproven?.leave(socket);
  }

  #accept(socket: Socket): boolean {
    if (this.#options.limits.whenPendingIsFull === 'close-oldest') this.#makeRoom(socket);
    const beyond = this.#beyond();
    if (this.#open.isFullBut(socket, beyond) && this.#pending.refusal(socket) === undefined)
      this.#makeWay(this.#unproven?.giveWay());
    const refused = this.#open.enter(socket, beyond) ?? this.#pending.enter(socket);
    if (refused !== undefined) {
      this.#open.leave(socket);
      this.#tell(socket, 'admission', refused);
      socket.destroy();
      return true;
    }
    socket.on('close', () => {
      this.#handshakes.remove(socket);
      this.#pending.leave(socket);
      this.#open.leave(socket);
    });
    this.#handshakes.add(socket);
    return true;
  }

  /** How many handshakes may be under way after all places are taken: none where those who are proven have them all. */
  #beyond(): number {
    const unproven = this.#unproven;
    if (unproven === undefined || this.admitted.size - unproven.count >= this.#maxOpen) return 0;
    return Math.min(handshakesBeyond, this.#maxOpen);
  }

  /**
   * Another connection gives way to one that has ended its handshake where all places are taken, handshakes not counted.
   * @returns the rejection where none can
   */
  #takePlace(): RejectionOf<'throttled'> | undefined {
    if (this.#unproven === undefined || this.#open.count - this.#pending.count <= this.#maxOpen)
      return undefined;
    const displaced = this.#unproven.giveWay();
    this.#makeWay(displaced);
    return displaced === undefined ? tooMany('open connections', this.#maxOpen) : undefined;
  }

  /** Closes the connection without a verdict that has had the longest time, where there is no place for another one. */
  #makeRoom(socket: Socket): void {
    const full = this.#pending.refusal(socket);
    const oldest = full === undefined ? undefined : this.#pending.oldestBefore(socket);
    if (full === undefined || oldest === undefined) return;
    this.#pending.leave(oldest);
    this.#open.leave(oldest);
    this.#tell(oldest, 'admission', full);
    oldest.destroy();
  }

  /** @param socket - of a client that has proven nothing, and whose place another one gets */
  #makeWay(socket: TLSSocket | undefined): void {
    if (socket === undefined) return;
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) this.#open.leave(accepted);
    this.#tell(socket, 'admission', unprovenTooLong);
    socket.destroy();
  }

  /** Takes in a client without a certificate, which may prove later who it is. */
  #takeUnproven(socket: TLSSocket): void {
    const unproven = this.#unproven;
    if (unproven === undefined) return;
    const proven = this.admitted.size - unproven.count;
    onKept(socket, () => unproven.leave(socket));
    this.#makeWay(unproven.enter(socket, addressGroup(socket.remoteAddress), proven));
  }

  #secured(socket: TLSSocket): boolean {
    // A reset by the peer must not end the process while no listener for errors is there yet.
    socket.on('error', ignore);
    const { asking } = this.#options;
    if (asking === undefined) {
      const peer = peerWithout(protectionOf(socket, false));
      this.#conclude(socket, { admitted: true, peer, shown: undefined }, '');
      return true;
    }
    const judgedUnder = asking.trust.version;
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = judgeSocket(socket, asking, protectionOf(socket, true));
    } catch (error) {
      this.failed(socket, error);
      return true;
    }
    if (!('then' in outcome)) this.#conclude(socket, outcome, judgedUnder);
    else {
      void outcome.then(
        (late) => this.#conclude(socket, late, judgedUnder),
        (error: unknown) => this.failed(socket, error),
      );
    }
    return true;
  }

  #conclude(socket: TLSSocket, outcome: Outcome, judgedUnder: string): void {
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) this.#pending.leave(accepted);
    if (!outcome.admitted) {
      // Before the socket is destroyed, because its addresses go with it.
      this.#tell(socket, 'handshake', outcome.rejection, outcome.verdict, undefined, outcome.leaf);
      socket.destroy();
      return;
    }
    if (socket.destroyed) return;
    const proven = outcome.peer.peer;
    const place = proven === undefined ? undefined : this.#ofPeer?.enter(proven);
    if (typeof place === 'function') socket.once('close', place);
    const refused = typeof place === 'object' ? place : this.#takePlace();
    if (refused !== undefined) {
      this.#tell(socket, 'admission', refused, undefined, proven);
      socket.destroy();
      return;
    }
    if (proven === undefined) this.#takeUnproven(socket);
    this.admitted.add(socket);
    admitSocket(socket, outcome, this.#options.asking, judgedUnder, this);
    tellAdmitted(socket, 'inbound', this.#options.link.name);
    this.#emit('secureConnection', socket);
  }

  #tell(
    from: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined },
    when: ConnectionRefusal['when'],
    rejection: Rejection,
    verdict?: RefusedVerdict,
    known?: PeerIdentity,
    leaf?: Uint8Array,
  ): void {
    const peer = verdict?.peer ?? known;
    const refusal: ConnectionRefusal = {
      rejection,
      verdict,
      peer,
      ...claimOf(peer, leaf),
      link: this.#options.link,
      when,
      remoteAddress: from.remoteAddress,
      remotePort: from.remotePort,
    };
    tellRefused(refusal, 'inbound');
    try {
      this.#options.onRefusal?.(refusal);
    } catch (fault) {
      // Whatever the caller does with a refusal, the connection is closed.
      this.#report(fault);
    }
  }
}

/** A TLS socket has the accepted socket as `_parent`. Where it has not, the connection gives its place back at its close. */
function acceptedOf(socket: TLSSocket): Socket | undefined {
  return (socket as unknown as { readonly _parent?: Socket })._parent;
}

function ignore(): void {}
