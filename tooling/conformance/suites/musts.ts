import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ConformanceSuite, tally } from '../suite.ts';
import { isInScope, mustSections } from './musts/all.ts';
import { checkCounts, checkMusts } from './musts/check.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const noTexts = 'no RFC texts beside the vectors (rfc/rfc3261.txt), so that nothing counts their keywords';

/** Each MUST of RFC 3261 §10 and §16 and of RFC 3327, 5626 and 5627 has a test that names its section, or a reason. */
export const suite: ConformanceSuite = {
  name: 'musts',
  // The ledger is checked without the texts; with them, that it is complete.
  needs: [],
  run({ vectors, log }) {
    const { cases, deviations } = checkMusts(mustSections, root);
    const folder = vectors === '' ? '' : join(vectors, '..', 'rfc');
    const isThere = folder !== '' && existsSync(join(folder, 'rfc3261.txt'));
    const counts = isThere ? checkCounts(mustSections, folder, isInScope) : [];
    log(`musts: ${sumOf()}`);
    const skipped = isThere ? undefined : { count: mustSections.length, reason: noTexts };
    return tally('musts', [...cases, ...counts], deviations, skipped);
  },
};

function sumOf(): string {
  const kinds = mustSections.flatMap(({ musts }) => musts).map(({ standing }) => standing);
  const count = (wanted: string) => kinds.filter((kind) => kind === wanted).length;
  return `${kinds.length} rules in ${mustSections.length} sections: ${count('shown')} shown by a test, ${count('deviates')} not followed on purpose, ${count('does not apply')} about what is not here`;
}
