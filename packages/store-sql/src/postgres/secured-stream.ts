import { once } from 'node:events';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Asks whether the server speaks TLS: length and code (PostgreSQL, frontend/backend protocol, SSLRequest). */
const request = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
const agreed = 'S'.charCodeAt(0);

/**
 * A connection for the library that is plain to it: TLS is agreed on and spoken below, by whom the caller has chosen. The library opens
 * it by `connect`, as it would a socket.
 */
export class SecuredStream extends Duplex {
  readonly #secure: (socket: Socket) => Promise<Socket>;
  readonly #raw: Socket;
  #socket: Socket | undefined;

  /** @param secure - as of `PostgresServer` */
  constructor(secure: (socket: Socket) => Promise<Socket>) {
    super();
    this.#secure = secure;
    this.#raw = new Socket();
    this.#raw.on('error', (error) => this.destroy(error));
    this.#raw.on('close', () => {
      // From then on the socket above it says why it has closed.
      if (this.#socket === undefined) this.destroy();
    });
  }

  /** Connects, agrees on TLS, and emits `connect` once the server was judged. */
  connect(port: number, host: string): this {
    this.#raw.connect({ port, host });
    this.#open().then(
      () => this.emit('connect'),
      (error: Error) => this.destroy(error),
    );
    return this;
  }

  setNoDelay(isOn?: boolean): this {
    this.#raw.setNoDelay(isOn);
    return this;
  }

  setKeepAlive(isOn?: boolean, delayMs?: number): this {
    this.#raw.setKeepAlive(isOn, delayMs);
    return this;
  }

  ref(): this {
    (this.#socket ?? this.#raw).ref();
    return this;
  }

  unref(): this {
    (this.#socket ?? this.#raw).unref();
    return this;
  }

  override _read(): void {
    this.#socket?.resume();
  }

  override _write(chunk: Buffer, encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // Before `connect` was emitted the library writes nothing.
    if (this.#socket === undefined) done(new Error('written before the server was judged'));
    else this.#socket.write(chunk, encoding, done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#socket === undefined) done();
    else this.#socket.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#socket?.destroy();
    this.#raw.destroy();
    done(error);
  }

  async #open(): Promise<void> {
    const raw = this.#raw;
    await once(raw, 'connect');
    raw.write(request);
    const [answer] = (await once(raw, 'data')) as [Buffer];
    raw.pause();
    // More than the one byte was sent in clear text, by anybody (CVE-2021-23222).
    if (answer.length !== 1 || answer[0] !== agreed)
      throw new Error('the server does not support SSL connections, or answers more than that');
    const socket = await this.#secure(raw);
    this.#socket = socket;
    socket.on('error', (error) => this.destroy(error));
    socket.on('close', () => this.destroy());
    socket.on('end', () => this.push(null));
    socket.on('data', (chunk: Buffer) => {
      if (!this.push(chunk)) socket.pause();
    });
    if (this.destroyed) socket.destroy();
  }
}
