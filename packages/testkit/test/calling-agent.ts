import { randomBytes } from 'node:crypto';
import {
  type Call,
  type NextHop,
  type RegistrationState,
  type StayTimings,
  UserAgent,
} from '@entente/sip-endpoint';
import type { Network } from '@entente/testkit';
import { connect, openTrust, type Trust } from '@entente/tls';
import { links } from '@entente/topology';
import { expect } from 'vitest';

/** Octets of master key and salt of AES_CM_128_HMAC_SHA1_80 (RFC 4568 §6.2). */
const srtpKeyOctets = 30;

function session() {
  const key = randomBytes(srtpKeyOctets).toString('base64');
  const lines = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'];
  const media = [
    'm=audio 9 RTP/SAVP 0',
    `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}`,
    'a=inactive',
    '',
  ];
  return { contentType: 'application/sdp', body: [...lines, ...media].join('\r\n') };
}

/** Where a server of a domain takes clients. */
export interface ServerAddress {
  readonly address: string;
  readonly port: number;
}

/** Who an agent is, and where its servers are. */
export interface AgentOptions {
  readonly domain: string;
  /** User part of the address. */
  readonly name: string;
  readonly password: string;
  /** Judges the servers. */
  readonly trust: Trust;
  /** Servers of the domain, in the order to try. */
  readonly servers: readonly ServerAddress[];
  /** Default that to a front end. */
  readonly link?: NextHop['link'];
  readonly stay?: Partial<StayTimings>;
  /** Hears of each change of the registration. */
  readonly onState?: (state: RegistrationState) => void;
}

/**
 * A user's client that knows several servers of its domain, goes on to the next one where it loses one, and answers each call.
 * @param options - who it is
 */
export function agentOf({ domain, link = links.clientToFrontEnd, name, ...options }: AgentOptions) {
  const { onState, password, servers, stay, trust } = options;
  const calls: Call[] = [];
  const agent = new UserAgent({
    addressOfRecord: `sip:${name}@${domain}`,
    credentials: { secret: { username: name, password } },
    server: { name: domain, address: '', port: 0, link },
    locate: async () => servers.map((server) => ({ host: domain, ...server })),
    dial: async (hop) => {
      const expect = { mode: 'sip-domain', domain: hop.name } as const;
      const socket = await connect({
        host: hop.address,
        port: hop.port,
        trust,
        expect,
        allow: [hop.name],
        link: { name: hop.link.name, interface: 'internal' },
      });
      return { socket, link: hop.link };
    },
    newToken: () => randomBytes(12).toString('hex'),
    ...(stay === undefined ? {} : { stay }),
    events: {
      onCall(incoming) {
        const call = incoming.accept(session());
        if (call !== undefined) calls.push(call);
      },
      onRegistration: (state) => onState?.(state),
    },
  });
  return {
    agent,
    /** Calls that were answered here, the first one first. */
    calls,
    address: agent.addressOfRecord,
    /** The server that it is connected to. */
    get server(): ServerAddress | undefined {
      const { remoteAddress: address, remotePort: port } = agent.connection?.socket ?? {};
      return address === undefined || port === undefined ? undefined : { address, port };
    },
    /** Calls somebody who answers. */
    async call(to: string): Promise<Call> {
      const outcome = await agent.call(to, session());
      if (!outcome.ok) throw new Error(`call of ${name} to ${to}: ${outcome.response.status}`);
      return outcome.call;
    },
  };
}

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
  const { addresses, organisation } = network;
  const { domain } = organisation;
  const user = organisation.users.find(({ address }) => address === `${name}@${domain}`);
  if (user === undefined) throw new Error(`${domain} has no user ${name}`);
  const trust = await openTrust({
    anchors: network.anchorsFile,
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => (addresses.has(host) ? [addresses.get(host) as string] : []),
    },
  });
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
