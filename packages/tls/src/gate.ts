import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import type { PeerIdentity, Rejection } from '@entente/trust';
import { PendingConnections } from './admission-limits.ts';
import { type Asking, judgeSocket, type Outcome } from './judge-socket.ts';
import { liveConnections } from './live-connections.ts';
import { type RefusedVerdict, setPeer } from './peer.ts';
import { protectionOf } from './protection.ts';
import type { Refusal } from './refusal.ts';
import { refusedByPeer } from './refused-by-peer.ts';
import { tooMany } from './rejections.ts';
import type { ServeLimits } from './serve-options.ts';

/** What stands at the door of a listener. */
export interface GateOptions {
  /** Undefined: clients are not asked who they are. */
  readonly asking: Asking | undefined;
  readonly link: Asking['link'];
  readonly limits: ServeLimits;
  readonly onRefusal: ((refusal: Refusal) => void) | undefined;
}

/** The door, while it stands. */
export interface Gate {
  /** Connections without a verdict. */
  readonly pending: number;
  /** Sockets that were admitted and are open. */
  readonly admitted: ReadonlySet<TLSSocket>;
  /** Closes every connection, judged or not. */
  closeAll(): void;
}

const releaseKey = Symbol('gives back the place among the pending');

interface Pending extends Socket {
  [releaseKey]?: () => void;
}

/**
 * Lets nobody see a socket before its verdict. It stands in the server's own `emit`, so it comes before every listener, also
 * before those that are added later; while revocation knowledge is fetched the socket is held: nobody reads, and what the peer
 * has sent stays in the buffers.
 *
 * @param server - a listener of node:tls, node:https or node:http2
 * @param options - what is asked of clients
 */
export function raiseGate(server: Server, options: GateOptions): Gate {
  const pending = new PendingConnections({
    maxPending: options.limits.maxPending ?? 5_000,
    maxPendingPerAddress: options.limits.maxPendingPerAddress ?? 500,
  });
  const admitted = new Set<TLSSocket>();
  const emit = server.emit.bind(server) as (event: string | symbol, ...values: unknown[]) => boolean;

  const tell = (
    socket: Socket,
    when: Refusal['when'],
    rejection: Rejection,
    verdict?: RefusedVerdict,
    known?: PeerIdentity,
  ) =>
    options.onRefusal?.({
      rejection,
      verdict,
      peer: verdict?.peer ?? known,
      link: options.link,
      when,
      remoteAddress: socket.remoteAddress,
      remotePort: socket.remotePort,
    });

  const accept = (socket: Pending): boolean => {
    const place = pending.enter(socket);
    if (typeof place !== 'function') {
      tell(socket, 'admission', place);
      socket.destroy();
      return true;
    }
    socket[releaseKey] = place;
    socket.on('close', place);
    return emit('connection', socket);
  };

  const admit = (socket: TLSSocket, outcome: Outcome, judgedUnder: string): void => {
    if (!outcome.admitted) {
      // Addresses are read before the socket is gone.
      tell(socket, 'handshake', outcome.rejection, outcome.verdict);
      socket.destroy();
      return;
    }
    if (socket.destroyed) return;
    const { peer, shown } = outcome;
    setPeer(socket, peer);
    admitted.add(socket);
    let forget: (() => void) | undefined;
    if (peer.peer !== undefined && shown !== undefined && options.asking !== undefined) {
      socket.authorized = true;
      forget = liveConnections(options.asking.trust).add(
        {
          asking: options.asking,
          shown,
          verdict: peer.verdict,
          confirmed: (verdict) => setPeer(socket, { ...peer, verdict, peer: verdict.peer }),
          withdrawn: (rejection, verdict) => {
            tell(socket, 'live', rejection, verdict, peer.peer);
            socket.destroy();
          },
        },
        judgedUnder,
      );
    }
    socket.on('close', () => {
      admitted.delete(socket);
      forget?.();
    });
    emit('secureConnection', socket);
  };

  const secured = (socket: TLSSocket): boolean => {
    // A peer's reset must not end the process because nobody listens yet.
    socket.on('error', ignore);
    const { asking } = options;
    const release = releaseOf(socket);
    if (asking === undefined) {
      release();
      const protection = protectionOf(socket, false);
      admit(
        socket,
        {
          admitted: true,
          peer: { ...protection, peer: undefined, verdict: undefined },
          shown: undefined,
        },
        '',
      );
      return true;
    }
    const judgedUnder = asking.trust.version;
    const protection = protectionOf(socket, true);
    const outcome = judgeSocket(socket, asking, protection);
    if (!('then' in outcome)) {
      release();
      admit(socket, outcome, judgedUnder);
      return true;
    }
    void outcome.then((late) => {
      release();
      admit(socket, late, judgedUnder);
    });
    return true;
  };

  server.emit = (event: string | symbol, ...values: unknown[]): boolean => {
    if (event === 'secureConnection') return secured(values[0] as TLSSocket);
    if (event === 'connection') return accept(values[0] as Pending);
    return emit(event, ...values);
  };
  // Node drops what exceeds maxConnections by itself and only says so here.
  server.on('drop', (dropped) => {
    options.onRefusal?.({
      rejection: tooMany('open connections', server.maxConnections),
      verdict: undefined,
      peer: undefined,
      link: options.link,
      when: 'admission',
      remoteAddress: dropped?.remoteAddress,
      remotePort: dropped?.remotePort,
    });
  });
  server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    const rejection = refusedByPeer(error);
    if (rejection !== undefined) tell(socket, 'peer', rejection);
    socket.destroy();
  });
  return {
    get pending() {
      return pending.count;
    },
    admitted,
    closeAll() {
      for (const socket of [...pending.sockets, ...admitted]) socket.destroy();
    },
  };
}

/** The TLS socket keeps the accepted one as `_parent`; where it does not, the place is given back at close. */
function releaseOf(socket: TLSSocket): () => void {
  const { _parent: accepted } = socket as unknown as { readonly _parent?: Pending };
  return accepted?.[releaseKey] ?? ignore;
}

function ignore(): void {}
