import { expect, it } from 'vitest';
import { reachedDeclarations } from './leave-reached-declarations.ts';

it('leaves the declarations that an entry names, by whatever way, and those that these name', () => {
  const files: Readonly<Record<string, string>> = {
    '/dist/index.d.ts': 'export { a } from \'./a.ts\';\nexport type { B } from "./b/index.ts";',
    '/dist/a.d.ts': "export declare const a: import('./c.ts').C;",
    '/dist/b/index.d.ts':
      "import type { D } from '../d.ts';\nimport { readFile } from 'node:fs';\nexport interface B { d: D }",
    '/dist/c.d.ts': 'export type C = string;',
    '/dist/d.d.ts': "import type { B } from './b/index.ts';\nexport type D = B | undefined;",
    '/dist/inside.d.ts': "import './a.ts';",
  };
  const reached = reachedDeclarations(['/dist/index.d.ts'], (file) => files[file] ?? '');
  expect([...reached].sort()).toEqual(
    Object.keys(files)
      .filter((file) => file !== '/dist/inside.d.ts')
      .sort(),
  );
});
