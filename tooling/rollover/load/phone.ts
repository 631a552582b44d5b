import { randomBytes } from 'node:crypto';
import { type Call, type IncomingCall, UserAgent } from '@entente/sip-endpoint';
import { connect, type Trust } from '@entente/tls';
import { type Link, links } from '@entente/topology';

/** A user, and where the client of the user connects. */
export interface PhoneOptions {
  /** `alice@contoso.example`. */
  readonly address: string;
  readonly password: string;
  /** TCP port on 127.0.0.1. */
  readonly port: number;
  /** The user is outside: the port is that of the edge. */
  readonly external: boolean;
  /** Of all clients of the organisation. */
  readonly trust: Trust;
}

/** One connection of a telephone, and what still runs on it. */
interface Line {
  readonly agent: UserAgent;
  readonly underWay: Set<Promise<unknown>>;
}

/**
 * The telephone of a user. It answers each call, and connects again before the certificate of its server ends, as one does that is
 * restarted every day.
 */
export class Phone implements AsyncDisposable {
  readonly address: string;
  readonly #options: PhoneOptions;
  #line: Line | undefined;
  /** How often a connection was closed that the telephone still used. */
  disconnected = 0;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.address = `sip:${options.address}`;
  }

  /** Registers over a new connection; the one before ends when nothing runs on it any more. */
  async reconnect(): Promise<void> {
    const before = this.#line;
    const line = this.#open();
    const { status } = await line.agent.register();
    if (status !== 200) throw new Error(`${this.address} was not registered: ${status}`);
    this.#line = line;
    if (before !== undefined) await this.#retire(before);
  }

  /** @returns status of the final response */
  message(to: string, text: string): Promise<number> {
    return this.#use(async ({ agent }) => (await agent.message(to, text)).status);
  }

  /** Calls, and hangs up at once. @returns status of the INVITE, then of the BYE */
  async call(to: string): Promise<readonly number[]> {
    return this.#use(async ({ agent }) => {
      const outcome = await agent.call(to, onHold());
      if (!outcome.ok) return [outcome.response.status];
      return [outcome.response.status, (await outcome.call.hangUp()).status];
    });
  }

  /** A call that stays up. @returns ends it, with the status of the BYE */
  async longCall(to: string): Promise<() => Promise<number>> {
    const outcome = await this.#current().agent.call(to, onHold());
    if (!outcome.ok) throw new Error(`the call was answered ${outcome.response.status}`);
    return async () => (await outcome.call.hangUp()).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const line = this.#line;
    this.#line = undefined;
    if (line !== undefined) await line.agent[Symbol.asyncDispose]();
  }

  #current(): Line {
    if (this.#line === undefined) throw new Error(`${this.address} is not connected`);
    return this.#line;
  }

  #use<T>(work: (line: Line) => Promise<T>): Promise<T> {
    const line = this.#current();
    return track(line, work(line));
  }

  async #retire(line: Line): Promise<void> {
    await line.agent.register(0);
    while (line.underWay.size > 0) await Promise.allSettled([...line.underWay]);
    await line.agent[Symbol.asyncDispose]();
  }

  #open(): Line {
    const { address, external, password, port, trust } = this.#options;
    const link: Link = external ? links.clientToEdge : links.clientToFrontEnd;
    const [username = '', domain = ''] = address.split('@');
    const underWay = new Set<Promise<unknown>>();
    const line: Line = {
      underWay,
      agent: new UserAgent({
        addressOfRecord: this.address,
        credentials: { secret: { username, password } },
        server: { name: domain, address: '127.0.0.1', port, link },
        newToken: () => randomBytes(12).toString('hex'),
        dial: async (hop) => ({
          socket: await connect({
            host: hop.address,
            port: hop.port,
            trust,
            expect: { mode: 'sip-domain', domain: hop.name },
            allow: [hop.name],
            link: { name: hop.link.name, interface: 'internal' },
          }),
          link: hop.link,
        }),
        events: {
          onCall: (call) => answer(line, call),
          onDisconnected: () => {
            if (this.#line === line) this.disconnected++;
          },
        },
      }),
    };
    return line;
  }
}

function answer(line: Line, incoming: IncomingCall): void {
  incoming.ring();
  const call: Call | undefined = incoming.accept(onHold());
  if (call !== undefined) void track(line, call.ended);
}

function track<T>({ underWay }: Line, work: Promise<T>): Promise<T> {
  const done = work.finally(() => underWay.delete(done));
  underWay.add(done);
  return done;
}

/** No media, on hold. It names SRTP with a key of its own, as the federation requires. */
function onHold() {
  const key = randomBytes(30).toString('base64');
  const lines = [
    'v=0',
    'o=- 0 0 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    'm=audio 9 RTP/SAVP 0',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`,
    'a=inactive',
    '',
  ];
  return { contentType: 'application/sdp', body: lines.join('\r\n') };
}
