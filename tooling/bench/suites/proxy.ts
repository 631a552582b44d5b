import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { measureKamailio } from '../load/beside-kamailio.ts';
import { type Loaded, type Measurement, runLoad } from '../load/clients.ts';
import { hasKamailio } from '../load/kamailio.ts';
import { middleTurn } from '../load/middle-turn.ts';
import type { Sides } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import type { Bench, BenchSuite } from '../suite.ts';

/** Where latency is measured: this share of the most that the front end, and then Kamailio, can do. */
const latencyShare = 0.7;
/** Of the bare relay and the front end, in a whole run. */
const turns = 5;

/**
 * A front end against a bare TLS relay in the same run, in turns: MESSAGE and its 200, each caller and each called on a TLS
 * connection of its own, one request at a time on each, server on one core, generator on another. Where Kamailio is installed it does the
 * same, and calls from INVITE to the 200 for BYE.
 */
export const suite: BenchSuite = { name: 'proxy', measure };

async function measure(bench: Bench): Promise<void> {
  const { log, seconds, short } = bench;
  const timing = { warmUpMs: short ? 1000 : 3000, measureMs: seconds * 1000 };
  const authority = await createTestAuthority('Bench');
  await using relay = await startBareRelay(authority);
  await using pool = await startPoolFrontEnd(short ? 20 : 100);
  const { byServer, byUser, pid } = pool;
  const load = (loaded: Loaded, ratePerSecond?: number, times = timing): Promise<Measurement> =>
    runLoad(loaded, { ...times, ratePerSecond }, { log });
  const ofRelay: Loaded = { what: 'bare relay', pid: relay.pid, sides: relay.sides(byServer.pairs) };
  const ofFront = (sides: Sides, what = 'front end'): Loaded => ({ what, pid, sides });
  const { bare, front } = await middleTurn(short ? 1 : turns, async (turn) => {
    // The compiler has most to do in the first one.
    const times = { ...timing, warmUpMs: turn === 0 ? timing.warmUpMs : 500 };
    return {
      bare: await load(ofRelay, undefined, times),
      front: await bench.repeated(() => load(ofFront(byServer), undefined, times)),
    };
  });
  // The generator has most to do here: it answers challenges.
  const users = await bench.repeated(() => load(ofFront(byUser, 'front end, users calling')));
  const rate = Math.max(100, Math.floor(front.perSecond * latencyShare));
  const barePaced = await load(ofRelay, rate);
  const frontPaced = await load(ofFront(byServer), rate);
  besideBareRelay(bench, { bare, front, users, barePaced, frontPaced, rate });
  if (!hasKamailio()) {
    bench.skipped.push('Kamailio is not installed: apt-get install kamailio kamailio-tls-modules');
    return;
  }
  const calling = { what: 'front end, calls', pid, sides: { ...byServer, what: 'call' } } as const;
  const call = await load(calling);
  const kamailio = await measureKamailio(authority, {
    domain: pool.network.organisation.domain,
    pairs: byUser.pairs,
    password: pool.password,
    timing,
    children: short ? [2] : [1, 2, 4],
    latencyShare,
    log,
  });
  const paced = await load(ofFront(byServer), kamailio.pacedRate);
  const whole = (what: string, own: Measurement, other: Measurement, ratioAtLeast: number): void =>
    void bench.figure(`${what}, whole core`, wholeCore(own), '/s', {
      against: {
        what: `Kamailio with ${kamailio.children} processes, whole core`,
        value: wholeCore(other),
      },
      aim: { ratioAtLeast },
    });
  whole('MESSAGE + 200 through the front end', front, kamailio.message, 2.5);
  whole('the same, callers are users, digest checked on each request', users, kamailio.users, 1.5);
  whole('calls through the front end, INVITE to the 200 for BYE', call, kamailio.call, 2);
  bench.figure('measured throughput of the front end', front.perSecond, '/s', {
    against: { what: 'Kamailio', value: kamailio.message.perSecond },
  });
  bench.figure(`latency p99 of the front end at ${kamailio.pacedRate}/s`, latency(paced, 'p99'), 'ms', {
    against: { what: 'Kamailio at the same rate', value: latency(kamailio.paced, 'p99') },
    aim: { ratioAtMost: 1 },
  });
  bench.count(call, paced, kamailio.message, kamailio.users, kamailio.call, kamailio.paced);
}

interface Measurements {
  readonly bare: Measurement;
  readonly front: Measurement;
  readonly users: Measurement;
  readonly barePaced: Measurement;
  readonly frontPaced: Measurement;
  readonly rate: number;
}

function besideBareRelay(
  bench: Bench,
  { bare, front, users, barePaced, frontPaced, rate }: Measurements,
): void {
  const runs = [bare, front, users, barePaced, frontPaced];
  // The bare relay does as much TLS as the generator, whose core may be full first. So what is compared is what each
  // would do with the whole of its core, by its processor time per transaction; the throughput stands beside it.
  bench.count({ ...bare, disturbed: [] }, front, users, barePaced, frontPaced);
  bench.figure(
    'MESSAGE + 200 through the front end, callers over mutual TLS, whole core',
    wholeCore(front),
    '/s',
    { against: { what: 'bare relay, whole core', value: wholeCore(bare) }, aim: { ratioAtLeast: 0.75 } },
  );
  const throughput = { what: 'bare relay, bound by its generator', value: bare.perSecond };
  bench.figure('measured throughput of the front end, callers over mutual TLS', front.perSecond, '/s', {
    against: throughput,
  });
  bench.figure('the same, callers are users, digest checked on each request', users.perSecond, '/s', {
    against: throughput,
  });
  const atRate = 'bare relay at the same rate';
  bench.figure(`processor time of the front end per transaction at ${rate}/s`, micros(frontPaced), 'µs', {
    against: { what: atRate, value: micros(barePaced) },
  });
  bench.figure(
    'processor time that the front end adds to the bare relay',
    micros(frontPaced) - micros(barePaced),
    'µs',
    { aim: { atMost: 9 } },
  );
  bench.figure('processor time of the front end per transaction, closed loop', micros(front), 'µs', {
    against: { what: 'bare relay, closed loop', value: micros(bare) },
  });
  for (const part of ['p50', 'p99'] as const)
    bench.figure(`latency ${part} of the front end at ${rate}/s`, latency(frontPaced, part), 'ms', {
      against: { what: atRate, value: latency(barePaced, part) },
    });
  for (const [i, { generatorShare }] of runs.entries())
    bench.figure(`generator's share of its core, measurement ${i + 1} of 5`, generatorShare * 100, '%');
}

function micros({ serverMicros = Number.NaN }: Measurement): number {
  return serverMicros;
}

/** Transactions a second that the server would do with the whole of its core. */
function wholeCore(measurement: Measurement): number {
  return 1e6 / micros(measurement);
}

function latency({ latencyMs }: Measurement, part: 'p50' | 'p99'): number {
  return latencyMs?.[part] ?? Number.NaN;
}
