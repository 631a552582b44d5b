import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import type { LoadOrder } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type Measurement, runLoad } from '../load/run-load.ts';
import { type FlameFrame, flameTree } from '../profile/flame-tree.ts';
import { type CpuProfile, type Part, partsOf } from '../profile/read-profile.ts';
import { writeProfile } from '../profile/write-profile.ts';
import { type BenchOptions, type BenchResult, type BenchSuite, measured } from '../suite.ts';

/** Smaller parts are summed up. */
const leastShare = 0.005;

interface Profiled {
  readonly found: Measurement;
  readonly parts: readonly Part[];
  readonly tree: FlameFrame;
}

/** What is profiled, and what its whole is called. */
const wholes = { message: 'a MESSAGE and its 200', call: 'a call, INVITE to the 200 for BYE' } as const;

type What = keyof typeof wholes;

/**
 * Where the processor time of a front end goes while it relays MESSAGE and its 200, and calls: microseconds of each part for each
 * transaction or call, beside what the bare relay spends there. Sampling itself costs time, so the sums are greater than what `proxy`
 * measures.
 */
export const suite: BenchSuite = {
  name: 'profile',
  takes: ['write'],
  async run({ seconds, short, log, write }) {
    const message = await bothOf('message', { seconds, short, log });
    const call = await bothOf('call', { seconds, short, log });
    if (write !== undefined) {
      const micros = message.ours.found.serverMicros ?? Number.NaN;
      const { tree } = message.ours;
      const found = { results: message.results, calls: call.results, tree, micros };
      for (const file of await writeProfile(write, found)) log(`  written: ${file}`);
    }
    const named = call.results.map((row, index) =>
      index === 0 ? row : { ...row, what: `in a call: ${row.what}` },
    );
    return {
      results: [...message.results, ...named],
      invalid: [message, call].flatMap(({ bare, ours }) => [...ours.found.invalid, ...bare.found.invalid]),
      disturbed: [message, call].flatMap(({ ours }) => ours.found.disturbed),
    };
  },
};

/** The front end, and the bare relay, which does the same without looking at it. */
async function bothOf(
  what: What,
  { log, seconds, short }: Pick<BenchOptions, 'log' | 'seconds' | 'short'>,
): Promise<{ readonly ours: Profiled; readonly bare: Profiled; readonly results: readonly BenchResult[] }> {
  const timing = {
    warmUpMs: short ? 1_000 : 3_000,
    measureMs: seconds * 1_000,
    messageBytes: 600,
    inFlight: 1,
    what,
  };
  log(`  front end, ${what}, closed loop …`);
  const ours = await profiled(timing.measureMs, async (nodeFlags) => {
    const pool = await startPoolFrontEnd(short ? 20 : 100, { nodeFlags });
    const load = () => runLoad(`front end, ${what}`, { ...pool.byServer, ...timing }, pool.pid);
    return { server: pool, found: load, pairs: pool.byServer.pairs };
  });
  log('  bare relay, the same …');
  const bare = await profiled(timing.measureMs, async (nodeFlags) => {
    const relay = await startBareRelay(await createTestAuthority('Bench'), nodeFlags);
    const pairs = ours.pairs.map(({ from, to }) => ({ from, to }));
    const load = () => runLoad(`bare relay, ${what}`, { ...relay.sides, pairs, ...timing }, relay.pid);
    return { server: relay, found: load, pairs };
  });
  return { ours, bare, results: table(wholes[what], ours, bare) };
}

interface Started {
  readonly server: AsyncDisposable & { readonly script: string; stop(): Promise<void> };
  readonly found: () => Promise<Measurement>;
  readonly pairs: LoadOrder['pairs'];
}

/** Runs a server with the sampler of V8, and reads what that wrote when the server has ended. */
async function profiled(
  lastMs: number,
  start: (nodeFlags: readonly string[]) => Promise<Started>,
): Promise<Profiled & Pick<Started, 'pairs'>> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-profile-'));
  try {
    const flags = ['--cpu-prof', `--cpu-prof-dir=${directory}`, '--cpu-prof-interval=500'];
    const started = await start(flags);
    await using server = started.server;
    const bundle = await readFile(server.script, 'utf8');
    const found = await started.found();
    await server.stop();
    const [name] = await readdir(directory);
    if (name === undefined) throw new Error('the server has left no profile');
    const profile = JSON.parse(await readFile(join(directory, name), 'utf8')) as CpuProfile;
    const tree = flameTree(profile, bundle, { lastMs, leastShare });
    return { found, parts: partsOf(profile, bundle, lastMs), tree, pairs: started.pairs };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function table(whole: string, ours: Profiled, bare: Profiled): BenchResult[] {
  const micros = ours.found.serverMicros ?? Number.NaN;
  const bareMicros = bare.found.serverMicros ?? Number.NaN;
  const beside = (what: string, value: number, other: number): BenchResult =>
    other > 0
      ? measured(what, value, 'µs', { against: { what: 'bare relay', value: other } })
      : measured(what, value, 'µs');
  const rows = ours.parts.filter(({ share }) => share >= leastShare);
  const rest = 1 - rows.reduce((sum, { share }) => sum + share, 0);
  const shareOf = (name: string) => bare.parts.find((part) => part.name === name)?.share ?? 0;
  return [
    beside(whole, micros, bareMicros),
    ...rows.map(({ name, share }) => beside(name, share * micros, shareOf(name) * bareMicros)),
    measured('all smaller parts', rest * micros, 'µs'),
  ];
}
