import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { PeerIdentity, Rejection, RejectionOf } from '@entente/trust';
import { callBack, reportFault } from '../fault/call-back.ts';
import { acceptedOf } from '../live/accepted-of.ts';
import { type AdmissionOwner, admitSocket } from '../live/admitted-connection.ts';
import { closeWhenBroken } from '../live/close-when-broken.ts';
import { tooManyEmptyOctets } from '../live/reject-empty-tls-records.ts';
import { tellAdmitted, tellRefused } from '../live/trust-channels.ts';
import { WatchEmptyOctets } from '../live/watch-empty-octets.ts';
import { claimOf } from '../refusal/claimed-name.ts';
import type { ConnectionRefusal } from '../refusal/connection-refusal.ts';
import { failedHandshake } from '../refusal/failed-handshake.ts';
import { type Asking, judgeSocket, type Outcome } from '../trust/judge-socket.ts';
import { peerOf, peerWithout, type RefusedVerdict } from '../trust/peer.ts';
import { protectionOf } from '../trust/protection.ts';
import { addressGroup } from './address-group.ts';
import {
  ConnectionPlaces,
  defaultHandshakeTimeoutMs,
  groupOf,
  stalledHandshake,
  tooMany,
  unprovenTooLong,
} from './admission-limits.ts';
import { PacedHandshakes } from './paced-handshakes.ts';
import { PeerPlaces } from './peer-places.ts';
import { PendingTurns } from './pending-turns.ts';
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
/**
 * Sockets beyond all places that the platform lets in where a connection can give way: handshakes, and one that comes while these are too many. It
 * closes the descriptor of a destroyed socket at once and counts it no more, so that none that is closing has to be counted here.
 */
const socketsBeyond = 1_024;
/** Handshakes beyond all places, where a connection can give way: it does so for a client that has ended its handshake, not for one that may. */
const handshakesBeyond = 512;
/** What an address owes for a connection of TLS in which there is nothing: it is looked at once a second. */
const emptyOctetsMs = 1_000;

/** Why a connection is closed. */
type Why = [
  when: ConnectionRefusal['when'],
  rejection: Rejection,
  verdict?: RefusedVerdict | undefined,
  known?: PeerIdentity | undefined,
  leaf?: Uint8Array | undefined,
];
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
  /** Accepted sockets for which a connection has given way: no second one does. */
  readonly #hasMadeWay = new WeakSet<Socket>();
  /** Undefined where silent connections do not give way. */
  readonly #turns: PendingTurns<Socket> | undefined;
  readonly #emit: Emit;
  readonly #handshakes: PacedHandshakes;
  readonly #emptyOctets = new WatchEmptyOctets(this.admitted, (socket) => {
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) this.#handshakes.charge(accepted, emptyOctetsMs);
    this.#refuse(socket, 'live', tooManyEmptyOctets);
  });

  /**
   * @param server - a listener of node:tls, node:https or node:http2
   * @param options - what is asked about clients, and the limits
   */
  constructor(server: Server, options: AdmissionControlOptions) {
    this.#options = options;
    const { limits } = options;
    const { maxConnections = defaultMaxConnections } = limits;
    const { whenPlacesAreShort } = limits;
    const givesWay = whenPlacesAreShort === 'close-unproven' || whenPlacesAreShort === 'close-most';
    const hasTurns = limits.whenPendingIsFull === 'close-silent';
    this.#unproven = givesWay
      ? new UnprovenPlaces({ max: maxConnections, proves: whenPlacesAreShort === 'close-unproven' })
      : undefined;
    this.#maxOpen = maxConnections;
    this.#open = new ConnectionPlaces({
      what: 'open connections',
      max: maxConnections,
      maxPerAddress: limits.maxConnectionsPerAddress ?? 1_000,
    });
    const { maxCertificateBytesPerPeer: bytes, maxConnectionsPerPeer: connections } = limits;
    const none = Number.POSITIVE_INFINITY;
    if (bytes !== undefined || connections !== undefined)
      this.#ofPeer = new PeerPlaces({ connections: connections ?? none, bytes: bytes ?? none });
    this.#pending = new ConnectionPlaces({
      what: 'connections without a verdict',
      max: limits.maxPending ?? 5_000,
      maxPerAddress: limits.maxPendingPerAddress ?? 500,
    });
    this.#handshakes = new PacedHandshakes({
      asks: options.asking !== undefined,
      silentMs: limits.handshakeTimeoutMs ?? defaultHandshakeTimeoutMs,
      begin: (socket) => {
        this.#turns?.begin(socket);
        this.#emit('connection', socket);
      },
      close: (socket) => this.#closeAccepted(socket, stalledHandshake),
    });
    this.#turns = hasTurns ? new PendingTurns({ hasSpoken: ({ bytesRead }) => bytesRead > 0 }) : undefined;
    // The platform closes what exceeds this before any event but `drop`.
    server.maxConnections = maxConnections + (givesWay || hasTurns ? socketsBeyond : 0);
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
      const failed = failedHandshake(error);
      this.#free(socket);
      if (failed !== undefined) this.#tell(socket, failed.when, failed.rejection);
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

  /** Looks at nothing any more. */
  stop(): void {
    this.#emptyOctets.stop();
  }

  withdrawn(socket: TLSSocket, rejection: Rejection, verdict: RefusedVerdict, peer: PeerIdentity): void {
    this.#refuse(socket, 'live', rejection, verdict, peer);
  }

  failed(socket: TLSSocket, error: unknown): void {
    this.#free(socket);
    socket.destroy();
    this.#report(error);
  }

  #report(fault: unknown): void {
    reportFault(this.#options.onFault, fault);
  }

  closed(socket: TLSSocket): void {
    this.admitted.delete(socket);
    this.#unproven?.leave(socket);
  }

  #accept(socket: Socket): boolean {
    const beyond = this.#beyond();
    this.#makeRoom(socket, beyond);
    if (this.#open.isFullBut(socket, beyond) && this.#pending.refusal(socket) === undefined)
      this.#makeWay(this.#unproven?.giveWay(), socket);
    const refused = this.#open.enter(socket, beyond) ?? this.#pending.enter(socket);
    if (refused !== undefined) {
      this.#open.leave(socket);
      this.#tell(socket, 'admission', refused);
      socket.destroy();
      return true;
    }
    socket.on('close', () => {
      this.#leave(socket);
    });
    this.#turns?.enter(socket, groupOf(socket));
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
  #takePlace(accepted: Socket | undefined): RejectionOf<'throttled'> | undefined {
    if (this.#unproven === undefined || this.#open.count - this.#pending.count <= this.#maxOpen)
      return undefined;
    const displaced = this.#unproven.giveWay();
    this.#makeWay(displaced, accepted);
    return displaced === undefined ? tooMany('open connections', this.#maxOpen) : undefined;
  }

  /** Closes the connection without a verdict whose turn it is, where there is no place for another one. */
  #makeRoom(socket: Socket, beyond: number): void {
    const isOldest = this.#options.limits.whenPendingIsFull === 'close-oldest';
    const full = this.#pending.refusal(socket) ?? (isOldest ? undefined : this.#open.refusal(socket, beyond));
    if (full === undefined) return;
    const gone = isOldest ? this.#pending.oldestBefore(socket) : this.#whoseTurn(socket);
    if (gone === undefined) return;
    this.#closeAccepted(gone, full);
  }

  #closeAccepted(gone: Socket, rejection: Rejection): void {
    this.#leave(gone);
    this.#tell(gone, 'admission', rejection);
    gone.destroy();
  }

  #whoseTurn(newcomer: Socket): Socket | undefined {
    const isFull = this.#pending.isFullFor(newcomer) || this.#open.isFullFor(newcomer);
    const group = groupOf(newcomer);
    return isFull ? this.#turns?.ofGroup(group) : this.#turns?.ofAll(group);
  }

  /** An accepted connection gives its places back. */
  #leave(accepted: Socket): void {
    this.#handshakes.leave(accepted);
    this.#turns?.leave(accepted);
    this.#pending.leave(accepted);
    this.#open.leave(accepted);
  }

  /**
   * @param socket - of a client that has proven nothing, and whose place another one gets
   * @param newcomer - the accepted socket of that one
   */
  #makeWay(socket: TLSSocket | undefined, newcomer?: Socket): void {
    if (socket === undefined) return;
    if (newcomer !== undefined) this.#hasMadeWay.add(newcomer);
    this.#refuse(socket, 'admission', unprovenTooLong);
  }

  /** A connection is about to be destroyed: its places are free from now on, not only once the platform says that it has closed. */
  #free(socket: TLSSocket): void {
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) this.#leave(accepted);
    this.closed(socket);
  }

  /** Takes in a client without a certificate, which may prove later who it is. */
  #takeUnproven(socket: TLSSocket, accepted: Socket | undefined): void {
    const unproven = this.#unproven;
    if (unproven === undefined) return;
    const proven = this.admitted.size - unproven.count;
    const hasMadeWay = accepted !== undefined && this.#hasMadeWay.has(accepted);
    onKept(socket, () => unproven.leave(socket));
    this.#makeWay(unproven.enter(socket, addressGroup(socket.remoteAddress), proven, hasMadeWay));
  }

  #secured(socket: TLSSocket): boolean {
    closeWhenBroken(socket, (rejection) => {
      const when = this.admitted.has(socket) ? 'live' : 'handshake';
      this.#refuse(socket, when, rejection, undefined, peerOf(socket)?.peer);
    });
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) this.#handshakes.ended(accepted);
    const { asking } = this.#options;
    if (asking === undefined) {
      const peer = peerWithout(protectionOf(socket, false));
      this.#conclude(socket, { admitted: true, peer, shown: undefined }, '');
      return true;
    }
    const judgedUnder = asking.trust.version;
    // The verdict has as long: revocation lists may have to be fetched for it.
    if (accepted !== undefined) this.#turns?.begin(accepted);
    let outcome: Outcome | Promise<Outcome>;
    try {
      outcome = judgeSocket(socket, asking, protectionOf(socket, true));
    } catch (error) {
      this.failed(socket, error);
      return true;
    }
    if (!('then' in outcome)) this.#conclude(socket, outcome, judgedUnder);
    else {
      if (accepted !== undefined) this.#handshakes.waits(accepted);
      void outcome.then(
        (late) => this.#conclude(socket, late, judgedUnder),
        (error: unknown) => this.failed(socket, error),
      );
    }
    return true;
  }

  #conclude(socket: TLSSocket, outcome: Outcome, judgedUnder: string): void {
    const accepted = acceptedOf(socket);
    if (accepted !== undefined) {
      this.#turns?.leave(accepted);
      this.#pending.leave(accepted);
    }
    if (!outcome.admitted) {
      this.#refuse(socket, 'handshake', outcome.rejection, outcome.verdict, undefined, outcome.leaf);
      return;
    }
    if (accepted !== undefined) {
      if (outcome.peer.ignored === undefined) this.#handshakes.passed(accepted);
      else this.#handshakes.ignored(accepted);
    }
    if (socket.destroyed) return;
    const proven = outcome.peer.peer;
    const place = proven && this.#ofPeer?.enter(proven, outcome.shown?.octets ?? 0);
    if (typeof place === 'function') socket.once('close', place);
    const refused = typeof place === 'object' ? place : this.#takePlace(accepted);
    if (refused !== undefined) {
      this.#refuse(socket, 'admission', refused, undefined, proven);
      return;
    }
    if (proven === undefined) this.#takeUnproven(socket, accepted);
    this.admitted.add(socket);
    this.#emptyOctets.begin(socket);
    admitSocket(socket, outcome, this.#options.asking, judgedUnder, this);
    tellAdmitted(socket, 'inbound', this.#options.link.name);
    this.#emit('secureConnection', socket);
  }

  /** Closes a connection on which the handshake has ended, and says why. */
  #refuse(socket: TLSSocket, ...why: Why): void {
    this.#free(socket);
    // Before the socket is destroyed, because its addresses go with it.
    this.#tell(socket, ...why);
    socket.destroy();
  }

  #tell(
    from: { readonly remoteAddress?: string | undefined; readonly remotePort?: number | undefined },
    ...[when, rejection, verdict, known, leaf]: Why
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
    // Whatever the caller does with a refusal, the connection is closed.
    callBack(this.#options.onRefusal, refusal, (fault) => this.#report(fault));
  }
}
