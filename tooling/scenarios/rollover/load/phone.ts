import type { UserAgent } from '@entente/sip-endpoint';
import { agentOf, session } from '@entente/testkit/repository';
import type { Trust } from '@entente/tls';
import { links } from '@entente/topology';

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

/** The telephone of a user. It answers each call. */
export class Phone implements AsyncDisposable {
  readonly address: string;
  readonly #options: PhoneOptions;
  #agent: UserAgent | undefined;

  constructor(options: PhoneOptions) {
    this.#options = options;
    this.address = `sip:${options.address}`;
  }

  /** Starts the telephone again: it registers over a new connection. What ran on the one before is lost. */
  async restart(): Promise<void> {
    const before = this.#agent;
    await before?.register(0);
    await before?.[Symbol.asyncDispose]();
    const agent = this.#open();
    this.#agent = agent;
    const { status } = await agent.register();
    if (status !== 200) throw new Error(`${this.address} was not registered: ${status}`);
  }

  /** @returns status of the final response */
  async message(to: string, text: string): Promise<number> {
    return (await this.#current().message(to, text)).status;
  }

  /** Calls, and hangs up at once. @returns status of the INVITE, then of the BYE */
  async call(to: string): Promise<readonly number[]> {
    const outcome = await this.#current().call(to, session());
    if (!outcome.ok) return [outcome.response.status];
    return [outcome.response.status, (await outcome.call.hangUp()).status];
  }

  /** A call that stays up. @returns ends it, with the status of the BYE */
  async longCall(to: string): Promise<() => Promise<number>> {
    const outcome = await this.#current().call(to, session());
    if (!outcome.ok) throw new Error(`the call was answered ${outcome.response.status}`);
    return async () => (await outcome.call.hangUp()).status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#agent?.[Symbol.asyncDispose]();
  }

  #current(): UserAgent {
    if (this.#agent === undefined) throw new Error(`${this.address} is not connected`);
    return this.#agent;
  }

  #open(): UserAgent {
    const { address, external, password, port, trust } = this.#options;
    const link = external ? links.clientToEdge : links.clientToFrontEnd;
    const [name = '', domain = ''] = address.split('@');
    return agentOf({ domain, name, password, trust, servers: [{ address: '127.0.0.1', port }], link }).agent;
  }
}
