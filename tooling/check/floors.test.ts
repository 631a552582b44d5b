import { describe, expect, it } from 'vitest';
import { checkCycles } from './cycles.ts';
import { checkFloors } from './floors.ts';
import { manifest, plantTree } from './testing/planted-tree.ts';

function floorProblems(files: Readonly<Record<string, string>>): string[] {
  using tree = plantTree(files);
  return checkFloors(tree.root).map(({ file, message }) => `${file}: ${message}`);
}

describe('the floors', () => {
  it('allow an import from a lower floor', () => {
    const files = {
      'packages/x509/src/index.ts': 'export const a = 1;',
      'packages/trust/src/index.ts': "import { a } from '@entente/x509';\nexport const b = a;",
    };
    expect(floorProblems(files)).toEqual([]);
  });

  it('refuse an import from a higher floor, whatever its form', () => {
    const forms = [
      "import { b } from '@entente/trust';\nexport const a = b;",
      "import type { b } from '@entente/trust';\nexport type A = typeof b;",
      "export { b } from '@entente/trust';",
      "export const a = () => import('@entente/trust');",
      "export type A = import('@entente/trust').B;",
      "export const a = import.meta.resolve('@entente/trust');",
    ];
    for (const form of forms) {
      const files = { 'packages/trust/src/index.ts': '', 'packages/x509/src/index.ts': form };
      expect(floorProblems(files), form).toEqual([
        'packages/x509/src/index.ts: x509 (floor 1) imports trust (floor 2), above it; imports point down only',
      ]);
    }
  });

  it('refuse an import from the same floor', () => {
    const files = {
      'packages/topology/src/index.ts': '',
      'packages/trust/src/index.ts': "export { a } from '@entente/topology';",
    };
    expect(floorProblems(files)[0]).toContain('beside it on the same floor');
  });

  it('refuse an upward import from a test too', () => {
    const files = {
      'packages/trust/src/index.ts': '',
      'packages/x509/src/a.test.ts': "import '@entente/trust';",
    };
    expect(floorProblems(files)[0]).toContain('above it');
  });

  it('let tests import testkit, and nothing else', () => {
    const kit = {
      'packages/testkit/src/index.ts': "import '@entente/tls';",
      'packages/tls/src/index.ts': '',
    };
    const test = { ...kit, 'packages/tls/src/a.test.ts': "import '@entente/testkit';" };
    expect(floorProblems(test)).toEqual([]);
    const product = { ...kit, 'packages/tls/src/a.ts': "import '@entente/testkit';" };
    expect(floorProblems(product)[0]).toContain('only tests and tooling may import');
  });

  it('refuse testkit and higher rooms in a package.json, as development dependency too', () => {
    const trust = manifest('@entente/trust', {
      dependencies: { '@entente/tls': 'workspace:*' },
      devDependencies: { '@entente/testkit': 'workspace:*' },
    });
    const problems = floorProblems({ 'packages/trust/package.json': trust });
    expect(problems).toHaveLength(4);
    expect(problems[0]).toContain('dependencies: trust (floor 2) imports tls (floor 3)');
    expect(problems[1]).toContain('devDependencies: trust names testkit');
  });

  it('refuse a room as dependency that is never imported', () => {
    const trust = manifest('@entente/trust', { dependencies: { '@entente/x509': 'workspace:*' } });
    const files = { 'packages/x509/src/index.ts': '', 'packages/trust/package.json': trust };
    expect(floorProblems(files)).toEqual([
      'packages/trust/package.json: depends on @entente/x509, which it never imports',
    ]);
    expect(floorProblems({ ...files, 'packages/trust/src/a.ts': "import '@entente/x509';" })).toEqual([]);
  });

  it('refuse a path into another package, and an entry point it does not export', () => {
    const x509 = { 'packages/x509/src/index.ts': '', 'packages/x509/src/der.ts': '' };
    const byPath = { ...x509, 'packages/trust/src/index.ts': "import '../../x509/src/der.ts';" };
    expect(floorProblems(byPath)[0]).toContain('lies outside packages/trust');
    const byEntry = { ...x509, 'packages/trust/src/index.ts': "import '@entente/x509/src/der.ts';" };
    expect(floorProblems(byEntry)[0]).toContain('which x509 does not export');
  });

  it('refuse internal/ as an entry point or behind one', () => {
    const exports = { './secret': { '@entente/source': './src/internal/secret.ts' } };
    const asEntry = { 'packages/x509/package.json': manifest('@entente/x509', { exports }) };
    expect(floorProblems(asEntry)[0]).toContain('internal/ is never exported');
    const behind = { 'packages/x509/src/index.ts': "export { a } from './internal/a.ts';" };
    expect(floorProblems(behind)[0]).toContain('internal/ is never exported');
  });

  it('refuse a star export and a default export in an entry point', () => {
    const star = { 'packages/x509/src/index.ts': "export * from './a.ts';" };
    expect(floorProblems(star)[0]).toContain('star export');
    const everything = { ...star, 'packages/x509/src/a.ts': 'export const a = 1;' };
    expect(floorProblems(everything)[0]).toContain('star export');
    const list = { ...star, 'packages/x509/src/a.ts': "export { a, type B } from './b.ts';" };
    expect(floorProblems(list)).toEqual([]);
    expect(floorProblems({ 'packages/x509/src/index.ts': 'export default 1;' })[0]).toContain(
      'default export',
    );
  });

  it('refuse a package that the house does not know', () => {
    expect(floorProblems({ 'packages/shed/src/index.ts': '' })[0]).toContain('stands on no floor');
  });
});

describe('the cycle check', () => {
  function cycles(files: Readonly<Record<string, string>>): string[] {
    using tree = plantTree(files);
    return checkCycles(tree.root).map(({ message }) => message);
  }

  it('refuses two files that import each other, also through types only or an entry point', () => {
    expect(
      cycles({
        'packages/x509/src/a.ts': "import { b } from './b.ts';\nexport const a = () => b;",
        'packages/x509/src/b.ts': "import type { a } from './c.ts';\nexport const b = 1;",
        'packages/x509/src/c.ts': "export { a } from './index.ts';",
        'packages/x509/src/index.ts': "export { a } from './a.ts';",
      }),
    ).toEqual([
      'is in a circular import: packages/x509/src/a.ts → packages/x509/src/b.ts → packages/x509/src/c.ts → packages/x509/src/index.ts',
    ]);
    expect(
      cycles({
        'packages/x509/src/a.ts': "import '@entente/x509';",
        'packages/x509/src/index.ts': "import './a.ts';",
      }),
    ).toHaveLength(1);
  });

  it('refuses a file that imports itself and passes a diamond', () => {
    expect(cycles({ 'packages/x509/src/a.ts': "import './a.ts';" })).toHaveLength(1);
    expect(
      cycles({
        'packages/x509/src/a.ts': "import './b.ts';\nimport './c.ts';",
        'packages/x509/src/b.ts': "import './d.ts';",
        'packages/x509/src/c.ts': "import './d.ts';",
        'packages/x509/src/d.ts': '',
      }),
    ).toEqual([]);
  });
});
