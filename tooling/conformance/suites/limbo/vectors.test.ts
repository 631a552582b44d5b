import { describe, expect, it } from 'vitest';
import { suite as crl } from '../crl.ts';
import { suite as limbo } from '../limbo.ts';
import { suite as ocsp } from '../ocsp.ts';
import { suite as pkits } from '../pkits.ts';

// biome-ignore lint/suspicious/noUndeclaredEnvVars: vitest is not run through turbo, so its cache cannot go stale
const vectors = process.env.ENTENTE_VECTORS ?? '';

describe.skipIf(vectors === '')(
  'public vectors (ENTENTE_VECTORS names their folder; skipped without it)',
  () => {
    for (const [suite, total] of [
      [pkits, 249],
      [limbo, 117],
      [crl, 66],
      [ocsp, 36],
    ] as const) {
      it(`${suite.name}: every case ends as expected, or as the ledger says`, async () => {
        const result = await suite.run({ vectors, log: () => {} });
        expect(result.failures).toEqual([]);
        expect(result.total).toBeGreaterThanOrEqual(total);
        expect(result.passed + result.skipped).toBe(result.total);
      });
    }
  },
);

describe('without vectors', () => {
  it('a suite says that it was skipped and why, and counts nothing as passed', async () => {
    for (const suite of [pkits, limbo, crl, ocsp]) {
      const result = await suite.run({ vectors: '', log: () => {} });
      expect(result).toMatchObject({
        passed: 0,
        failed: 0,
        skipped: 1,
        reason: expect.stringContaining('--vectors'),
      });
    }
  });
});
