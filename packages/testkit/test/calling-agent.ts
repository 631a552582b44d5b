import type { RegistrationState } from '@entente/sip-endpoint';
import type { Network } from '@entente/testkit';
import { agentOf, networkTrust } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { expect } from 'vitest';

/**
 * A user of a test network, with a client as that of `agentOf`.
 * @param network - whose user it is
 * @param name - user part of the address
 * @param ports - of the servers, in the order to try
 * @param as - another password than that of the user, and whether these are ports of edges; default where the user is
 */
export async function callingAgent(
  network: Network,
  name: string,
  ports: readonly number[],
  as: { readonly password?: string; readonly isOutside?: boolean } = {},
) {
  const { organisation } = network;
  const { domain } = organisation;
  const user = organisation.users.find(({ address }) => address === `${name}@${domain}`);
  if (user === undefined) throw new Error(`${domain} has no user ${name}`);
  const trust = await networkTrust(network);
  const states: RegistrationState['state'][] = [];
  const own = agentOf({
    domain,
    name,
    password: as.password ?? user.password,
    trust,
    servers: ports.map((port) => ({ address: '127.0.0.1', port })),
    link: (as.isOutside ?? user.external) === true ? links.clientToEdge : links.clientToFrontEnd,
    stay: { baseMs: 200 },
    onState: ({ state }) => void states.push(state),
  });
  const { address, agent, call, calls } = own;
  return {
    agent,
    calls,
    /** What became of the registration, step by step. */
    states,
    address,
    /** The port of the server that it is connected to. */
    get port() {
      return own.server?.port;
    },
    call,
    async [Symbol.asyncDispose]() {
      await agent[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}

/** An agent of {@link callingAgent}. */
type Agent = Awaited<ReturnType<typeof callingAgent>>;

/** Each of two calls the other; both ends send in the call, and either one ends it. */
export async function callBothWays(one: Agent, other: Agent): Promise<void> {
  for (const [caller, called] of [
    [one, other],
    [other, one],
  ] as const) {
    for (const ends of ['caller', 'called']) {
      const before = called.calls.length;
      const call = await caller.call(called.address);
      await expect.poll(() => called.calls.length).toBe(before + 1);
      const heard = called.calls.at(-1)!;
      const [first, second] = ends === 'caller' ? [call, heard] : [heard, call];
      expect((await second.request('INFO')).status).toBe(200);
      expect((await first.hangUp()).status).toBe(200);
      expect(await second.ended).toBe('remote');
    }
  }
}
