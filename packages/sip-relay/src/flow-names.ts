import { randomBytes } from 'node:crypto';
import type { SipConnection, SipEndpoint } from '@entente/sip-endpoint';

/** Names of client connections as they stand in tokens: unguessable, and good for this process only. */
export class FlowNames {
  readonly #boot = randomBytes(6).toString('base64url');
  readonly #endpoint: () => SipEndpoint;

  /** @param endpoint whose connections are named; asked for when a name is looked up */
  constructor(endpoint: () => SipEndpoint) {
    this.#endpoint = endpoint;
  }

  /** The name of a connection. */
  of(connection: SipConnection): string {
    return `${this.#boot}.${connection.id}`;
  }

  /** The connection of a name, if it is still open. */
  find(name: string): SipConnection | undefined {
    const dot = name.indexOf('.');
    return name.slice(0, dot) === this.#boot ? this.#endpoint().flow(Number(name.slice(dot + 1))) : undefined;
  }
}
