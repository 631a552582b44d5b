import { setTimeout as pause } from 'node:timers/promises';
import { type TopologyDocument, topologyHash } from '@entente/topology';
import { ConnectionRecord, type Held } from '../live-trust/connection-record.ts';
import { administratorParty, Connections } from '../live-trust/connections.ts';
import { guest, type LiveNetwork, partner, startLiveNetwork } from '../live-trust/network.ts';
import { monotonicMs } from '../live-trust/order.ts';
import { openSockets } from '../process/kernel-sockets.ts';
import { quantile } from '../statistics.ts';
import { type Bench, type BenchSuite, temporaryFolder } from '../suite.ts';

/**
 * How long after an order the connections that it concerns are closed at both ends, across processes: an authority, seven servers, an edge,
 * a partner and two administrators. A connection that stays open, and one that is closed without reason, each make the run fail.
 */
export const suite: BenchSuite = { name: 'live-trust', measure };

/** From the order to the closing at both ends, of 99 in 100. */
const aimMs = 1_000;
/** What is not closed by then stays open. */
const waitMs = 10_000;
const pollMs = 20;
/** In which whatever else an order may close is seen closing. */
const settleMs = 1_500;

/** The administrator who is removed. */
const dismissed = 'bob';

interface Scene {
  readonly network: LiveNetwork;
  readonly connections: Connections;
  readonly record: ConnectionRecord;
  readonly publish: (change: Partial<TopologyDocument>) => Promise<void>;
  readonly count: Counts;
}

interface Counts {
  /** Between two members, and between a member and the edge. */
  readonly eachPair: number;
  /** From a member to the authority, which gives a caller two streams of events; a member's own is one of them. */
  readonly toAuthority: number;
  readonly fromPartner: number;
  /** From each administrator, two streams of events at most. */
  readonly fromAdministrator: number;
  /** From the server whose leaf expires, to each member. */
  readonly fromGuest: number;
}

const full: Counts = {
  eachPair: 34,
  toAuthority: 1,
  fromPartner: 40,
  fromAdministrator: 2,
  fromGuest: 20,
};
const few: Counts = { eachPair: 4, toAuthority: 1, fromPartner: 8, fromAdministrator: 2, fromGuest: 4 };

async function measure(bench: Bench): Promise<void> {
  await using directory = await temporaryFolder('live-trust');
  const record = new ConnectionRecord();
  await using network = await startLiveNetwork(directory.path, (end) => record.closed(end));
  await using connections = await Connections.open(network, record);
  let topology = network.place.topology;
  const publish = async (change: Partial<TopologyDocument>): Promise<void> => {
    topology = { ...topology, version: topology.version + 1, previous: topologyHash(topology), ...change };
    await network.orders.publish(topology);
  };
  const scene: Scene = { network, connections, record, publish, count: bench.short ? few : full };
  await openAll(scene);
  bench.log(`${record.open.length} connections are open`);
  bench.figure('open connections', record.open.length, 'connections');
  for (const order of ordersOf(scene, () => topology)) await obey(bench, scene, order);
}

async function openAll({ connections, count, network }: Scene): Promise<void> {
  const { edge, members } = network;
  for (const [index, from] of members.entries()) {
    for (const [other, to] of members.entries()) {
      // Half of a pair's connections are dialled by each.
      if (index !== other) await connections.fromMember(from, to, count.eachPair / 2);
    }
    await connections.fromMember(from, edge, count.eachPair);
    await connections.fromMember(from, 'authority', count.toAuthority);
  }
  await connections.fromPartner(count.fromPartner);
  for (const name of ['administrator', dismissed])
    await connections.fromAdministrator(name, count.fromAdministrator);
}

interface Order {
  readonly what: string;
  /** Whose connections it concerns. */
  readonly party: string;
  /** Gives it. @returns a number where it takes effect at another moment than now; milliseconds of the monotonic clock */
  give(): Promise<unknown>;
}

function ordersOf(scene: Scene, topology: () => TopologyDocument): readonly Order[] {
  const { connections, count, network, publish } = scene;
  const revoked = network.members[6]?.fqdn ?? '';
  const removed = network.members[5]?.fqdn ?? '';
  const remaining = network.members.slice(0, 5);
  return [
    {
      what: 'the certificates of a server are revoked',
      party: revoked,
      async give() {
        const answer = await network.orders.post('/revoke', { server: revoked, reason: 'keyCompromise' });
        if (answer.status !== 200) throw new Error(`not revoked: ${JSON.stringify(answer)}`);
      },
    },
    {
      what: 'a server is removed from the topology',
      party: removed,
      async give() {
        await publish({ servers: topology().servers.filter(({ fqdn }) => fqdn !== removed) });
      },
    },
    {
      what: 'a partner is blocked',
      party: partner,
      async give() {
        await publish({ partners: [{ kind: 'blocked', id: 'fabrikam', domains: [partner] }] });
      },
    },
    {
      what: 'an administrator is removed from the topology',
      party: administratorParty(dismissed),
      async give() {
        const { keys, required } = topology().administrators;
        await publish({ administrators: { required, keys: keys.filter(({ id }) => id !== dismissed) } });
      },
    },
    {
      what: 'a leaf expires',
      party: guest,
      async give() {
        const notAfter = (Math.ceil(Date.now() / 1_000) + 6) * 1_000;
        await connections.fromGuest(remaining, count.fromGuest, notAfter);
        // The last second of validity counts to its end (RFC 5280 §4.1.2.5).
        const leftMs = notAfter + 1_000 - Date.now();
        if (leftMs < 0) throw new Error('the leaf has expired before its connections were open');
        const at = monotonicMs() + leftMs;
        await pause(leftMs);
        return at;
      },
    },
  ];
}

async function obey(bench: Bench, { record }: Scene, { give, party, what }: Order): Promise<void> {
  const isConcerned = ({ parties }: Held): boolean => parties.includes(party);
  const openBefore = record.open;
  const countBefore = record.count;
  const before = monotonicMs();
  const given = await give();
  const since = typeof given === 'number' ? given : before;
  // An order may open connections of its own, which then are the ones that it concerns.
  const affected = [...openBefore, ...record.addedAfter(countBefore)].filter(isConcerned);
  const others = openBefore.filter((held) => !isConcerned(held));
  const deadline = monotonicMs() + waitMs;
  let settled = record.settled(affected, since, isOpenInKernel());
  while (settled.open.length > 0 && monotonicMs() < deadline) {
    await pause(pollMs);
    settled = record.settled(affected, since, isOpenInKernel());
  }
  await pause(settleMs);
  const stillOpen = new Set(record.open);
  const touched = others.filter((held) => !stillOpen.has(held));
  const { delays, open } = settled;
  bench.log(`${what}: ${affected.length} connections; ${distribution(delays)}`);
  bench.figure(`${what}: closed at both ends, p50`, quantile(delays, 0.5), 'ms');
  bench.figure(`${what}: closed at both ends, p99`, quantile(delays, 0.99), 'ms', { aim: { atMost: aimMs } });
  bench.figure(`${what}: closed at both ends, longest`, Math.max(0, ...delays), 'ms');
  bench.figure(`${what}: closed of ${affected.length}`, delays.length, 'connections', {
    aim: { atLeast: affected.length },
  });
  bench.figure(`${what}: closed of ${others.length} others`, touched.length, 'connections', {
    aim: { atMost: 0 },
  });
  bench.demand(affected.length > 0, `${what}: no connection is concerned`);
  bench.demand(open.length === 0, `${what}: an end is still open: ${firstOf(open)}`);
  bench.demand(touched.length === 0, `${what}: closed without reason: ${firstOf(touched)}`);
}

/** The first few connections with a fault. */
function firstOf(held: readonly Held[]): string {
  const pairs = [...new Set(held.map(({ parties }) => parties.join(' → ')))];
  return `${held.length}, of ${pairs.slice(0, 8).join(', ')}`;
}

/** How many were closed within which time. */
function distribution(delays: readonly number[]): string {
  const bounds = [50, 100, 200, 500, 1_000, 2_000, 5_000, Number.POSITIVE_INFINITY];
  const parts = bounds.flatMap((bound, index) => {
    const from = bounds[index - 1] ?? Number.NEGATIVE_INFINITY;
    const count = delays.filter((delay) => delay > from && delay <= bound).length;
    return count === 0
      ? []
      : [`${count} within ${bound === Number.POSITIVE_INFINITY ? 'more' : `${bound} ms`}`];
  });
  return parts.join(', ');
}

function isOpenInKernel(): (held: Held) => boolean {
  const sockets = openSockets();
  return ({ localPort, remotePort }) => sockets?.has(`${remotePort}-${localPort}`) ?? false;
}
