import { createTestAuthority } from '@entente/testkit';
import { AttackConnection, attackerAddress } from '../abuse/attack-connection.ts';
import { attacks } from '../abuse/attacks.ts';
import type { Target } from '../abuse/order.ts';
import { whileAttacked } from '../abuse/run-attack.ts';
import { WatchedProcess } from '../abuse/watch-process.ts';
import type { LoadOrder } from '../load/order.ts';
import { type PoolFrontEnd, startPoolFrontEnd } from '../load/pool-front-end.ts';
import { repeatWhileInvalid } from '../load/repeat-while-invalid.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, type BenchSuite, measured } from '../suite.ts';

/** Accounts that belong to the attackers. */
const attackers = 12;
/** Resident memory that no process may exceed. */
const ceilingMegabytes = 512;
/** What the servers are told to keep of messages at most. */
const maxBytesInFlight = 64 * 1_048_576;
/** Good clients send this share of what they could at most. */
const goodShare = 0.2;
const messageBytes = 600;

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
  async run({ seconds, short, log }) {
    const pairs = short ? 10 : 40;
    await using pool = await startPoolFrontEnd(pairs + attackers, {
      partners: [],
      config: { maxBytesInFlight },
    });
    const timing = { warmUpMs: short ? 500 : 2_000, measureMs: seconds * 1_000 };
    const results: BenchResult[] = [];
    const invalid: string[] = [];
    for (const listener of listeners) {
      const bench = new AbuseBench(pool, listener, pairs, timing);
      log(`  good clients of the ${listener.name} in peace …`);
      invalid.push(...(await bench.prepare()));
      for (const attack of Object.keys(attacks)) {
        log(`  ${listener.name}: ${attack} …`);
        const hasAll = () => bench.ended === undefined;
        const outcome = await repeatWhileInvalid(() => bench.under(attack), log, hasAll);
        results.push(...outcome.results);
        invalid.push(...outcome.invalid);
        for (const { ok, what, value, unit } of outcome.results)
          if (!ok) log(`    ✗ ${what}: ${value} ${unit}`);
        for (const reason of outcome.invalid) log(`    ✗ ${reason}`);
        if (bench.ended !== undefined) return { results, invalid };
      }
    }
    return { results, invalid };
  },
};

class AbuseBench {
  readonly #pool: PoolFrontEnd;
  readonly #listener: Listener;
  readonly #goodPairs: number;
  readonly #timing: Pick<LoadOrder, 'warmUpMs' | 'measureMs'>;
  readonly #servers: readonly WatchedProcess[];
  readonly #linkPorts: ReadonlySet<number>;
  #target: Target | undefined;
  #peace = Number.NaN;
  #rate = 0;

  constructor(
    pool: PoolFrontEnd,
    listener: Listener,
    goodPairs: number,
    timing: Pick<LoadOrder, 'warmUpMs' | 'measureMs'>,
  ) {
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
    const most = await runLoad('good clients', this.#order(first, undefined), this.#pool.pid);
    this.#rate = Math.max(100, Math.floor(most.perSecond * goodShare));
    const peace = await this.#load();
    this.#peace = sumOf(peace);
    return peace.flatMap((one) => one.invalid);
  }

  async under(attack: string): Promise<BenchOutcome> {
    if (this.#target === undefined) throw new Error('prepare comes first');
    const links = this.#links();
    for (const server of this.#servers) server.resetPeak();
    const where = `at the ${this.#listener.name}: ${attack}`;
    try {
      const { did, found } = await whileAttacked({ attack, target: this.#target }, () => this.#load());
      const left = this.#links();
      const closed = [...links].filter((link) => !left.has(link)).length;
      return {
        results: [
          measured(`${where} (${did}): good clients`, sumOf(found), '/s', {
            against: { what: 'in peace', value: this.#peace },
            aim: { ratioAtLeast: 0.9 },
          }),
          ...this.#servers.map((server) =>
            measured(`${where}: peak memory of the ${server.name}`, server.peakMegabytes, 'MiB', {
              aim: { atMost: ceilingMegabytes },
            }),
          ),
          measured(`${where}: closed of ${links.size} links between servers`, closed, '', {
            aim: { atMost: 0 },
          }),
        ],
        // What is late when the time ends, or was refused, counts as not completed; the run stands.
        invalid: [],
      };
    } catch (fault) {
      const { ended } = this;
      const why = ended === undefined ? (fault as Error).message : `the ${ended} has ended`;
      return { results: [], invalid: [`${where}: ${why}`] };
    }
  }

  #links(): Set<string> {
    return new Set(this.#servers.flatMap((server) => [...server.connectedTo(this.#linkPorts)]));
  }

  /** All kinds of good clients at the same time, each with its part of the rate. */
  async #load(): Promise<Measurement[]> {
    const { good } = this.#listener;
    const rate = Math.ceil(this.#rate / good.length);
    return await Promise.all(good.map((side) => runLoad(side, this.#order(side, rate), this.#pool.pid)));
  }

  #order(side: Listener['good'][number], rate: number | undefined): LoadOrder {
    const { called, caller, pairs } = this.#pool[side];
    const { good } = this.#listener;
    const count = Math.floor(this.#goodPairs / good.length);
    const from = good.indexOf(side) * count;
    const paced = rate === undefined ? {} : { ratePerSecond: rate };
    return {
      called,
      caller,
      pairs: pairs.slice(from, from + count),
      ...this.#timing,
      messageBytes,
      inFlight: 1,
      ...paced,
    };
  }
}

function sumOf(found: readonly Measurement[]): number {
  return found.reduce((sum, { perSecond }) => sum + perSecond, 0);
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
