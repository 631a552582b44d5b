import { randomBytes } from 'node:crypto';
import { messageIdHeader } from '@entente/chat-room';
import { UserAgent } from '@entente/sip-endpoint';
import { connect, type Trust } from '@entente/tls';
import { links } from '@entente/topology';
import { domain } from '../../scenarios/harness/authority-place.ts';

/** Clients that register at once. */
const atOnce = 20;

/** Somebody in a room: which messages have come, and when the last one did. */
export interface Listener {
  readonly agent: UserAgent;
  readonly address: string;
  /** Ids of what has come. */
  readonly ids: Set<string>;
}

/** The members of a room, with a client each, spread over the servers of a pool. */
export class Crowd implements AsyncDisposable {
  readonly members: readonly Listener[];
  readonly #waiting = new Set<() => void>();

  private constructor(make: (heard: () => void) => readonly Listener[]) {
    this.members = make(() => {
      for (const look of [...this.#waiting]) look();
    });
  }

  /**
   * Registers everybody.
   * @param names - user parts
   * @param options - servers, password, and who judges them
   */
  static async register(
    names: readonly string[],
    {
      password,
      servers,
      trust,
    }: {
      readonly password: string;
      readonly servers: readonly { readonly address: string; readonly port: number }[];
      readonly trust: Trust;
    },
  ): Promise<Crowd> {
    const crowd = new Crowd((heard) =>
      names.map((name, index) => {
        const { address, port } = servers[index % servers.length] as { address: string; port: number };
        const ids = new Set<string>();
        const agent = new UserAgent({
          addressOfRecord: `sip:${name}@${domain}`,
          credentials: { secret: { username: name, password } },
          server: { name: domain, address, port, link: links.clientToFrontEnd },
          dial: async (hop) => {
            const expect = { mode: 'sip-domain', domain: hop.name } as const;
            const at = { host: hop.address, port: hop.port };
            return { socket: await connect({ ...at, trust, expect, allow: [hop.name] }), link: hop.link };
          },
          newToken: () => randomBytes(12).toString('hex'),
          events: {
            onMessage({ request }) {
              const id = request.get(messageIdHeader);
              if (id !== undefined) ids.add(id);
              heard();
            },
          },
        });
        return { agent, ids, address: `${name}@${domain}` };
      }),
    );
    for (let first = 0; first < crowd.members.length; first += atOnce)
      await Promise.all(crowd.members.slice(first, first + atOnce).map(({ agent }) => agent.register()));
    return crowd;
  }

  /** Resolves once each of some has all of some messages. */
  have(members: readonly Listener[], wanted: () => Iterable<string>): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        const ids = [...wanted()];
        if (!members.every((member) => ids.every((id) => member.ids.has(id)))) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.members.map(({ agent }) => agent[Symbol.asyncDispose]()));
  }
}
