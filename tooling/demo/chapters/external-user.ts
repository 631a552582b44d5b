import { setInterval } from 'node:timers/promises';
import type { Network } from '@entente/testkit';
import { agentOf, networkTrust } from '@entente/testkit/repository';
import { links } from '@entente/topology';

/** A telephone outside that knows several edges. */
export interface ExternalUser extends AsyncDisposable {
  readonly address: string;
  register(): Promise<void>;
  /** Loses its connection, and registers at the next edge. */
  move(): Promise<void>;
  /** Settles once the call that it has answered was ended by the other side. */
  callEnded(): Promise<void>;
}

/**
 * A telephone of a user, in this process: it answers each call.
 * @param network - whose user it is
 * @param name - user part of the address
 * @param ports - of edges, in the order to try; after a move the next one is the first
 */
export async function externalUser(
  network: Network,
  name: string,
  ports: readonly number[],
): Promise<ExternalUser> {
  const { domain, users } = network.organisation;
  const address = `${name}@${domain}`;
  const user = users.find((candidate) => candidate.address === address);
  if (user === undefined) throw new Error(`${domain} has no user ${name}`);
  const trust = await networkTrust(network);
  let order = ports;
  const { agent, calls } = agentOf({
    domain,
    name,
    password: user.password,
    ...(user.md5 === true ? { algorithms: ['MD5'] } : {}),
    trust,
    servers: () => order.map((port) => ({ address: '127.0.0.1', port })),
    link: links.clientToEdge,
    stay: { baseMs: 200 },
  });
  return {
    address,
    async register() {
      const { status } = await agent.register();
      if (status !== 200) throw new Error(`${address} could not register: ${status}`);
    },
    async move() {
      const [first, ...others] = order;
      order = first === undefined ? others : [...others, first];
      let lost = agent.connection;
      lost?.socket.destroy();
      for await (const _ of setInterval(20, undefined, { signal: AbortSignal.timeout(60_000) })) {
        const { connection, registration } = agent;
        if (registration.state !== 'registered' || connection === lost) continue;
        if (registration.server?.port === order[0]) return;
        // The other edge was slow, and it has come back at the one that it had lost.
        lost = connection;
        connection?.socket.destroy();
      }
    },
    async callEnded() {
      const by = await calls.at(-1)?.ended;
      if (by !== 'remote') throw new Error(`expected the other side to end the call, found ${by}`);
    },
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}
