import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { configDefaults, defineConfig } from 'vitest/config';
import { maxSeed, randomSeed } from './tooling/seed/random-seed.ts';

// Read once for each project: all of them draw from one seed.
const { env } = process;
env.ENTENTE_SEED = `${randomSeed(env, () => randomInt(1, maxSeed))}`;

/** What needs no running network, no foreign program and no minutes: what one runs while writing. */
const unit = [
  '{packages,apps}/*/src/**/*.test.ts',
  'packages/{accounts,federation,options,sip,sip-proxy,topology,trust,x509}/test/**/*.test.ts',
];

export default defineConfig({
  ssr: { resolve: { conditions: ['@entente/source', ...defaultServerConditions] } },
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: unit } },
      {
        extends: true,
        test: {
          name: 'network',
          include: ['{packages,apps}/*/test/**/*.test.ts', 'tooling/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...unit],
        },
      },
    ],
    pool: 'forks',
    // What the files of a process have in common is loaded once: half of the time went there. So each leaves the process as it was.
    isolate: false,
    // Many tests wait for other processes: also on two cores two files at once.
    maxWorkers: Math.max(2, availableParallelism() - 1),
    globalSetup: [
      'tooling/seed/announce-seed.ts',
      'tooling/runner/end-with-launchers.ts',
      'tooling/runner/bundled-apps.ts',
    ],
    setupFiles: [
      'tooling/runner/leave-as-found.ts',
      'tooling/runner/no-name-server.ts',
      'tooling/runner/still-polls.ts',
      'tooling/seed/seed-properties.ts',
    ],
    env: { ENTENTE_SEED: env.ENTENTE_SEED },
    // Nothing waits for time to pass, but a busy machine may be slow: a limit only ends what hangs.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    expect: { poll: { interval: 10, timeout: 120_000 } },
    // Both projects, and the next run, take what is unchanged as it was transformed.
    experimental: { fsModuleCache: true },
  },
});
