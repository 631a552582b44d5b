import { createTestAuthority } from '@entente/testkit';
import { AttackConnection, attackerAddress } from '../abuse/attack-connection.ts';
import { attacks } from '../abuse/attacks.ts';
import type { Target } from '../abuse/order.ts';
import { whileAttacked } from '../abuse/run-attack.ts';
import { type Measurement, runLoad } from '../load/clients.ts';
import { type PoolFrontEnd, startPoolFrontEnd } from '../load/pool-front-end.ts';
import { WatchedProcess } from '../process/watch-process.ts';
import { sum } from '../statistics.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** Accounts that belong to the attackers. */
const attackers = 12;
/** Resident memory that no process may exceed. */
const ceilingMegabytes = 512;
/** What the servers are told to keep of messages at most. */
const maxBytesInFlight = 64 * 1_048_576;
/** Good clients send this share of what they could at most. */
const goodShare = 0.2;

/** Where attackers connect, and which good clients do. */
interface Listener {
  readonly name: string;
  readonly good: readonly ('byServer' | 'byUser' | 'byEdge')[];
}

const listeners: readonly Listener[] = [
  { name: 'front end', good: ['byServer', 'byUser'] },
  { name: 'edge', good: ['byEdge'] },
];

/**
 * A front end and an edge under attack, one attack after the other, while good clients send at a fixed rate: servers over mutual TLS and
 * users with digest on each request, inside and outside. What they complete is compared with what they complete in peace, in the same
 * run. A run in which a connection of a good client breaks, or a server ends, proves nothing and fails.
 */
export const suite: BenchSuite = {
  name: 'abuse',
  async measure(bench) {
    const { log, seconds, short } = bench;
    const goodPairs = short ? 10 : 40;
    await using pool = await startPoolFrontEnd(goodPairs + attackers, {
      partners: [],
      config: { maxBytesInFlight },
    });
    const timing = { warmUpMs: short ? 500 : 2_000, measureMs: seconds * 1_000 };
    for (const listener of listeners) {
      const listening = new AttackedListener(pool, listener, goodPairs, timing);
      log(`  good clients of the ${listener.name} in peace …`);
      bench.invalid.push(...(await listening.prepare()));
      for (const attack of Object.keys(attacks)) {
        log(`  ${listener.name}: ${attack} …`);
        const { invalid, results } = await bench.repeat(
          (attempt) => listening.under(attack, attempt),
          (attempt) => (listening.ended === undefined ? attempt.invalid : []),
        );
        for (const { ok, what, value, unit } of results) if (!ok) log(`    ✗ ${what}: ${value} ${unit}`);
        for (const reason of invalid) log(`    ✗ ${reason}`);
        if (listening.ended !== undefined) return;
      }
    }
  },
};

type Timing = Readonly<Record<'warmUpMs' | 'measureMs', number>>;

class AttackedListener {
  readonly #pool: PoolFrontEnd;
  readonly #listener: Listener;
  readonly #goodPairs: number;
  readonly #timing: Timing;
  readonly #servers: readonly WatchedProcess[];
  readonly #linkPorts: ReadonlySet<number>;
  #target: Target | undefined;
  #peace = Number.NaN;
  #rate = 0;

  constructor(pool: PoolFrontEnd, listener: Listener, goodPairs: number, timing: Timing) {
    const { edge, frontEnds, organisation } = pool.network;
    this.#pool = pool;
    this.#listener = listener;
    this.#goodPairs = goodPairs;
    this.#timing = timing;
    this.#servers = [
      new WatchedProcess('front end', pool.pid),
      new WatchedProcess('other front end', frontEnds[1]?.pid ?? 0),
      new WatchedProcess('edge', edge?.pid ?? 0),
    ];
    this.#linkPorts = new Set(organisation.frontEnds.map(({ port }) => port));
  }

  /** A server that has ended, which none may. */
  get ended(): string | undefined {
    return this.#servers.find(({ isAlive }) => !isAlive)?.name;
  }

  /**
   * How much the good clients can do at most, and then how much of their fixed rate they complete in peace.
   * @returns why that is nothing to compare with; empty when it is
   */
  async prepare(): Promise<readonly string[]> {
    this.#target = await targetOf(this.#pool, this.#listener, this.#goodPairs);
    await useLinks(this.#target);
    const [first] = this.#listener.good;
    if (first === undefined) return [];
    const most = await this.#loadOf(first, undefined);
    this.#rate = Math.max(100, Math.floor(most.perSecond * goodShare));
    const peace = await this.#load();
    this.#peace = completedBy(peace);
    return peace.flatMap((one) => one.invalid);
  }

  async under(attack: string, bench: Bench): Promise<void> {
    if (this.#target === undefined) throw new Error('prepare comes first');
    const links = this.#links();
    for (const server of this.#servers) server.resetPeak();
    const where = `at the ${this.#listener.name}: ${attack}`;
    try {
      // What is late when the time ends, or was refused, counts as not completed; the run stands.
      const { did, found } = await whileAttacked({ attack, target: this.#target }, () => this.#load());
      const left = this.#links();
      const closed = [...links].filter((link) => !left.has(link)).length;
      const peaks = this.#servers.map(({ name, peakMegabytes }) => [name, peakMegabytes] as const);
      bench.figure(`${where} (${did}): good clients`, completedBy(found), '/s', {
        against: { what: 'in peace', value: this.#peace },
        aim: { ratioAtLeast: 0.9 },
      });
      for (const [name, peak] of peaks)
        bench.figure(`${where}: peak memory of the ${name}`, peak, 'MiB', {
          aim: { atMost: ceilingMegabytes },
        });
      bench.figure(`${where}: closed of ${links.size} links between servers`, closed, '', {
        aim: { atMost: 0 },
      });
    } catch (fault) {
      const { ended } = this;
      const why = ended === undefined ? (fault as Error).message : `the ${ended} has ended`;
      bench.invalid.push(`${where}: ${why}`);
    }
  }

  #links(): Set<string> {
    return new Set(this.#servers.flatMap((server) => [...server.connectedTo(this.#linkPorts)]));
  }

  /** All kinds of good clients at the same time, each with its part of the rate. */
  async #load(): Promise<Measurement[]> {
    const { good } = this.#listener;
    const rate = Math.ceil(this.#rate / good.length);
    return await Promise.all(good.map((side) => this.#loadOf(side, rate)));
  }

  #loadOf(side: Listener['good'][number], ratePerSecond: number | undefined): Promise<Measurement> {
    const { good } = this.#listener;
    const { pid, [side]: all } = this.#pool;
    const count = Math.floor(this.#goodPairs / good.length);
    const from = good.indexOf(side) * count;
    const sides = { ...all, pairs: all.pairs.slice(from, from + count) };
    return runLoad({ what: side, pid, sides }, { ...this.#timing, ratePerSecond });
  }
}

function completedBy(found: readonly Measurement[]): number {
  return sum(found.map(({ perSecond }) => perSecond));
}

async function targetOf(pool: PoolFrontEnd, listener: Listener, goodPairs: number): Promise<Target> {
  const { caller } = listener.name === 'edge' ? pool.byEdge : pool.byUser;
  const { domain, edge } = pool.network.organisation;
  const unknown = await (await createTestAuthority('Unknown')).issue({ dnsNames: ['unknown.example'] });
  return {
    ...caller,
    certificatePort: listener.name === 'edge' ? edge.externalPorts.federation : caller.port,
    domain,
    accounts: pool.byUser.pairs.slice(goodPairs).map(({ to }) => ({
      username: to.slice('sip:'.length, to.indexOf('@')),
      password: pool.password,
    })),
    behindLink: `sip:bob@${domain}`,
    unknownIdentity: { certificatePem: unknown.chainPem, keyPem: unknown.keyPem },
  };
}

/** Has the servers open the links that all share, so that it is seen when one closes. */
async function useLinks(target: Target): Promise<void> {
  const [account] = target.accounts;
  const connection = await AttackConnection.open(target, attackerAddress(1));
  if (account === undefined || connection === undefined) throw new Error('the links could not be used');
  await connection.register(target.domain, account);
  const from = `sip:${account.username}@${target.domain}`;
  await connection.ask(connection.request('MESSAGE', from, target.behindLink, 0));
  connection.socket.destroy();
}
