import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { checkCycles } from './cycles.ts';
import { checkFloors } from './floors.ts';
import { checkFolders } from './folders.ts';
import { checkHelpImports } from './help-imports.ts';
import { checkLightImports } from './light-imports.ts';
import { checkLinks } from './links.ts';
import { checkManifests } from './manifests.ts';
import { checkPhrases } from './phrases/check-phrases.ts';
import type { PhraseException } from './phrases/exceptions.ts';
import type { RetiredPhrase } from './phrases/retired.ts';
import { type Problem, renderProblem } from './problem.ts';
import { checkPurity } from './purity.ts';
import { checkReplacedModules } from './replaced-modules.ts';
import { checkServerImports } from './server-imports.ts';
import { readSources } from './source/source-file.ts';
import { checkSpelling } from './spelling/check-spelling.ts';
import { checkTestWaits } from './test-waits.ts';
import { plantTree } from './testing/planted-tree.ts';
import { checkTsdoc } from './tsdoc.ts';

/** A rule of a check: small repositories that keep it or break it, and what is said of them. */
interface Rule {
  readonly title: string;
  readonly cases: readonly Case[];
}

interface Case {
  readonly files: Readonly<Record<string, string>>;
  /** To the retired phrases of these cases. */
  readonly exceptions?: readonly PhraseException[];
  /** As the check prints them. */
  readonly problems: readonly string[];
}

const phrases: readonly RetiredPhrase[] = [
  { phrase: 'door', pattern: /doors?/, instead: 'listener', names: true },
  { phrase: 'tell apart', pattern: /tells? apart/, instead: 'distinguish', names: true },
];

/** The checks, by the names of their files of cases. */
const checks: Readonly<Record<string, (root: string, of: Case) => readonly Problem[]>> = {
  cycles: (root) => checkCycles(root),
  floors: (root) => checkFloors(root),
  folders: (root) => checkFolders(root),
  'help-imports': (root) => checkHelpImports(root),
  'light-imports': (root) => checkLightImports(root),
  links: (root) => checkLinks(root),
  manifests: (root) => checkManifests(root),
  phrases: (root, { exceptions = [] }) => checkPhrases(root, undefined, { phrases, exceptions }),
  purity: (root) => checkPurity(root),
  'replaced-modules': (root) => checkReplacedModules(readSources(root)),
  'server-imports': (root) => checkServerImports(root),
  spelling: (root) => checkSpelling(root),
  'test-waits': (root) => checkTestWaits(readSources(root)),
  tsdoc: (root) => checkTsdoc(root),
};

describe.each(Object.entries(checks))('the check of %s', (name, check) => {
  const rules = parse(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')) as Rule[];

  it.each(rules)('$title', ({ cases }) => {
    for (const one of cases) {
      using tree = plantTree(one.files);
      expect(check(tree.root, one).map(renderProblem), JSON.stringify(one.files)).toEqual(one.problems);
    }
  });
});
