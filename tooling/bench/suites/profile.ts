import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTestAuthority } from '@entente/testkit';
import { startBareRelay } from '../load/bare-relay.ts';
import { type Measurement, runLoad } from '../load/clients.ts';
import type { LoadedServer } from '../load/loaded-server.ts';
import type { Sides } from '../load/order.ts';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { type FlameFrame, flameTree } from '../profile/flame-tree.ts';
import { type CpuProfile, type Part, partsOf } from '../profile/read-profile.ts';
import { writeProfile } from '../profile/write-profile.ts';
import { sum } from '../statistics.ts';
import { Bench, type BenchSuite, temporaryFolder } from '../suite.ts';

/** Smaller parts are summed up. */
const leastShare = 0.005;

interface Profiled {
  readonly found: Measurement;
  readonly parts: readonly Part[];
  readonly tree: FlameFrame;
}

/** What is profiled, and what its whole is called. */
const wholes = { message: 'a MESSAGE and its 200', call: 'a call, INVITE to the 200 for BYE' } as const;

/**
 * Where the processor time of a front end goes while it relays MESSAGE and its 200, and calls: microseconds of each part for each
 * transaction or call, beside what the bare relay spends there. Sampling itself costs time, so the sums are greater than what `proxy`
 * measures.
 */
export const suite: BenchSuite = {
  name: 'profile',
  takes: ['write'],
  async measure(bench) {
    const message = new Bench(bench.options);
    const { micros, tree } = await bothOf(message, 'message');
    const call = new Bench(bench.options);
    await bothOf(call, 'call');
    bench.count(message, call);
    bench.results.push(
      ...message.results,
      ...call.results.map((row, index) => (index === 0 ? row : { ...row, what: `in a call: ${row.what}` })),
    );
    const { write } = bench.options;
    if (write === undefined) return;
    const found = { results: message.results, calls: call.results, tree, micros };
    for (const file of await writeProfile(write, found)) bench.log(`  written: ${file}`);
  },
};

/**
 * Profiles the front end, and the bare relay, which does the same without looking at it.
 * @returns of the front end: its processor time, and where that went
 */
async function bothOf(
  bench: Bench,
  what: keyof typeof wholes,
): Promise<{ readonly micros: number; readonly tree: FlameFrame }> {
  const { seconds, short } = bench;
  const work = { warmUpMs: short ? 1_000 : 3_000, measureMs: seconds * 1_000 };
  const profile = (name: string, start: Start): Promise<Profiled> =>
    profiled(start, work.measureMs, ({ pid }, sides) =>
      runLoad({ what: `${name}, ${what}`, pid, sides: { ...sides, what } }, work, bench),
    );
  let pairs: Sides['pairs'] = [];
  const ours = await profile('front end', async (nodeFlags) => {
    const server = await startPoolFrontEnd(short ? 20 : 100, { nodeFlags });
    ({ pairs } = server.byServer);
    return { server, sides: server.byServer };
  });
  const bare = await profile('bare relay', async (nodeFlags) => {
    const server = await startBareRelay(await createTestAuthority('Bench'), nodeFlags);
    return { server, sides: server.sides(pairs) };
  });
  bench.count(ours.found, { ...bare.found, disturbed: [] });
  const micros = ours.found.serverMicros ?? Number.NaN;
  const bareMicros = bare.found.serverMicros ?? Number.NaN;
  const beside = (name: string, value: number, other: number): void => {
    const against = other > 0 ? { what: 'bare relay', value: other } : undefined;
    bench.figure(name, value, 'µs', { against });
  };
  beside(wholes[what], micros, bareMicros);
  const rows = ours.parts.filter(({ share }) => share >= leastShare);
  for (const { name, share } of rows) {
    const ofBare = bare.parts.find((part) => part.name === name)?.share ?? 0;
    beside(name, share * micros, ofBare * bareMicros);
  }
  bench.figure('all smaller parts', (1 - sum(rows.map(({ share }) => share))) * micros, 'µs');
  return { micros, tree: ours.tree };
}

type Start = (
  nodeFlags: readonly string[],
) => Promise<{ readonly server: LoadedServer; readonly sides: Sides }>;

/** Runs a server with the sampler of V8, and reads what that wrote when the server has ended. */
async function profiled(
  start: Start,
  lastMs: number,
  load: (server: LoadedServer, sides: Sides) => Promise<Measurement>,
): Promise<Profiled> {
  await using folder = await temporaryFolder('profile');
  const started = await start(['--cpu-prof', `--cpu-prof-dir=${folder.path}`, '--cpu-prof-interval=500']);
  await using server = started.server;
  const bundle = await readFile(server.script, 'utf8');
  const found = await load(server, started.sides);
  await server.stop();
  const [name] = await readdir(folder.path);
  if (name === undefined) throw new Error('the server has left no profile');
  const profile = JSON.parse(await readFile(join(folder.path, name), 'utf8')) as CpuProfile;
  return {
    found,
    parts: partsOf(profile, bundle, lastMs),
    tree: flameTree(profile, bundle, { lastMs, leastShare }),
  };
}
