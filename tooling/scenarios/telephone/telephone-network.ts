import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Account } from '@entente/accounts';
import { createKeyAndRequest } from '@entente/pki/client';
import type { NextHop } from '@entente/sip-endpoint';
import { freePorts, type LogRecord } from '@entente/testkit';
import { loadCredential } from '@entente/tls';
import { buildTopology, links, type ServerEntry, type Service, type Telephony } from '@entente/topology';
import { encodePem } from '@entente/x509';
import { Peer } from '../../../packages/front-end/test/wire-network.ts';
import { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { agentOf } from '../../../packages/testkit/test/calling-agent.ts';
import { type FailoverPool, loopbackPlaces, type PoolMember, startPool } from '../../bench/failover/pool.ts';
import { domain } from '../harness/authority-place.ts';

/** Who the users are. Carol may not call the telephone network. */
export const accounts: Readonly<Record<string, Partial<Account>>> = {
  alice: { number: '+49301001', rights: ['dial-outside'] },
  bob: { number: '+49301002', rights: ['dial-outside'] },
  carol: { number: '+49301003' },
  erin: { number: '+49301005', rights: ['dial-outside'] },
};

const telephony: Telephony = {
  rules: [{ prefix: '0', minLength: 4, strip: 1, prepend: '+49' }],
  routes: [
    { prefix: '+', gateway: `gw1.${domain}`, cost: 10 },
    { prefix: '+', gateway: `gw2.${domain}`, cost: 20 },
    { prefix: '112', gateway: `gw1.${domain}` },
  ],
  emergencyNumbers: ['112'],
};

/** An application that may speak for itself alone. */
export const chat = `chat1.${domain}`;

/** How many servers of each role run. */
export interface TelephoneNetworkOptions {
  readonly frontEnds?: number;
  readonly edges?: number;
  readonly directors?: number;
  readonly mediation?: number;
}

/** Where a client connects: to a front end, or to an edge. */
export type Place = 'inside' | 'outside';

/** A user's client, on a connection of its own. */
export type Telephone = ReturnType<typeof agentOf>;

/** Servers of each role in processes, two gateways and an application that a test plays, and users inside and outside. */
export interface TelephoneNetwork extends AsyncDisposable {
  readonly pool: FailoverPool;
  /** `gw1` and `gw2`; they listen. */
  readonly gateways: readonly [ServerPeer, ServerPeer];
  /** `chat1`, a trusted application. */
  readonly application: ServerPeer;
  /** Where a gateway reaches a mediation server. */
  towardsMediation(index?: number): NextHop;
  /** Where the application reaches a front end. */
  readonly towardsFrontEnd: NextHop;
  /** A client that registers at front ends, or at edges; the first server first. */
  telephone(name: string, at: Place): Promise<Telephone>;
  /** A client at the first front end or edge whose every header field a test writes. */
  attacker(at: Place): Peer;
  /** What every server has written, with who has. */
  readonly records: readonly (LogRecord & { readonly by: string })[];
  /**
   * Does something that a server refuses.
   * @returns what the sender heard, why it was refused, and the first part of the name of the server that wrote that
   */
  refusal(act: () => Promise<{ readonly status: number }>): Promise<readonly [number, string, string]>;
}

/**
 * Starts the network.
 * @param options - how many servers
 */
export async function startTelephoneNetwork({
  directors = 1,
  edges = 1,
  frontEnds = 2,
  mediation = 1,
}: TelephoneNetworkOptions = {}): Promise<TelephoneNetwork> {
  const parts: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const directory = await mkdtemp(join(tmpdir(), 'entente-telephone-'));
    own({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) });
    const ports = await freePorts(3);
    const played = (['gw1', 'gw2', 'chat1'] as const).map(
      (name): ServerEntry => ({
        fqdn: `${name}.${domain}`,
        role: name === 'chat1' ? 'trusted-application' : 'gateway',
        interfaces: { internal: { address: '127.0.0.1', ports: { sip: ports.shift() as number } } },
      }),
    );
    const pool = own(
      await startPool({
        directory,
        users: Object.keys(accounts),
        areAccounts: true,
        accountOf: (user) => accounts[user] ?? {},
        places: loopbackPlaces(frontEnds),
        edges: loopbackPlaces(edges, 61),
        directors: loopbackPlaces(directors, 71),
        mediation: loopbackPlaces(mediation, 81),
        played,
        telephony,
      }),
    );
    const topology = buildTopology(pool.topology);
    const play = async ({ fqdn }: ServerEntry): Promise<ServerPeer> => {
      const identity = own(await certified(pool, fqdn));
      const peer = own(new ServerPeer({ fqdn, identity, topology: () => topology, trust: pool.trust }));
      await peer.listen();
      return peer;
    };
    const [gw1, gw2, application] = (await Promise.all(played.map(play))) as [
      ServerPeer,
      ServerPeer,
      ServerPeer,
    ];
    const hop = ({ address, fqdn }: PoolMember, service: Service, link: NextHop['link']): NextHop => ({
      name: fqdn,
      address,
      port: topology.servers.get(fqdn)?.interfaces.internal?.ports[service] as number,
      link,
    });
    const servers = [...pool.members, ...pool.edges, ...pool.directors, ...pool.mediation];
    return {
      pool,
      gateways: [gw1, gw2],
      application,
      towardsMediation: (index = 0) =>
        hop(pool.mediation[index] as PoolMember, 'gateway', links.mediationToGateway),
      towardsFrontEnd: hop(pool.members[0] as PoolMember, 'sip', links.frontEndToApplication),
      async telephone(name, at) {
        const telephone = agentOf({
          domain,
          name,
          password: pool.password,
          trust: pool.trust,
          servers: at === 'inside' ? pool.members : pool.edges,
          link: at === 'inside' ? links.clientToFrontEnd : links.clientToEdge,
          stay: { baseMs: 200 },
        });
        own(telephone.agent);
        const { status } = await telephone.agent.register();
        if (status !== 200) throw new Error(`REGISTER of ${name}: ${status}`);
        return telephone;
      },
      attacker(at) {
        const [{ address, port }] = (at === 'inside' ? pool.members : pool.edges) as [PoolMember];
        return own(new Peer(port, pool.trust, undefined, address));
      },
      get records() {
        return servers.flatMap(({ fqdn, records }) => records.map((record) => ({ ...record, by: fqdn })));
      },
      async refusal(act) {
        const before = new Set(servers.flatMap(({ records }) => records));
        const written = () => {
          for (const { fqdn, records } of servers) {
            const found = records.find(
              (record) => !before.has(record) && record.event === 'refused' && !isChallenge(record),
            );
            if (found !== undefined) return [String(found.reason), fqdn.split('.')[0] as string] as const;
          }
          return undefined;
        };
        for (let attempt = 0; attempt < maxAttempts; attempt++) {
          const { status } = await act();
          if (status >= 200 && status < 300) throw new Error(`expected a refusal, found ${status}`);
          for (let waitedMs = 0; waitedMs < patienceMs; waitedMs += pollMs) {
            const found = written();
            if (found !== undefined) return [status, ...found];
            await setTimeout(pollMs);
          }
        }
        throw new Error('a request was refused, and no server has written why');
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const pollMs = 20;
/** A server writes so many lines a second about each peer: what it has not written by then is asked for again. */
const patienceMs = 2_000;
const maxAttempts = 20;

/** Every request of an outsider is challenged once. */
function isChallenge({ reason }: LogRecord): boolean {
  return reason === 'authentication-required';
}

/** As by `entente cert issue --csr`: the key stays where it was created. */
async function certified({ orders }: FailoverPool, server: string) {
  const key = await createKeyAndRequest({ subject: server });
  const request = encodePem('CERTIFICATE REQUEST', key.request);
  const { body, status } = await orders.post('/certificates', { server, request });
  if (status >= 300) throw new Error(`${server}: ${JSON.stringify(body)}`);
  return loadCredential({ certificate: String(body.certificate), key: key.privateKeyPem });
}
