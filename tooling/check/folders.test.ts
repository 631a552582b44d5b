import { describe, expect, it } from 'vitest';
import { checkFolders } from './folders.ts';
import { manifest, plantTree } from './testing/planted-tree.ts';

function circles(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return checkFolders(tree.root).map(({ file, message }) => `${file}: ${message}`);
}

const src = 'packages/x509/src';

/** Two folders that need each other without a circle of files. */
const twoFolders = {
  [`${src}/name/text.ts`]: "import '../crl/entry.ts';",
  [`${src}/crl/entry.ts`]: '',
  [`${src}/crl/index-of-names.ts`]: "import type { A } from '../name/forms.ts';",
  [`${src}/name/forms.ts`]: 'export type A = 1;',
};

describe('the folder check', () => {
  it('refuses two folders that import each other, though no two files do, and says by what', () => {
    expect(circles(twoFolders)).toEqual([
      `${src}: folders import each other in a circle: crl/ → name/ → crl/ ` +
        '(crl/index-of-names.ts imports ../name/forms.ts, name/text.ts imports ../crl/entry.ts)',
    ]);
  });

  it('refuses a circle through a third folder, wherever in them the files stand', () => {
    const files = {
      [`${src}/a/one/x.ts`]: "import '../../b/x.ts';",
      [`${src}/b/x.ts`]: '',
      [`${src}/b/y.ts`]: "export * from '../c/x.ts';",
      [`${src}/c/x.ts`]: "export const a = () => import('../a/two/x.ts');",
      [`${src}/a/two/x.ts`]: '',
    };
    expect(circles(files)[0]).toContain('a/ → b/ → c/ → a/');
  });

  it('refuses a circle inside a folder, between a subfolder and the files beside it', () => {
    const files = {
      [`${src}/crl/decode.ts`]: "import './entry/read.ts';",
      [`${src}/crl/entry/read.ts`]: "import '../reason.ts';",
      [`${src}/crl/reason.ts`]: '',
    };
    expect(circles(files)[0]).toContain(`${src}/crl: folders import each other`);
  });

  it('refuses a file in src that a folder imports and that imports the folder', () => {
    const files = {
      [`${src}/algorithm.ts`]: "import './der/reader.ts';",
      [`${src}/der/reader.ts`]: '',
      [`${src}/der/oid.ts`]: "import type { A } from '../algorithm.ts';",
    };
    expect(circles(files)[0]).toContain('algorithm.ts → der/ → algorithm.ts');
  });

  it('passes a file in src at the bottom and one at the top', () => {
    const files = {
      [`${src}/problem.ts`]: '',
      [`${src}/der/reader.ts`]: "import '../problem.ts';",
      [`${src}/certificate.ts`]: "import './der/reader.ts';",
    };
    expect(circles(files)).toEqual([]);
  });

  it('passes an entry point that lists what folders offer, in src and in a folder, while the folders use files beside it', () => {
    const exports = {
      '.': { '@entente/source': './src/index.ts' },
      './node': { '@entente/source': './src/node/index.ts' },
    };
    const files = {
      'packages/x509/package.json': manifest('@entente/x509', { exports }),
      [`${src}/index.ts`]: "export { a } from './der/reader.ts';",
      [`${src}/der/reader.ts`]: "import '../problem.ts';",
      [`${src}/problem.ts`]: '',
      [`${src}/node/index.ts`]: "export { b } from './fetch/b.ts';",
      [`${src}/node/fetch/b.ts`]: "import '../fault.ts';",
      [`${src}/node/fault.ts`]: '',
    };
    expect(circles(files)).toEqual([]);
    const { 'packages/x509/package.json': _, ...withoutEntry } = files;
    expect(circles(withoutEntry)[0]).toContain(`${src}/node: `);
  });

  it('refuses an entry point that a folder imports back', () => {
    const files = {
      [`${src}/index.ts`]: "export { a } from './der/reader.ts';",
      [`${src}/der/reader.ts`]: '',
      [`${src}/der/oid.ts`]: "import '../index.ts';",
    };
    expect(circles(files)[0]).toContain('index.ts → der/');
  });

  it('passes the imports of tests, and of other packages', () => {
    const files = {
      [`${src}/name/a.ts`]: "import '../der/a.ts';\nimport '@entente/sip';",
      [`${src}/der/a.ts`]: '',
      [`${src}/der/a.test.ts`]: "import '../name/a.ts';",
      'packages/sip/src/index.ts': '',
    };
    expect(circles(files)).toEqual([]);
  });
});
