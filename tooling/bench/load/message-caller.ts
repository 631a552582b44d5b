import { askUntilTaken, register } from './called.ts';
import { type Challenge, DigestAnswerer, readChallenge } from './digest.ts';
import type { LoadCaller } from './load.ts';
import { firstLine, LoadConnection } from './load-connection.ts';
import type { Credentials, LoadPair, LoadTls } from './order.ts';

const branchMark = 'z9hG4bKb';
const messageBytes = 600;

/** The side that sends MESSAGE: its requests are built ahead, but for the numbers that make each one new. */
export class MessageCaller implements LoadCaller {
  readonly #connection: LoadConnection;
  readonly #pair: LoadPair;
  readonly #parts: readonly [string, string, string, string];
  #answerer: DigestAnswerer | undefined;
  finished: LoadCaller['finished'] = () => undefined;

  private constructor(connection: LoadConnection, pair: LoadPair) {
    this.#connection = connection;
    this.#pair = pair;
    this.#parts = buildParts(connection.localPort, pair);
  }

  /** Opens the connection and learns the challenge, where there is one. */
  static async open(tls: LoadTls, pair: LoadPair): Promise<MessageCaller> {
    const connection = await LoadConnection.open(tls);
    if (pair.callerRegisters !== undefined) await register(connection, tls, pair.from, pair.callerRegisters);
    const caller = new MessageCaller(connection, pair);
    const response = await askUntilTaken((refusals) => connection.exchange(caller.#request(refusals)));
    const { authenticates } = pair;
    if (authenticates !== undefined) {
      caller.#accept(readChallenge(response), authenticates, response);
    } else if (!response.startsWith('SIP/2.0 200')) {
      throw new Error(`the first MESSAGE to ${pair.to} was refused: ${firstLine(response)}`);
    }
    connection.receive = (message) => caller.#receive(message);
    return caller;
  }

  send(sequence: number): void {
    this.#connection.send(this.#request(sequence));
  }

  watch(ended: (why: string) => void): void {
    this.#connection.ended = ended;
  }

  close(): void {
    this.#connection.close();
  }

  #request(sequence: number): string {
    const [a, b, c, d] = this.#parts;
    const authorization = this.#answerer?.answer('MESSAGE', this.#pair.to) ?? '';
    return `${a}${sequence}${b}${sequence}${c}${authorization}${d}`;
  }

  #receive(message: string): void {
    const at = message.indexOf(branchMark) + branchMark.length;
    const sequence = Number.parseInt(message.slice(at, at + 10), 10);
    if (message.startsWith('SIP/2.0 200')) {
      this.finished(sequence, undefined);
    } else if (!message.startsWith('SIP/2.0 1')) {
      const { authenticates } = this.#pair;
      const challenge = authenticates === undefined ? undefined : readChallenge(message);
      if (authenticates !== undefined && challenge !== undefined)
        this.#accept(challenge, authenticates, message);
      this.finished(sequence, firstLine(message));
    }
  }

  #accept(challenge: Challenge | undefined, credentials: Credentials, response: string): void {
    if (challenge === undefined)
      throw new Error(`expected a SHA-256 challenge, found ${firstLine(response)}`);
    this.#answerer = new DigestAnswerer(challenge, credentials);
  }
}

function buildParts(port: number, pair: LoadPair): [string, string, string, string] {
  const { viaHost = '127.0.0.1' } = pair;
  const a = `MESSAGE ${pair.to} SIP/2.0\r\nVia: SIP/2.0/TLS ${viaHost}:${port};branch=${branchMark}`;
  const b = `\r\nFrom: <${pair.from}>;tag=c${port}\r\nTo: <${pair.to}>\r\nCall-ID: load-${port}-`;
  const c = '\r\nCSeq: 1 MESSAGE\r\nMax-Forwards: 70\r\n';
  const head = (length: number): string => `Content-Type: text/plain\r\nContent-Length: ${length}\r\n\r\n`;
  // Two numbers of six digits, and the body fills up to the length asked for.
  const length = Math.max(1, messageBytes - a.length - b.length - c.length - head(100).length - 12);
  return [a, b, c, head(length) + 'x'.repeat(length)];
}
