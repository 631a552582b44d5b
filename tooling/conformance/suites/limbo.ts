import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ConformanceSuite, tally, withoutVectors } from '../suite.ts';
import { type LimboResult, writeLimboResults } from './limbo/results.ts';
import { type LimboCase, profileOf, runCase, unsupported } from './limbo/run-case.ts';

/**
 * C2SP x509-limbo, each case under the profile that its id asks for. `--vectors` may name the folder of all vectors, the folder
 * with limbo.json, or any file in limbo's format. With ENTENTE_LIMBO_RESULTS=FILE the outcome is also written in limbo's own
 * result format.
 */
export const suite: ConformanceSuite = {
  name: 'limbo',
  needs: [],
  run({ vectors, log }) {
    const file = limboFile(vectors);
    if (file === undefined) return withoutVectors('limbo', 'a file in limbo’s format');
    const { testcases } = JSON.parse(readFileSync(file, 'utf8')) as { testcases: readonly LimboCase[] };
    for (const profile of new Set(testcases.map(({ id }) => profileOf(id)))) {
      log(`limbo: profile ${profile.name} ${JSON.stringify(profile)}`);
    }
    const results = testcases.map((testcase) => resultOf(testcase));
    // biome-ignore lint/suspicious/noUndeclaredEnvVars: the runner has no option for one suite, and turbo does not run it
    const path = process.env.ENTENTE_LIMBO_RESULTS;
    if (path !== undefined) writeLimboResults(path, results);

    const ran = results.flatMap(({ id, actual_result: result, context }, index) => {
      if (result === 'SKIPPED') return [];
      const expected = testcases[index]!.expected_result;
      return [{ id, expected, actual: result === expected ? expected : (context ?? result) }];
    });
    const skipped = results.filter((one) => one.actual_result === 'SKIPPED');
    // No case of limbo ends differently on purpose: the ledger is empty.
    const reason = [...new Set(skipped.map(({ context }) => context))].join('; ');
    return tally('limbo', ran, [], { count: skipped.length, reason });
  },
};

function resultOf(testcase: LimboCase): LimboResult {
  const { id } = testcase;
  const why = unsupported(testcase);
  if (why !== undefined) return { id, actual_result: 'SKIPPED', context: why };
  const { accepted, said } = runCase(testcase);
  return { id, actual_result: accepted ? 'SUCCESS' : 'FAILURE', context: accepted ? null : said };
}

/** Where the cases are, or undefined. */
export function limboFile(vectors: string): string | undefined {
  if (vectors === '' || !existsSync(vectors)) return undefined;
  if (statSync(vectors).isFile()) return vectors;
  return [join(vectors, 'limbo', 'limbo.json'), join(vectors, 'limbo.json')].find((path) => existsSync(path));
}
