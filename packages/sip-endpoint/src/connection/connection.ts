import type { TLSSocket } from 'node:tls';
import {
  type FramerSink,
  type MessageFault,
  type MessageLimits,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
} from '@entente/sip';
import { type Peer, peerOf } from '@entente/tls';
import { GatheredWriter } from './gathered-writes.ts';
import { kindOf, limitsFrom, limitsTo } from './peer-limits.ts';
import { type Placed, UnorderedList } from './unordered-list.ts';

/** The row of the allow matrix that a connection stands on, and what it is called in logs. */
export interface ConnectionLink {
  readonly row: number;
  readonly name: string;
}

/** Who takes what a connection brings. */
export interface ConnectionUser {
  onRequest(request: SipRequest, connection: SipConnection): void;
  onResponse(response: SipResponse, connection: SipConnection): void;
  /** A message was refused as malformed; it has been answered, and the connection is closed if framing is lost. */
  onMalformed(fault: MessageFault, connection: SipConnection): void;
  onClosed(connection: SipConnection): void;
}

/** Bounds of one connection. */
export interface ConnectionLimits {
  /** Bytes that may wait to be sent before the peer counts as stuck and is disconnected. Default 4 MiB. */
  readonly maxPendingBytes?: number;
  /** Milliseconds without a byte from the peer after which the connection is closed. Default 15 minutes. */
  readonly idleTimeoutMs?: number;
}

/** Milliseconds that a closing connection has to take what waits for it. */
const closingMs = 5_000;
let lastId = 0;

/**
 * A connection on which SIP is spoken: frames what comes in, gathers what goes out. Its number is never used again while
 * the process lives, so a flow token cannot mean another connection later.
 */
export class SipConnection implements FramerSink {
  readonly id: number = ++lastId;
  readonly socket: TLSSocket;
  readonly link: ConnectionLink;
  readonly openedByUs: boolean;
  /** Where the peer's messages come from; undefined where the connection broke before it was read. */
  readonly source: { readonly address: string; readonly port: number } | undefined;
  /** FQDN of the server at the other end, if it proved to be one, as first judged: the topology must still list it for a request. */
  readonly server: string | undefined;
  /** Addresses of record that a user has proven to be on this connection, each with the time until which it counts. */
  readonly users = new Map<string, number>();
  /** What is under way on this connection; the transaction layer keeps it. */
  readonly transactions = new UnorderedList<Placed>();
  /** The most that a message may measure which is sent on to this peer. */
  readonly accepts: MessageLimits;
  readonly #framer: StreamFramer;
  readonly #writer: GatheredWriter;
  readonly #user: ConnectionUser;
  readonly #maxPendingBytes: number;
  #closed = false;

  /**
   * @param socket - admitted by `serve` or `connect` of `@entente/tls`
   * @param options - which link it is, who dialled, who listens
   */
  constructor(
    socket: TLSSocket,
    options: {
      readonly link: ConnectionLink;
      readonly openedByUs: boolean;
      readonly user: ConnectionUser;
      readonly limits?: ConnectionLimits;
    },
  ) {
    const peer = peerOf(socket);
    if (peer === undefined)
      throw new TypeError('this socket has no verdict; take it from serve or connect of @entente/tls');
    this.socket = socket;
    this.server = peer.peer?.server;
    this.link = options.link;
    this.openedByUs = options.openedByUs;
    const { remoteAddress: address, remotePort: port } = socket;
    // An IPv4 peer of a listener on every address shows itself as mapped into IPv6.
    this.source =
      address === undefined || port === undefined
        ? undefined
        : { address: address.replace(/^::ffff:(?=\d+\.)/i, ''), port };
    const kind = kindOf(peer, options.openedByUs);
    this.accepts = limitsTo(kind);
    this.#framer = new StreamFramer({ limits: limitsFrom(kind) });
    this.#user = options.user;
    this.#maxPendingBytes = options.limits?.maxPendingBytes ?? 4_194_304;
    this.#writer = new GatheredWriter(socket);
    socket.setNoDelay(true);
    socket.setTimeout(options.limits?.idleTimeoutMs ?? 900_000, () => this.close());
    // It broke between the verdict and now: its close event will not come again.
    if (socket.destroyed) queueMicrotask(() => this.#end());
    socket.on('data', (bytes: Buffer) => this.#framer.push(bytes, this));
    socket.on('error', () => this.#end());
    socket.on('close', () => this.#end());
    socket.on('end', () => this.close());
  }

  /** The peer as last judged: a connection is judged again when the trust state changes, and the peer's role may be another then. */
  get protection(): Peer {
    return peerOf(this.socket) as Peer;
  }

  /** Whether nothing can be sent any more. */
  get isClosed(): boolean {
    return this.#closed;
  }

  /**
   * @param message - what to send
   * @returns false if the connection is closed, or was closed now because the peer takes nothing
   */
  send(message: SipMessage): boolean {
    if (this.#closed) return false;
    return this.#write(message.wire);
  }

  /** Sends the double CRLF that keeps a flow alive (RFC 5626 §3.5.1). */
  ping(): void {
    if (!this.#closed) this.#write('\r\n\r\n');
  }

  /** Sends what was gathered and closes. */
  close(): void {
    if (this.#closed) return;
    this.#writer.flush();
    this.socket.end();
    this.socket.destroySoon();
    // A peer that takes nothing would keep the socket and what waits in it for ever.
    const giveUp = setTimeout(() => this.socket.destroy(), closingMs);
    giveUp.unref();
    this.socket.once('close', () => clearTimeout(giveUp));
    this.#end();
  }

  // What the framer finds.

  message(message: SipMessage): void {
    if (this.#closed) return;
    if (message.kind === 'request') this.#user.onRequest(message, this);
    else this.#user.onResponse(message, this);
  }

  error(fault: MessageFault): void {
    if (this.#closed) return;
    this.#user.onMalformed(fault, this);
    if (fault.response !== undefined) this.send(fault.response);
    if (fault.fatal) this.close();
  }

  keepAlive(kind: 'ping' | 'pong'): void {
    if (kind === 'ping' && !this.#closed) this.#write('\r\n');
  }

  #write(data: string): boolean {
    this.#writer.write(data);
    if (this.#writer.pendingBytes <= this.#maxPendingBytes) return true;
    // Stuck, or does not want to read: there is no use in waiting until it takes the rest.
    this.socket.destroy();
    this.#end();
    return false;
  }

  #end(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#user.onClosed(this);
  }
}
