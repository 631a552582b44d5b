import { connect as connectTcp, type Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { DigestAnswerer, readChallenge } from '../load/digest.ts';
import { firstLine } from '../load/load-connection.ts';
import { MessageCutter } from '../load/message-cutter.ts';
import type { Credentials, LoadTls } from '../load/order.ts';
import type { Target } from './order.ts';

/** Loopback has 16 million addresses (RFC 1122 §3.2.1.3): attackers come from others than the good clients, as they do outside. */
export function attackerAddress(index: number): string {
  return `127.9.${(index >> 8) & 0xff}.${index & 0xff || 255}`;
}

/** `tls.connect` hands them to `net.connect`, whose `localAddress` its types leave out. */
export type DialOptions = ConnectionOptions & { readonly localAddress: string };

/** A TCP connection on which TLS has not begun. */
export function dialTcp({ host, port }: Target, from: string): Socket {
  const socket = connectTcp({ host, port, localAddress: from });
  socket.on('error', () => undefined);
  return socket;
}

/** How a final response begins (RFC 3261 §7.2). */
const finalResponse = /^SIP\/2\.0 [2-6]/;

/** After this an attacker goes on without the answer. */
const answerMs = 5_000;

/** A connection whose owner does not care for its end: that the server closes it is what a server may do. */
export class AttackConnection {
  readonly socket: TLSSocket;
  #waiting: ((message: string) => void) | undefined;
  #sequence = 0;

  private constructor(socket: TLSSocket) {
    this.socket = socket;
    const cutter = new MessageCutter((message) => this.#receive(message));
    socket.on('data', (chunk: Buffer) => cutter.push(chunk));
  }

  /**
   * @param target - whom to dial
   * @param from - own address
   * @param identity - a certificate to show, if any
   * @returns undefined where the server has not admitted it
   */
  static open(
    target: Target,
    from: string,
    identity?: NonNullable<LoadTls['identity']>,
  ): Promise<AttackConnection | undefined> {
    const { anchorPem, host, port, servername } = target;
    const own = identity === undefined ? {} : { cert: identity.certificatePem, key: identity.keyPem };
    return new Promise((resolve) => {
      const options: DialOptions = { host, port, servername, ca: anchorPem, localAddress: from, ...own };
      const socket = connect(options);
      socket.once('secureConnect', () => resolve(new AttackConnection(socket)));
      socket.on('error', () => resolve(undefined));
      socket.on('close', () => resolve(undefined));
    });
  }

  get isOpen(): boolean {
    return !this.socket.destroyed && this.socket.writable;
  }

  /** Sends a text, one byte for each character. */
  send(text: string): void {
    if (this.isOpen) this.socket.write(text, 'latin1');
  }

  /** Stops reading, so that what the server sends stays in its buffers. */
  stopReading(): void {
    this.socket.pause();
  }

  /**
   * Authenticates as a user.
   * @param domain - of the address of record
   * @param credentials - an account of the attackers
   * @param binding - `bound` where the user is reachable here from now on; without it the REGISTER only asks (RFC 3261 §10.2.3)
   */
  async register(domain: string, credentials: Credentials, binding?: 'bound'): Promise<void> {
    const uri = `sip:${domain}`;
    const user = `sip:${credentials.username}@${domain}`;
    const { localAddress, localPort } = this.socket;
    const contact =
      binding === undefined
        ? ''
        : `Contact: <sip:${credentials.username}@${localAddress}:${localPort};transport=tls>\r\nExpires: 3600\r\n`;
    const ask = (authorization: string): Promise<string> =>
      this.ask(this.#head('REGISTER', uri, user, user, `${contact}${authorization}`, 0));
    let response = await ask('');
    const challenge = readChallenge(response);
    if (challenge !== undefined)
      response = await ask(new DigestAnswerer(challenge, credentials).answer('REGISTER', uri));
    if (!response.startsWith('SIP/2.0 200'))
      throw new Error(`an attacker cannot register: ${firstLine(response)}`);
  }

  /**
   * A new request.
   * @param length - bytes of body that its Content-Length announces
   * @param headers - further lines, each with its CRLF
   */
  request(method: string, from: string, to: string, length: number, headers = ''): string {
    return this.#head(method, to, from, to, headers, length);
  }

  #head(method: string, uri: string, from: string, to: string, headers: string, length: number): string {
    this.#sequence += 1;
    const { localAddress = '', localPort = 0 } = this.socket;
    const id = `${localAddress}-${localPort}-${this.#sequence}`;
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/TLS ${localAddress}:${localPort};branch=z9hG4bK${id}\r\n` +
      `From: <${from}>;tag=${localPort}\r\nTo: <${to}>\r\nCall-ID: ${id}\r\nCSeq: ${this.#sequence} ${method}\r\n` +
      `Max-Forwards: 70\r\n${headers}Content-Length: ${length}\r\n\r\n`
    );
  }

  /**
   * Sends a request and takes the final response.
   * @param request - see {@link AttackConnection.request}
   */
  ask(request: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('an attacker got no answer')), answerMs);
      this.socket.once('close', () => {
        clearTimeout(late);
        reject(new Error('the server closed the connection of an attacker'));
      });
      this.#waiting = (response) => {
        clearTimeout(late);
        resolve(response);
      };
      this.send(request);
    });
  }

  /** Requests of others and provisional responses are passed over: what is asked for here is a final response. */
  #receive(message: string): void {
    if (!finalResponse.test(message)) return;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.(message);
  }
}
