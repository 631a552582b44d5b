import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ConformanceSuite, tally } from '../suite.ts';
import { limboLedger } from './limbo/ledger.ts';
import { type LimboCase, profileOf, runCase, unsupported } from './limbo/run-case.ts';

/**
 * C2SP x509-limbo, each case under the profile that its id asks for. `--vectors` may name the folder of all vectors, the folder
 * with limbo.json, or any file in limbo's format.
 */
export const suite: ConformanceSuite = {
  name: 'limbo',
  needs: [],
  run({ vectors, log }) {
    const file = limboFile(vectors);
    if (file === undefined) {
      return tally('limbo', [], [], {
        count: 1,
        reason: 'no vectors: pass --vectors PATH (a file in limbo’s format) or set ENTENTE_VECTORS',
      });
    }
    const { testcases } = JSON.parse(readFileSync(file, 'utf8')) as { testcases: readonly LimboCase[] };
    for (const profile of new Set(testcases.map(({ id }) => profileOf(id)))) {
      log(`limbo: profile ${profile.name} ${JSON.stringify(profile)}`);
    }
    const supported = testcases.filter((testcase) => unsupported(testcase) === undefined);
    const cases = supported.map((testcase) => {
      const { accepted, said } = runCase(testcase);
      const expected = testcase.expected_result;
      const actual = accepted === (expected === 'SUCCESS') ? expected : said;
      return { id: testcase.id, expected, actual };
    });
    const ids = new Set(supported.map(({ id }) => id));
    const skipped = testcases.length - supported.length;
    return tally(
      'limbo',
      cases,
      limboLedger.filter(({ id }) => ids.has(id)),
      {
        count: skipped,
        reason: skipped === 0 ? '' : testcases.map(unsupported).find((one) => one !== undefined)!,
      },
    );
  },
};

/** Where the cases are, or undefined. */
export function limboFile(vectors: string): string | undefined {
  if (vectors === '' || !existsSync(vectors)) return undefined;
  if (statSync(vectors).isFile()) return vectors;
  return [join(vectors, 'limbo', 'limbo.json'), join(vectors, 'limbo.json')].find((path) => existsSync(path));
}
