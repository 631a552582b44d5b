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
import { type Problem, renderProblem } from './problem.ts';
import { checkPurity } from './purity.ts';
import { checkReplacedModules } from './replaced-modules.ts';
import { checkServerImports } from './server-imports.ts';
import { readSources } from './source/source-file.ts';
import { checkTestWaits } from './test-waits.ts';
import { plantTree } from './testing/planted-tree.ts';
import { checkTsdoc } from './tsdoc.ts';

/** A rule of a check: small repositories that keep it or break it, and what is said of them. */
interface Rule {
  readonly title: string;
  readonly cases: readonly {
    readonly files: Readonly<Record<string, string>>;
    /** As the check prints them. */
    readonly problems: readonly string[];
  }[];
}

/** The checks, by the names of their files of cases. */
const checks: Readonly<Record<string, (root: string) => readonly Problem[]>> = {
  cycles: checkCycles,
  floors: checkFloors,
  folders: checkFolders,
  'help-imports': checkHelpImports,
  'light-imports': checkLightImports,
  links: checkLinks,
  manifests: checkManifests,
  purity: checkPurity,
  'replaced-modules': (root) => checkReplacedModules(readSources(root)),
  'server-imports': checkServerImports,
  'test-waits': (root) => checkTestWaits(readSources(root)),
  tsdoc: checkTsdoc,
};

describe.each(Object.entries(checks))('the check of %s', (name, check) => {
  const rules = parse(readFileSync(new URL(`cases/${name}.yaml`, import.meta.url), 'utf8')) as Rule[];

  it.each(rules)('$title', ({ cases }) => {
    for (const { files, problems } of cases) {
      using tree = plantTree(files);
      expect(check(tree.root).map(renderProblem), JSON.stringify(files)).toEqual(problems);
    }
  });
});
