import { randomInt } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';
import { maxSeed, randomSeed } from './tooling/seed/random-seed.ts';

export default defineConfig({
  ssr: { resolve: { conditions: ['@entente/source', ...defaultServerConditions] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'],
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
    env: { ENTENTE_SEED: `${randomSeed(process.env, () => randomInt(1, maxSeed))}` },
    // Nothing waits for time to pass, but a busy machine may be slow: a limit only ends what hangs.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
  },
});
