import { expect, it } from 'vitest';
import { checkHelpImports } from './help-imports.ts';
import { plantTree } from './testing/planted-tree.ts';

function problems(program: string): string[] {
  using tree = plantTree({
    'apps/cli/src/bin.ts': "import { run } from '@entente/commands';\nrun();\n",
    'packages/commands/package.json': JSON.stringify({
      name: '@entente/commands',
      exports: { '.': { '@entente/source': './src/program.ts' } },
    }),
    'packages/commands/src/program.ts': program,
    'packages/commands/src/commands/a.ts': "import '@entente/host';\n",
  });
  return checkHelpImports(tree.root).map(({ file, message }) => `${file}: ${message}`);
}

it('passes a command line that loads a command once it is named', () => {
  const program =
    "import 'commander';\nimport type { A } from '@entente/host';\nexport const run = () => import('./commands/a.ts');\n";
  expect(problems(program)).toEqual([]);
});

it('refuses one that loads a command, or a package, for its help', () => {
  expect(
    problems("import './commands/a.ts';\nimport { b } from '@entente/host';\nexport const run = b;\n"),
  ).toEqual([
    'packages/commands/src/program.ts: is loaded for the help, and loads ./commands/a.ts; import() it where it is needed',
    'packages/commands/src/program.ts: is loaded for the help, and loads @entente/host; import() it where it is needed',
  ]);
});
