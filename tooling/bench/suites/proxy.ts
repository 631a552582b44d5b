import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import type { LoadOrder } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, type BenchSuite, measured } from '../suite.ts';

/** Where latency is measured: this share of the most that the front end can do. */
const latencyShare = 0.7;
const messageBytes = 600;

type Sides = Pick<LoadOrder, 'caller' | 'called'>;

/**
 * A front end against a bare TLS relay in the same run: MESSAGE and its 200, each caller and each called on a TLS
 * connection of its own, one request at a time on each, server on one core, generator on another.
 */
export const suite: BenchSuite = {
  name: 'proxy',
  async run({ seconds, short, log }) {
    const count = short ? 20 : 100;
    const timing = { warmUpMs: short ? 1000 : 3000, measureMs: seconds * 1000, messageBytes, inFlight: 1 };
    await using relay = await startBareRelay(await createTestAuthority('Bench'));
    await using pool = await startPoolFrontEnd(count);
    const { pairs } = pool.byServer;
    // The bare relay knows no registrar: nobody registers there.
    const barePairs = pairs.map(({ from, to }) => ({ from, to }));
    const load = (what: string, sides: Sides & Pick<LoadOrder, 'pairs'>, pid: number, rate?: number) => {
      log(`  ${what}, ${rate === undefined ? 'closed loop' : `${rate} a second`} …`);
      const paced = rate === undefined ? {} : { ratePerSecond: rate };
      return runLoad(what, { ...sides, ...timing, ...paced }, pid);
    };
    const bareSides = { ...relay.sides, pairs: barePairs };
    const bare = await load('bare relay', bareSides, relay.pid);
    const front = await load('front end', pool.byServer, pool.pid);
    const users = await load('front end, users calling', pool.byUser, pool.pid);
    const rate = Math.max(100, Math.floor(front.perSecond * latencyShare));
    const barePaced = await load('bare relay', bareSides, relay.pid, rate);
    const frontPaced = await load('front end', pool.byServer, pool.pid, rate);
    return judge({ bare, front, users, barePaced, frontPaced, rate });
  },
};

interface Measurements {
  readonly bare: Measurement;
  readonly front: Measurement;
  readonly users: Measurement;
  readonly barePaced: Measurement;
  readonly frontPaced: Measurement;
  readonly rate: number;
}

function judge({ bare, front, users, barePaced, frontPaced, rate }: Measurements): BenchOutcome {
  const invalid = [front, users, barePaced, frontPaced].flatMap((one) => one.invalid);
  // The bare relay does as much TLS as the generator, whose core may be full first. So what is compared is what each
  // would do with the whole of its core, by its processor time per transaction; the throughput stands beside it.
  invalid.push(...bare.invalid.filter((reason) => !reason.includes('generator')));
  const micros = [bare, front, barePaced, frontPaced].map((one) => one.serverMicros);
  if (micros.some((one) => one === undefined)) {
    return {
      results: [],
      invalid: [...invalid, 'this platform does not tell the processor time of a process'],
    };
  }
  const [bareMicros, frontMicros, barePacedMicros, frontPacedMicros] = micros as [
    number,
    number,
    number,
    number,
  ];
  const results: BenchResult[] = [
    measured(
      'MESSAGE + 200 through the front end, callers over mutual TLS, whole core',
      1e6 / frontMicros,
      '/s',
      {
        against: { what: 'bare relay, whole core', value: 1e6 / bareMicros },
        aim: { ratioAtLeast: 0.75 },
      },
    ),
    measured('measured throughput of the front end, callers over mutual TLS', front.perSecond, '/s', {
      against: { what: 'bare relay, bound by its generator', value: bare.perSecond },
    }),
    measured('the same, callers are users, digest checked on each request', users.perSecond, '/s', {
      against: { what: 'bare relay, bound by its generator', value: bare.perSecond },
    }),
    measured(`processor time of the front end per transaction at ${rate}/s`, frontPacedMicros, 'µs', {
      against: { what: 'bare relay at the same rate', value: barePacedMicros },
    }),
    measured(
      'processor time that the front end adds to the bare relay',
      frontPacedMicros - barePacedMicros,
      'µs',
      {
        aim: { atMost: 9 },
      },
    ),
    measured('processor time of the front end per transaction, closed loop', frontMicros, 'µs', {
      against: { what: 'bare relay, closed loop', value: bareMicros },
    }),
    ...latency(frontPaced, barePaced, rate),
    ...[bare, front, users, barePaced, frontPaced].map((one, i) =>
      measured(`generator's share of its core, measurement ${i + 1} of 5`, one.generatorShare * 100, '%'),
    ),
  ];
  return { results, invalid };
}

function latency(front: Measurement, bare: Measurement, rate: number): BenchResult[] {
  if (front.latencyMs === null || bare.latencyMs === null) return [];
  return (['p50', 'p99'] as const).map((part) =>
    measured(`latency ${part} of the front end at ${rate}/s`, front.latencyMs?.[part] ?? Number.NaN, 'ms', {
      against: { what: 'bare relay at the same rate', value: bare.latencyMs?.[part] ?? Number.NaN },
    }),
  );
}
