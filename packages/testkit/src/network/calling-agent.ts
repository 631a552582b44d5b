import { randomBytes } from 'node:crypto';
import {
  type Call,
  type NextHop,
  type RegistrationState,
  type StayTimings,
  UserAgent,
} from '@entente/sip-endpoint';
import { type Clock, connect, openTrust, type Trust } from '@entente/tls';
import { links } from '@entente/topology';

/** Octets of master key and salt of AES_CM_128_HMAC_SHA1_80 (RFC 4568 §6.2). */
const srtpKeyOctets = 30;

/** No media, on hold, with SRTP of a key of its own. */
export function session() {
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
  /** IP address. */
  readonly address: string;
  /** TCP port, 1 to 65535. */
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
  /** Digest algorithms that it knows; default those of a user agent. */
  readonly algorithms?: readonly 'MD5'[];
  /** Servers of the domain, in the order to try; a function is asked for each connection. */
  readonly servers: readonly ServerAddress[] | (() => readonly ServerAddress[]);
  /** Default that to a front end. */
  readonly link?: NextHop['link'];
  readonly stay?: Partial<StayTimings>;
  /** Hears of each change of the registration. */
  readonly onState?: (state: RegistrationState) => void;
  /** What it does otherwise than to answer each call. */
  readonly events?: ConstructorParameters<typeof UserAgent>[0]['events'];
}

/**
 * A user's client that knows several servers of its domain, goes on to the next one where it loses one, and answers each call.
 * @param options - who it is
 */
export function agentOf({ domain, link = links.clientToFrontEnd, name, ...options }: AgentOptions) {
  const { algorithms, events, onState, password, servers, stay, trust } = options;
  const calls: Call[] = [];
  const agent = new UserAgent({
    addressOfRecord: `sip:${name}@${domain}`,
    credentials: {
      secret: { username: name, password },
      ...(algorithms === undefined ? {} : { algorithms }),
    },
    server: { name: domain, address: '', port: 0, link },
    locate: async () =>
      (typeof servers === 'function' ? servers() : servers).map((server) => ({ host: domain, ...server })),
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
      ...events,
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
 * What a user of a network trusts: its root, with the revocation lists that its CA publishes.
 * @param network - where its names are, and the file with its root
 * @param clock - default that of the machine
 */
export function networkTrust(
  {
    addresses,
    anchorsFile,
  }: { readonly addresses: ReadonlyMap<string, string>; readonly anchorsFile: string },
  clock?: Clock,
): Promise<Trust> {
  return openTrust({
    anchors: anchorsFile,
    ...(clock === undefined ? {} : { clock }),
    fetch: {
      hosts: [],
      privateHosts: [...addresses.keys()],
      lookUp: async (host) => [addresses.get(host)].filter((address) => address !== undefined),
    },
  });
}
