import { register } from './called.ts';
import type { LoadCaller } from './load.ts';
import { firstLine, LoadConnection } from './load-connection.ts';
import type { LoadPair, LoadTls } from './order.ts';

const branchMark = 'z9hG4bKb';
const crypto = 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz';
const offer = `v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 49170 RTP/SAVP 0\r\n${crypto}\r\n`;

/** The side that calls: INVITE, and where it is answered ACK and BYE at once; the 200 for BYE ends a call. */
export class CallCaller implements LoadCaller {
  readonly #connection: LoadConnection;
  readonly #pair: LoadPair;
  readonly #contact: string;
  readonly #hangsUp: boolean;
  /** Each BYE, and each that was answered with 200. */
  readonly inDialogs = { sent: 0, succeeded: 0 };
  finished: LoadCaller['finished'] = () => undefined;

  private constructor(connection: LoadConnection, pair: LoadPair, hangsUp: boolean) {
    this.#connection = connection;
    this.#pair = pair;
    this.#contact = `<${pair.from.replace(/@.*/, '')}@127.0.0.1:${connection.localPort};transport=tls>`;
    this.#hangsUp = hangsUp;
    connection.receive = (message) => this.#receive(message);
  }

  /**
   * Opens the connection, and registers where the pair says so.
   * @param hangsUp - whether a call ends as soon as it is answered; otherwise it is finished then, and stays up
   */
  static async open(tls: LoadTls, pair: LoadPair, hangsUp: boolean): Promise<CallCaller> {
    const connection = await LoadConnection.open(tls);
    if (pair.callerRegisters !== undefined) await register(connection, tls, pair.from, pair.callerRegisters);
    return new CallCaller(connection, pair, hangsUp);
  }

  send(sequence: number): void {
    const { to } = this.#pair;
    const tail = `Contact: ${this.#contact}\r\nContent-Type: application/sdp\r\nContent-Length: ${offer.length}\r\n\r\n${offer}`;
    this.#connection.send(`${this.#head('INVITE', to, `<${to}>`, sequence, 1)}${tail}`);
  }

  watch(ended: (why: string) => void): void {
    this.#connection.ended = ended;
  }

  close(): void {
    this.#connection.close();
  }

  #receive(message: string): void {
    if (!message.startsWith('SIP/2.0 ') || message.startsWith('SIP/2.0 1')) return;
    const at = message.indexOf(branchMark) + branchMark.length;
    const sequence = Number.parseInt(message.slice(at, at + 10), 10);
    const isAnswered = message.startsWith('SIP/2.0 200');
    if (!/^CSeq: \d+ INVITE/m.test(message)) {
      if (isAnswered) this.inDialogs.succeeded += 1;
      this.finished(sequence, isAnswered ? undefined : firstLine(message));
    } else if (isAnswered) {
      this.#acknowledge(message, sequence);
      if (!this.#hangsUp) this.finished(sequence, undefined);
    } else {
      const { to } = this.#pair;
      const ack = this.#head('ACK', to, field(message, 'To'), sequence, 1);
      this.#connection.send(`${ack}Content-Length: 0\r\n\r\n`);
      this.finished(sequence, firstLine(message));
    }
  }

  /** RFC 3261 §12.1.2: the route set is what was recorded, in reverse order, and the target the Contact. */
  #acknowledge(response: string, sequence: number): void {
    const target = /<([^>]+)>/.exec(field(response, 'Contact'))?.[1] ?? this.#pair.to;
    const routes = fields(response, 'Record-Route')
      .flatMap((value) => value.split(/,\s*(?=<)/))
      .reverse();
    const route = routes.map((value) => `Route: ${value}\r\n`).join('');
    const to = field(response, 'To');
    this.#connection.send(
      `${this.#head('ACK', target, to, sequence, 1, 'a')}${route}Content-Length: 0\r\n\r\n`,
    );
    if (!this.#hangsUp) return;
    this.inDialogs.sent += 1;
    this.#connection.send(
      `${this.#head('BYE', target, to, sequence, 2, 'y')}${route}Content-Length: 0\r\n\r\n`,
    );
  }

  #head(method: string, uri: string, to: string, sequence: number, cseq: number, part = 'i'): string {
    const { localPort } = this.#connection;
    return (
      `${method} ${uri} SIP/2.0\r\nVia: SIP/2.0/TLS 127.0.0.1:${localPort};branch=${branchMark}${sequence}${part}\r\n` +
      `From: <${this.#pair.from}>;tag=c${localPort}\r\nTo: ${to}\r\n` +
      `Call-ID: load-${localPort}-${sequence}\r\nCSeq: ${cseq} ${method}\r\nMax-Forwards: 70\r\n`
    );
  }
}

function field(message: string, name: string): string {
  return fields(message, name)[0] ?? '';
}

function fields(message: string, name: string): string[] {
  const found: string[] = [];
  const begin = `\r\n${name}: `;
  const end = message.indexOf('\r\n\r\n');
  for (let at = message.indexOf(begin); at >= 0 && at < end; at = message.indexOf(begin, at + 2)) {
    found.push(message.slice(at + begin.length, message.indexOf('\r\n', at + 2)));
  }
  return found;
}
