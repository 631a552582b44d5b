import type { Account } from '@entente/accounts';
import type { NextHop } from '@entente/sip-endpoint';
import { freePorts, type LogRecord } from '@entente/testkit';
import { agentOf } from '@entente/testkit/repository';
import { buildTopology, links, type ServerEntry, type Telephony } from '@entente/topology';
import { ServerPeer } from '../../../packages/mediation/test/server-peer.ts';
import { type FailoverPool, loopbackPlaces, type PoolMember, startPool } from '../../bench/failover/pool.ts';
import { domain } from '../harness/authority-place.ts';
import { certifyServer } from '../harness/enrolled.ts';
import { credentialOf } from '../harness/member-here.ts';
import { Opened } from '../harness/opened.ts';

/** Who the users are. Carol may not call the telephone network. */
const accounts: Readonly<Record<string, Partial<Account>>> = {
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

/** How many servers of each role run. */
export interface TelephoneNetworkOptions {
  readonly frontEnds?: number;
  readonly edges?: number;
  readonly directors?: number;
  readonly mediation?: number;
}

/** Where a client connects: to a front end, or to an edge. */
type Place = 'inside' | 'outside';

/** A user's client, on a connection of its own. */
export type Telephone = ReturnType<typeof agentOf>;

/** Servers of each role in processes, two gateways that a test plays, and users inside and outside. */
export interface TelephoneNetwork extends AsyncDisposable {
  readonly pool: FailoverPool;
  /** `gw1` and `gw2`; they listen. */
  readonly gateways: readonly [ServerPeer, ServerPeer];
  /** Where a gateway reaches a mediation server. */
  towardsMediation(index?: number): NextHop;
  /** A client that registers at front ends, or at edges; the first server first. */
  telephone(name: string, at: Place): Promise<Telephone>;
  /** What every server has written. */
  readonly records: readonly LogRecord[];
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
  const opened = new Opened();
  return opened.orEnd(async () => {
    const directory = await opened.folder();
    const ports = await freePorts(2);
    const played = ['gw1', 'gw2'].map(
      (name): ServerEntry => ({
        fqdn: `${name}.${domain}`,
        role: 'gateway',
        interfaces: { internal: { address: '127.0.0.1', ports: { sip: ports.shift() as number } } },
      }),
    );
    const pool = opened.use(
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
      const identity = opened.use(await credentialOf(await certifyServer(pool.orders, fqdn)));
      const peer = opened.use(
        new ServerPeer({ fqdn, identity, topology: () => topology, trust: pool.trust }),
      );
      await peer.listen();
      return peer;
    };
    const gateways = (await Promise.all(played.map(play))) as [ServerPeer, ServerPeer];
    const servers = [...pool.members, ...pool.edges, ...pool.directors, ...pool.mediation];
    return {
      pool,
      gateways,
      towardsMediation(index = 0) {
        const { address, fqdn } = pool.mediation[index] as PoolMember;
        const port = topology.servers.get(fqdn)?.interfaces.internal?.ports.gateway as number;
        return { name: fqdn, address, port, link: links.mediationToGateway };
      },
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
        opened.use(telephone.agent);
        const { status } = await telephone.agent.register();
        if (status !== 200) throw new Error(`REGISTER of ${name}: ${status}`);
        return telephone;
      },
      get records() {
        return servers.flatMap(({ records }) => records);
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}
