import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { type BesideKamailio, measureKamailio } from '../load/beside-kamailio.ts';
import { hasKamailio } from '../load/kamailio.ts';
import { middleTurn } from '../load/middle-turn.ts';
import type { LoadOrder } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { repeatWhileInvalid } from '../load/repeat-while-invalid.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type BenchOutcome, type BenchResult, type BenchSuite, measured } from '../suite.ts';

/** Where latency is measured: this share of the most that the front end, and then Kamailio, can do. */
const latencyShare = 0.7;
const messageBytes = 600;
/** Of the bare relay and the front end, in a whole run. */
const turns = 5;

type Sides = Pick<LoadOrder, 'caller' | 'called'>;

/**
 * A front end against a bare TLS relay in the same run, in turns: MESSAGE and its 200, each caller and each called on a TLS
 * connection of its own, one request at a time on each, server on one core, generator on another. Where Kamailio is installed it does the
 * same, and calls from INVITE to the 200 for BYE.
 */
export const suite: BenchSuite = {
  name: 'proxy',
  async run({ seconds, short, log }) {
    const count = short ? 20 : 100;
    const timing = { warmUpMs: short ? 1000 : 3000, measureMs: seconds * 1000, messageBytes, inFlight: 1 };
    const authority = await createTestAuthority('Bench');
    await using relay = await startBareRelay(authority);
    await using pool = await startPoolFrontEnd(count);
    const { pairs } = pool.byServer;
    // The bare relay knows no registrar: nobody registers there.
    const barePairs = pairs.map(({ from, to }) => ({ from, to }));
    const load = (
      what: string,
      sides: Sides & Pick<LoadOrder, 'pairs'>,
      pid: number,
      rate?: number,
      times = timing,
    ) => {
      log(`  ${what}, ${rate === undefined ? 'closed loop' : `${rate} a second`} …`);
      const paced = rate === undefined ? {} : { ratePerSecond: rate };
      return runLoad(what, { ...sides, ...times, ...paced }, pid);
    };
    const bareSides = { ...relay.sides, pairs: barePairs };
    const { bare, front } = await middleTurn(short ? 1 : turns, async (turn) => {
      // The compiler has most to do in the first one.
      const times = { ...timing, warmUpMs: turn === 0 ? timing.warmUpMs : 500 };
      return {
        bare: await load('bare relay', bareSides, relay.pid, undefined, times),
        front: await repeatWhileInvalid(
          () => load('front end', pool.byServer, pool.pid, undefined, times),
          log,
        ),
      };
    });
    // The generator has most to do here: it answers challenges.
    const users = await repeatWhileInvalid(
      () => load('front end, users calling', pool.byUser, pool.pid),
      log,
    );
    const rate = Math.max(100, Math.floor(front.perSecond * latencyShare));
    const barePaced = await load('bare relay', bareSides, relay.pid, rate);
    const frontPaced = await load('front end', pool.byServer, pool.pid, rate);
    const outcome = judge({ bare, front, users, barePaced, frontPaced, rate });
    if (!hasKamailio()) {
      const why = 'Kamailio is not installed: apt-get install kamailio kamailio-tls-modules';
      return { ...outcome, skipped: [why] };
    }
    log('  front end, calls, closed loop …');
    const call = await runLoad('front end, calls', { ...pool.byServer, ...timing, what: 'call' }, pool.pid);
    const kamailio = await measureKamailio(authority, {
      domain: pool.network.organisation.domain,
      pairs: pool.byUser.pairs,
      password: pool.password,
      timing,
      children: short ? [2] : [1, 2, 4],
      latencyShare,
      log,
    });
    const paced = await load('front end', pool.byServer, pool.pid, kamailio.pacedRate);
    const beside = besideKamailio({ front, users, call, paced }, kamailio);
    return {
      results: [...outcome.results, ...beside.results],
      invalid: [...outcome.invalid, ...beside.invalid],
      disturbed: [...(outcome.disturbed ?? []), ...(beside.disturbed ?? [])],
    };
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
  const runs = [bare, front, users, barePaced, frontPaced];
  const invalid = runs.flatMap((one) => one.invalid);
  // The bare relay does as much TLS as the generator, whose core may be full first. So what is compared is what each
  // would do with the whole of its core, by its processor time per transaction; the throughput stands beside it.
  const disturbed = runs.flatMap((one) => (one === bare ? [] : one.disturbed));
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
    ...runs.map((one, i) =>
      measured(`generator's share of its core, measurement ${i + 1} of 5`, one.generatorShare * 100, '%'),
    ),
  ];
  return { results, invalid, disturbed };
}

/** What the front end does with its core, beside what Kamailio does with it. */
function besideKamailio(
  ours: Readonly<Record<'front' | 'users' | 'call' | 'paced', Measurement>>,
  kamailio: BesideKamailio,
): BenchOutcome {
  const { call, children, message, paced, pacedRate, users } = kamailio;
  const row = (what: string, own: Measurement, other: Measurement, ratioAtLeast: number): BenchResult =>
    measured(`${what}, whole core`, 1e6 / (own.serverMicros ?? Number.NaN), '/s', {
      against: {
        what: `Kamailio with ${children} processes, whole core`,
        value: 1e6 / (other.serverMicros ?? Number.NaN),
      },
      aim: { ratioAtLeast },
    });
  const results = [
    row('MESSAGE + 200 through the front end', ours.front, message, 2.5),
    row('the same, callers are users, digest checked on each request', ours.users, users, 1.5),
    row('calls through the front end, INVITE to the 200 for BYE', ours.call, call, 2),
    measured('measured throughput of the front end', ours.front.perSecond, '/s', {
      against: { what: 'Kamailio', value: message.perSecond },
    }),
    measured(
      `latency p99 of the front end at ${pacedRate}/s`,
      ours.paced.latencyMs?.p99 ?? Number.NaN,
      'ms',
      {
        against: { what: 'Kamailio at the same rate', value: paced.latencyMs?.p99 ?? Number.NaN },
        aim: { ratioAtMost: 1 },
      },
    ),
  ];
  const runs = [ours.call, ours.paced, message, users, call, paced];
  return {
    results,
    invalid: runs.flatMap((one) => one.invalid),
    disturbed: runs.flatMap((one) => one.disturbed),
  };
}

function latency(front: Measurement, bare: Measurement, rate: number): BenchResult[] {
  if (front.latencyMs === null || bare.latencyMs === null) return [];
  return (['p50', 'p99'] as const).map((part) =>
    measured(`latency ${part} of the front end at ${rate}/s`, front.latencyMs?.[part] ?? Number.NaN, 'ms', {
      against: { what: 'bare relay at the same rate', value: bare.latencyMs?.[part] ?? Number.NaN },
    }),
  );
}
