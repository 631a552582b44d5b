import { register } from './called.ts';
import { DigestAnswerer, readChallenge } from './digest.ts';
import type { LoadCaller } from './load.ts';
import { firstLine, LoadConnection } from './load-connection.ts';
import type { Credentials, LoadPair, LoadTls } from './order.ts';
import { registration } from './registration.ts';

/** A user who registers again and again. Its next REGISTER has the credentials of the last challenge, as RFC 3261 §22.2 allows. */
export class RegisterCaller implements LoadCaller {
  readonly #connection: LoadConnection;
  readonly #user: string;
  readonly #credentials: Credentials;
  #answerer: DigestAnswerer | undefined;
  #cseq = 10;
  #sequence = 0;
  finished: LoadCaller['finished'] = () => undefined;

  private constructor(connection: LoadConnection, user: string, credentials: Credentials) {
    this.#connection = connection;
    this.#user = user;
    this.#credentials = credentials;
    connection.receive = (message) => this.#receive(message);
  }

  static async open(tls: LoadTls, { authenticates, from }: LoadPair): Promise<RegisterCaller> {
    if (authenticates === undefined) throw new Error(`${from} has no password to register with`);
    const connection = await LoadConnection.open(tls);
    await register(connection, tls, from, authenticates);
    return new RegisterCaller(connection, from, authenticates);
  }

  send(sequence: number): void {
    this.#sequence = sequence;
    this.#cseq += 1;
    this.#connection.send(
      registration(this.#connection, this.#user, this.#credentials, this.#cseq, this.#answerer),
    );
  }

  watch(ended: (why: string) => void): void {
    this.#connection.ended = ended;
  }

  close(): void {
    this.#connection.close();
  }

  #receive(message: string): void {
    if (!message.startsWith('SIP/2.0 ') || message.startsWith('SIP/2.0 1')) return;
    const challenge = message.startsWith('SIP/2.0 401') ? readChallenge(message) : undefined;
    if (challenge === undefined) {
      this.finished(this.#sequence, message.startsWith('SIP/2.0 200') ? undefined : firstLine(message));
      return;
    }
    this.#answerer = new DigestAnswerer(challenge, this.#credentials);
    this.send(this.#sequence);
  }
}
