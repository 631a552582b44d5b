import type { Call, RegistrationState } from '@entente/sip-endpoint';
import { agentOf } from '@entente/testkit/repository';
import { links } from '@entente/topology';
import { domain } from '../../scenarios/harness/authority-place.ts';
import { monotonicMs } from '../live-trust/order.ts';
import type { FailoverPool, PoolMember } from './pool.ts';

/** A user with a client of ours, which knows all servers of the pool by a list as that of SRV, and stays registered. */
export interface Person extends AsyncDisposable {
  readonly name: string;
  /** `sip:user1@contoso.example`. */
  readonly address: string;
  /** Calls that were answered here, the first one first. */
  readonly calls: readonly Call[];
  /** The server that the client is connected to, where it is to one. */
  readonly member: PoolMember | undefined;
  /** Connects, without registering. */
  connect(): Promise<unknown>;
  /** @returns status of the answer to REGISTER; undefined where there was none */
  register(expiresSeconds?: number): Promise<number | undefined>;
  /** @returns status of the answer to MESSAGE; undefined where there was none */
  message(to: string): Promise<number | undefined>;
  call(to: Person): Promise<Call>;
  /**
   * How the client came back after it lost its server.
   * @param since - moment of the loss, by `monotonicMs`
   * @returns milliseconds: until it was registered again, undefined: it never was; and what it waited of its own accord
   */
  return(since: number): { readonly afterMs: number | undefined; readonly pausedMs: number };
}

/**
 * Creates a user's client, with the times that it has by default.
 * @param pool - whose user
 * @param name - user part of the address
 * @param order - servers in the order to try: front ends, or edges for a user who is outside
 */
export function personOf(pool: FailoverPool, name: string, order: readonly PoolMember[]): Person {
  const states: { readonly state: RegistrationState['state']; readonly at: number }[] = [];
  const { address, agent, call, calls } = agentOf({
    domain,
    name,
    password: pool.password,
    trust: pool.trust,
    servers: order.map((member) => ({ address: member.address, port: member.port })),
    link: pool.edges.includes(order[0] as PoolMember) ? links.clientToEdge : links.clientToFrontEnd,
    onState: ({ state }) => void states.push({ state, at: monotonicMs() }),
  });
  const statusOf = (answer: Promise<{ readonly status: number }>): Promise<number | undefined> =>
    answer.then(
      ({ status }) => status,
      () => undefined,
    );
  return {
    name,
    address,
    calls,
    get member() {
      const { remoteAddress, remotePort } = agent.connection?.socket ?? {};
      return [...pool.members, ...pool.edges].find(
        (one) => one.address === remoteAddress && one.port === remotePort,
      );
    },
    connect: () => agent.connect(),
    register: (expiresSeconds) => statusOf(agent.register(expiresSeconds)),
    message: (to) => statusOf(agent.message(to, 'are you there?')),
    call: (to) => call(to.address),
    return(since) {
      const later = states.filter(({ at }) => at >= since);
      const back = later.findIndex(({ state }) => state === 'registered');
      const before = back === -1 ? later : later.slice(0, back + 1);
      let pausedMs = 0;
      for (const [index, { at, state }] of before.entries())
        if (state === 'waiting') pausedMs += (before[index + 1]?.at ?? monotonicMs()) - at;
      return { afterMs: back === -1 ? undefined : later[back]!.at - since, pausedMs };
    },
    [Symbol.asyncDispose]: () => agent[Symbol.asyncDispose](),
  };
}

/**
 * The members of a pool, beginning with one.
 * @param members - all of them
 * @param first - index of the one to begin with
 */
export function beginningWith(members: readonly PoolMember[], first: number): readonly PoolMember[] {
  return members.map((_, index) => members[(first + index) % members.length]!);
}
