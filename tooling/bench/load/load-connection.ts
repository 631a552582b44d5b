import { connect, type TLSSocket } from 'node:tls';
import { clientContext } from './client-context.ts';
import { GatheredWriter } from './gathered-writer.ts';
import { MessageCutter } from './message-cutter.ts';
import type { LoadTls } from './order.ts';

/** One connection of the generator: whole messages in, gathered writes out. */
export class LoadConnection {
  readonly #socket: TLSSocket;
  readonly #writer: GatheredWriter;
  /** Takes every message; set before anything is sent. */
  receive: (message: string) => void = () => undefined;
  /** Takes the end of the connection, which a measurement does not expect. */
  ended: (why: string) => void = () => undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    this.#writer = new GatheredWriter(socket);
    const cutter = new MessageCutter(
      (message) => this.receive(message),
      () => this.send('\r\n'),
    );
    socket.on('data', (chunk: Buffer) => cutter.push(chunk));
    socket.on('error', (fault) => this.ended(fault.message));
    socket.on('close', () => this.ended('the server closed the connection'));
  }

  /** Opens a connection; rejects when the handshake fails. */
  static open(tls: LoadTls): Promise<LoadConnection> {
    const { host, port, servername, localAddress } = tls;
    const from = localAddress === undefined ? {} : { localAddress };
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, servername, secureContext: clientContext(tls), ...from });
      socket.setNoDelay(true);
      socket.once('error', reject);
      socket.once('secureConnect', () => {
        socket.removeListener('error', reject);
        resolve(new LoadConnection(socket));
      });
    });
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  send(text: string): void {
    this.#writer.write(text);
  }

  /** Sends a request and takes the final response to it; for the preparation, not for the measurement. */
  exchange(request: string, timeoutMs = 10_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`no answer to ${firstLine(request)}`)), timeoutMs);
      this.ended = (why) => reject(new Error(`${why} after ${firstLine(request)}`));
      this.receive = (message) => {
        if (!message.startsWith('SIP/2.0 ') || message.startsWith('SIP/2.0 1')) return;
        clearTimeout(late);
        resolve(message);
      };
      this.send(request);
    });
  }

  close(): void {
    this.ended = () => undefined;
    this.#socket.destroy();
  }
}

/** The request or status line of a message. */
export function firstLine(message: string): string {
  return message.slice(0, message.indexOf('\r\n'));
}
