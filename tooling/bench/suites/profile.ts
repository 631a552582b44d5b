import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPoolFrontEnd } from '../load/pool-front-end.ts';
import { runLoad } from '../load/run-load.ts';
import { type CpuProfile, partsOf } from '../profile/read-profile.ts';
import { type BenchSuite, measured } from '../suite.ts';

/** Smaller parts are summed up. */
const leastShare = 0.005;

/** Where the processor time of a front end goes while it relays MESSAGE and its 200: a table for each transaction. */
export const suite: BenchSuite = {
  name: 'profile',
  async run({ seconds, short, log }) {
    const directory = await mkdtemp(join(tmpdir(), 'entente-profile-'));
    try {
      const nodeFlags = ['--cpu-prof', `--cpu-prof-dir=${directory}`, '--cpu-prof-interval=500'];
      await using pool = await startPoolFrontEnd(short ? 20 : 100, { nodeFlags });
      const bundle = await readFile(pool.script, 'utf8');
      const timing = { warmUpMs: short ? 1_000 : 3_000, measureMs: seconds * 1_000 };
      log('  MESSAGE, closed loop …');
      const order = { ...pool.byServer, ...timing, messageBytes: 600, inFlight: 1 };
      const found = await runLoad('front end', order, pool.pid);
      await pool.stop();
      const [name] = await readdir(directory);
      if (name === undefined || found.serverMicros === undefined) throw new Error('there is no profile');
      const profile = JSON.parse(await readFile(join(directory, name), 'utf8')) as CpuProfile;
      const parts = partsOf(profile, bundle, timing.measureMs);
      const micros = found.serverMicros;
      const rows = parts.filter(({ share }) => share >= leastShare);
      const rest = 1 - rows.reduce((sum, { share }) => sum + share, 0);
      return {
        results: [
          measured('a MESSAGE and its 200', micros, 'µs'),
          ...rows.map(({ name, share }) => measured(name, share * micros, 'µs')),
          measured('all smaller parts', rest * micros, 'µs'),
        ],
        invalid: found.invalid,
      };
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
};
