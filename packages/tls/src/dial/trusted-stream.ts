import { once } from 'node:events';
import * as net from 'node:net';
import { Duplex } from 'node:stream';
import { refuseDisabledChecks } from '../credential/platform-settings.ts';
import { checks } from '../options/checks.ts';
import { connect, type TrustedSocket } from './connect.ts';
import { defaultTimeoutMs, type StreamOptions } from './connect-options.ts';
import { streamShape } from './outbound-shape.ts';
import { within } from './with-timeout.ts';

/**
 * Gives a connection at once, for libraries whose pools ask for a socket and not for a promise. It dials by itself. What is written waits, and
 * nothing can be read, until the verdict trusts the server; then it emits `connect` and `secureConnect`. Where the server is refused,
 * also later, it is destroyed with the error of `connect`.
 *
 * @param options - as of `connect`, without a socket that exists
 * @returns the stream; `peerOf` gives its peer once it is connected
 * @throws TlsFault `ENTENTE_OPTION_INVALID`, `ENTENTE_PLATFORM_CHECKS_OFF`; all other errors are emitted
 */
export function trustedStream(options: StreamOptions): TrustedStream {
  refuseDisabledChecks();
  return new TrustedStream(checks.read(options, streamShape, 'trustedStream'));
}

/** A connection that is under a verdict before anything passes; with the methods of a socket that libraries call. */
export class TrustedStream extends Duplex {
  /** What libraries read to know that no further TLS is needed. */
  readonly encrypted = true;
  readonly #dialling = new AbortController();
  /** Settings for the socket, which does not exist yet. */
  readonly #waiting: ((socket: TrustedSocket) => void)[] = [];
  #socket: TrustedSocket | undefined;

  /** @internal */
  constructor(options: StreamOptions) {
    // As a socket: what the server ends is ended here too.
    super({ allowHalfOpen: false });
    this.#dial(options).then(
      (socket) => this.#use(socket),
      (error: Error) => this.destroy(error),
    );
  }

  /** Whether there is no verdict yet. */
  get connecting(): boolean {
    return this.#socket === undefined && !this.destroyed;
  }

  /** The judged socket below; undefined while there is none. Read and write through the stream. */
  get socket(): TrustedSocket | undefined {
    return this.#socket;
  }

  /** Protocol negotiated by ALPN; false where there is none, as of a socket of `node:tls`. */
  get alpnProtocol(): string | false | null {
    return this.#socket?.alpnProtocol ?? false;
  }

  /** IP address of the server, once it is connected. */
  get remoteAddress(): string | undefined {
    return this.#socket?.remoteAddress;
  }

  /** Port of the server, once it is connected. */
  get remotePort(): number | undefined {
    return this.#socket?.remotePort;
  }

  /** For libraries that open a socket themselves: has no effect, because the stream dials by itself. */
  connect(): this {
    return this;
  }

  /** As of `net.Socket`. @param isOn - default true */
  setNoDelay(isOn?: boolean): this {
    return this.#set((socket) => socket.setNoDelay(isOn));
  }

  /**
   * As of `net.Socket`.
   * @param isOn - default false
   * @param delayMs - milliseconds before the first probe
   */
  setKeepAlive(isOn?: boolean, delayMs?: number): this {
    return this.#set((socket) => socket.setKeepAlive(isOn, delayMs));
  }

  /**
   * As of `net.Socket`: emits `timeout` when the connection was idle for so long.
   * @param ms - milliseconds; 0 turns it off
   * @param listener - of `timeout`, once
   */
  setTimeout(ms: number, listener?: () => void): this {
    if (listener !== undefined) this.once('timeout', listener);
    return this.#set((socket) => socket.setTimeout(ms));
  }

  /** As of `net.Socket`. */
  ref(): this {
    return this.#set((socket) => socket.ref());
  }

  /** As of `net.Socket`. */
  unref(): this {
    return this.#set((socket) => socket.unref());
  }

  /** Lets the judged socket flow again; called by the stream when its buffer has room. */
  override _read(): void {
    this.#socket?.resume();
  }

  /** Writes to the judged socket; called by the stream. Before the verdict the chunk waits. */
  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#set((socket) => socket.write(chunk, encoding, done));
  }

  /** Ends the judged socket once all was written; called by the stream. */
  override _final(done: (error?: Error | null) => void): void {
    this.#set((socket) => socket.end(() => done()));
  }

  /** Gives up dialling, and destroys the socket where there is one; called by the stream. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#dialling.abort(error ?? undefined);
    this.#socket?.destroy();
    done(error);
  }

  #set(apply: (socket: TrustedSocket) => void): this {
    if (this.#socket === undefined) this.#waiting.push(apply);
    else apply(this.#socket);
    return this;
  }

  async #dial({ agree, ...options }: StreamOptions): Promise<TrustedSocket> {
    const { signal } = this.#dialling;
    if (agree === undefined) return connect({ ...options, signal });
    const { host, localAddress, port, timeoutMs = defaultTimeoutMs } = options;
    const startedAt = performance.now();
    const over = net.connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) });
    try {
      await within(agreed(over, agree), timeoutMs, signal, `${host}:${port}`);
      const left = Math.max(1, Math.round(timeoutMs - (performance.now() - startedAt)));
      return await connect({ ...options, timeoutMs: left, over, signal });
    } catch (error) {
      over.destroy();
      throw error;
    }
  }

  #use(socket: TrustedSocket): void {
    if (this.destroyed) {
      socket.destroy();
      return;
    }
    this.#socket = socket;
    socket.on('error', (error) => this.destroy(error));
    let hasEnded = false;
    socket.on('end', () => {
      hasEnded = true;
      this.push(null);
    });
    // After the end what has arrived may still be read; the stream then ends by itself.
    socket.on('close', () => {
      if (!hasEnded) this.destroy();
    });
    socket.on('timeout', () => this.emit('timeout'));
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    for (const apply of this.#waiting.splice(0)) apply(socket);
    this.emit('connect');
    this.emit('secureConnect');
  }
}

async function agreed(over: net.Socket, agree: NonNullable<StreamOptions['agree']>): Promise<void> {
  const ended = new Promise<never>((_, reject) => {
    over.once('error', reject);
    over.once('close', () => reject(new Error('the server closed the connection before TLS')));
  });
  ended.catch(() => {});
  await Promise.race([once(over, 'connect'), ended]);
  await Promise.race([agree(over), ended]);
}
