import { defaultServerConditions } from 'vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  ssr: { resolve: { conditions: ['@entente/source', ...defaultServerConditions] } },
  test: {
    include: ['{packages,apps}/*/{src,test}/**/*.test.ts', 'tooling/**/*.test.ts'],
    pool: 'forks',
    // Nothing waits for time to pass, but a busy machine may be slow: a limit only ends what hangs.
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
