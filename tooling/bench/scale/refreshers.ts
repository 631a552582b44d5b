import { register } from '../load/called.ts';
import { DigestAnswerer, readChallenge } from '../load/digest.ts';
import { firstLine, LoadConnection } from '../load/load-connection.ts';
import type { LoadTls } from '../load/order.ts';
import type { HeldUser } from '../memory/order.ts';
import type { RefreshNotice, RefreshOrder } from './refresh-order.ts';

/** The process of clients that refresh their registration again and again, each on a connection of its own, as often as they are answered. */
process.on('message', (order: RefreshOrder) => {
  obey(order).then(
    (done) => tell({ type: 'done', ...done }),
    (fault: Error) => tell({ type: 'fault', message: fault.stack ?? fault.message }),
  );
});
process.once('disconnect', () => process.exit(0));

function tell(notice: RefreshNotice): void {
  process.send?.(notice);
}

type Done = Omit<Extract<RefreshNotice, { type: 'done' }>, 'type'>;

const clients: Client[] = [];

async function obey(order: RefreshOrder): Promise<Done> {
  if (order.type === 'open') {
    for (const user of order.users) clients.push(await Client.open(order.tls, user));
    return { count: clients.length, seconds: 0, generatorShare: 0, refused: {} };
  }
  return refresh(order.milliseconds);
}

async function refresh(milliseconds: number): Promise<Done> {
  const refused: Record<string, number> = {};
  let count = 0;
  let isOver = false;
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  const one = (client: Client): Promise<void> =>
    new Promise((resolve, reject) => {
      client.run((statusLine) => {
        if (statusLine === undefined) count += 1;
        else refused[statusLine] = (refused[statusLine] ?? 0) + 1;
        if (isOver) resolve();
        return !isOver;
      }, reject);
    });
  const all = Promise.all(clients.map(one));
  await Promise.race([all, new Promise((resolve) => setTimeout(resolve, milliseconds))]);
  isOver = true;
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const done = { count, seconds, generatorShare: (user + system) / 1e6 / seconds, refused };
  await all;
  return done;
}

/** A registered client. Its next REGISTER has the credentials of the last challenge, as RFC 3261 §22.2 allows. */
class Client {
  readonly #connection: LoadConnection;
  readonly #user: HeldUser;
  readonly #uri: string;
  #answerer: DigestAnswerer | undefined;
  #cseq = 10;

  private constructor(connection: LoadConnection, user: HeldUser) {
    this.#connection = connection;
    this.#user = user;
    this.#uri = `sip:${user.address.slice(user.address.indexOf('@') + 1)}`;
  }

  static async open(tls: LoadTls, user: HeldUser): Promise<Client> {
    const connection = await LoadConnection.open(tls);
    await register(connection, tls, user.address, user);
    return new Client(connection, user);
  }

  /**
   * Registers again and again.
   * @param answered told each final answer but challenges, undefined for 200; whether another one is sent
   * @param failed told when the connection ends
   */
  run(answered: (statusLine: string | undefined) => boolean, failed: (error: Error) => void): void {
    const connection = this.#connection;
    connection.ended = (why) => failed(new Error(why));
    connection.receive = (message) => {
      if (!message.startsWith('SIP/2.0 ') || message.startsWith('SIP/2.0 1')) return;
      const challenge = message.startsWith('SIP/2.0 401') ? readChallenge(message) : undefined;
      if (challenge !== undefined) this.#answerer = new DigestAnswerer(challenge, this.#user);
      else if (!answered(message.startsWith('SIP/2.0 200') ? undefined : firstLine(message))) return;
      this.#send();
    };
    this.#send();
  }

  #send(): void {
    const { localPort } = this.#connection;
    const { address, username } = this.#user;
    this.#cseq += 1;
    this.#connection.send(
      `REGISTER ${this.#uri} SIP/2.0\r\n` +
        `Via: SIP/2.0/TLS 127.0.0.1:${localPort};branch=z9hG4bKr${this.#cseq}${username}\r\n` +
        `From: <${address}>;tag=r${localPort}\r\nTo: <${address}>\r\n` +
        `Call-ID: register-${username}-${localPort}\r\nCSeq: ${this.#cseq} REGISTER\r\n` +
        `Max-Forwards: 70\r\nContact: <sip:${username}@127.0.0.1:${localPort};transport=tls>\r\nExpires: 3600\r\n` +
        `${this.#answerer?.answer('REGISTER', this.#uri) ?? ''}Content-Length: 0\r\n\r\n`,
    );
  }
}
