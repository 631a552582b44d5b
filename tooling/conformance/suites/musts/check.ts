import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NamedTest } from '../../../mutation/patch.ts';
import type { ConformanceCase, LedgerEntry } from '../../suite.ts';
import { keywordsBySection } from './keywords.ts';
import { type Must, type MustSection, nameOf, parties } from './must.ts';
import { namesSection, testTitles } from './titles.ts';

/** What was found about a ledger of MUSTs. */
export interface CheckedMusts {
  readonly cases: readonly ConformanceCase[];
  /** Rules that are not followed, with their reasons. */
  readonly deviations: readonly LedgerEntry[];
}

/** A section whose rules this ledger has to have, as far as its own text is concerned. */
export type InScope = (rfc: number, section: string) => boolean;

const followed = 'a test that names the section';

/**
 * Checks that each rule has a test which names its section, or a reason why there is none.
 * @param sections - the ledger
 * @param root - folder of the repository, where the tests are
 */
export function checkMusts(sections: readonly MustSection[], root: string): CheckedMusts {
  const cases: ConformanceCase[] = [];
  const deviations: LedgerEntry[] = [];
  const titles = new Map<string, readonly (readonly string[])[] | undefined>();
  const read = ({ file }: NamedTest) => {
    if (!titles.has(file)) {
      const path = join(root, file);
      titles.set(file, existsSync(path) ? testTitles(file, readFileSync(path, 'utf8')) : undefined);
    }
    return titles.get(file);
  };
  for (const section of sections) {
    for (const [index, must] of section.musts.entries()) {
      const id = nameOf(section, index);
      const { reason = '', standing, test } = must;
      const actual = wrongWith(must) ?? (test === undefined ? followed : judge(test, section, read(test)));
      if (standing === 'shown' || actual !== followed) cases.push({ id, expected: followed, actual });
      else if (standing === 'does not apply') cases.push({ id, expected: 'a reason', actual: 'a reason' });
      else {
        const otherwise = { id, expected: followed, actual: 'done otherwise, on purpose' };
        cases.push(otherwise);
        deviations.push({ ...otherwise, reason });
      }
    }
  }
  return { cases, deviations };
}

/** What an entry lacks: the ledger is data that no compiler reads. */
function wrongWith({ binds, reason = '', standing, test }: Must): string | undefined {
  if (!parties.includes(binds)) return `a rule that binds "${binds}"`;
  if (standing === 'shown') return test === undefined ? 'no test' : undefined;
  if (standing !== 'deviates' && standing !== 'does not apply') return `a standing "${standing}"`;
  return reason === '' ? 'no reason' : undefined;
}

function judge(
  { file, title }: NamedTest,
  { rfc, section }: MustSection,
  titles: readonly (readonly string[])[] | undefined,
): string {
  if (titles === undefined) return `no file ${file}`;
  const found = titles.filter((path) => path.at(-1) === title);
  if (found.length === 0) return `no test "${title}" in ${file}`;
  return found.some((path) => namesSection(path, rfc, section))
    ? followed
    : `a test that does not name §${section} of RFC ${rfc}: "${title}" in ${file}`;
}

/**
 * Compares the ledger with the texts: as many rules in each section as it has keywords, so that none is forgotten.
 * @param sections - the ledger
 * @param folder - of the texts, `rfc3261.txt` and so on
 * @param isInScope - the sections that the ledger is about
 */
export function checkCounts(
  sections: readonly MustSection[],
  folder: string,
  isInScope: InScope,
): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  for (const rfc of new Set(sections.map((one) => one.rfc))) {
    const counts = keywordsBySection(readFileSync(join(folder, `rfc${rfc}.txt`), 'utf8'));
    const written = new Map(
      sections.filter((one) => one.rfc === rfc).map(({ musts, section }) => [section, musts.length]),
    );
    const wanted = [...counts.keys()].filter((section) => isInScope(rfc, section));
    for (const section of new Set([...wanted, ...written.keys()])) {
      const rules = (count: number) => `${count} ${count === 1 ? 'rule' : 'rules'}`;
      cases.push({
        id: `RFC ${rfc} §${section}`,
        expected: rules(counts.get(section) ?? 0),
        actual: rules(written.get(section) ?? 0),
      });
    }
  }
  return cases;
}
