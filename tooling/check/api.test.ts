import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkApi } from './api.ts';
import { manifest, plantTree } from './testing/planted-tree.ts';

const source = `
import { Name } from './name.ts';
export { Name as X509Name } from './name.ts';

/** Something read. */
interface Read { readonly text: string }

/** Reads. */
export function read(name: Name, maxBytes = 65_536) {
  const result: Read = { text: \`\${name.text}\${maxBytes}\` };
  return result;
}

/** Reads again and again. */
export class Reader {
  #seen = 0;
  private readonly all: string[] = [];
  /** @internal */
  trace(): void {}
  private constructor() {}
  /** The next one. */
  next(): number {
    this.all.push('next');
    return ++this.#seen;
  }
}
`;
const name = '/** A name. */\nexport interface Name {\n  /** All of it. */\n  readonly text: string;\n}\n';
const files = {
  'packages/x509/src/index.ts': source,
  'packages/x509/src/name.ts': name,
  'packages/x509/src/node/index.ts': '/** How many. */\nexport const limit: number = 1;\n',
  'packages/x509/package.json': manifest('@entente/x509', {
    exports: {
      '.': { '@entente/source': './src/index.ts', default: './dist/index.js' },
      './node': { '@entente/source': './src/node/index.ts', default: './dist/node/index.js' },
      './own': { '@entente/source': './src/own.ts' },
      './schema.json': './schema.json',
    },
  }),
  'packages/x509/src/own.ts': '/** Fewest. */\nexport const fewest: number = 1;\n',
};
const report = 'packages/x509/api/index.api.md';

describe('the report of an entry point', () => {
  it('shows declarations by name, without bodies, comments and private members, and what they name', async () => {
    using tree = plantTree(files);
    expect(await checkApi(tree.root, undefined, true)).toEqual([]);
    expect(readFileSync(join(tree.root, report), 'utf8')).toBe(`# @entente/x509

Written by \`pnpm check api --write\`.

\`\`\`ts
export class Reader {
    private constructor();
    next(): number;
}

export interface Name {
    readonly text: string;
}
// exported as X509Name

export function read(name: Name, maxBytes?: number): Read;

// Not exported, and named by what is:

interface Read {
    readonly text: string;
}
\`\`\`
`);
    expect(existsSync(join(tree.root, 'packages/x509/api/node.api.md'))).toBe(true);
    expect(await checkApi(tree.root)).toEqual([]);
  });

  it('is written for what is published, not for an entry point that leads to sources alone', async () => {
    using tree = plantTree(files);
    expect(await checkApi(tree.root, undefined, true)).toEqual([]);
    expect(readdirSync(join(tree.root, 'packages/x509/api')).sort()).toEqual(['index.api.md', 'node.api.md']);
  });

  it('is refused where an export, or a type behind one, is another than it says, with what to run', async () => {
    using tree = plantTree(files);
    await checkApi(tree.root, undefined, true);
    writeFileSync(
      join(tree.root, 'packages/x509/src/name.ts'),
      name.replace('text: string', 'text?: string'),
    );
    expect(await checkApi(tree.root)).toEqual([
      {
        file: report,
        line: 12,
        message:
          'the report says "readonly text: string;", the sources say "readonly text?: string;"; look at what changed for those who use it, then pnpm check api --write',
      },
    ]);
  });

  it('passes where only a body, a comment or a private member is another one', async () => {
    using tree = plantTree(files);
    await checkApi(tree.root, undefined, true);
    const changed = source
      .replace('Reads again', 'Reads once more, again')
      .replace("push('next')", "push('other')")
      .replace('#seen', '#count');
    writeFileSync(
      join(tree.root, 'packages/x509/src/index.ts'),
      changed.replace('++this.#seen', '++this.#count'),
    );
    expect(await checkApi(tree.root)).toEqual([]);
  });

  it('is refused where it is missing, and where nothing is exported under its name', async () => {
    using tree = plantTree(files);
    await checkApi(tree.root, undefined, true);
    rmSync(join(tree.root, report));
    writeFileSync(join(tree.root, 'packages/x509/api/old.api.md'), '# @entente/x509/old\n');
    expect((await checkApi(tree.root)).map(({ file }) => file)).toEqual([
      report,
      'packages/x509/api/old.api.md',
    ]);
    await checkApi(tree.root, undefined, true);
    expect(existsSync(join(tree.root, 'packages/x509/api/old.api.md'))).toBe(false);
    expect(await checkApi(tree.root)).toEqual([]);
  });

  it('is none for a package that is not published', async () => {
    using tree = plantTree({
      ...files,
      'packages/x509/package.json': manifest('@entente/x509', { private: true }),
    });
    await checkApi(tree.root, undefined, true);
    expect(existsSync(join(tree.root, report))).toBe(false);
  });

  it('refuses what is shown without a summary, exported or not', async () => {
    using tree = plantTree({
      ...files,
      'packages/x509/src/index.ts': source
        .replace('/** Something read. */', '')
        .replace('/** Reads. */', '/** @returns what it reads */'),
    });
    expect(await checkApi(tree.root, undefined, true)).toEqual([
      { file: 'packages/x509/src/index.ts', message: 'read is shown by @entente/x509 and has no summary' },
      { file: 'packages/x509/src/index.ts', message: 'Read is shown by @entente/x509 and has no summary' },
    ]);
  });

  it('wants a summary also of what an entry point passes on that is for this repository alone', async () => {
    using tree = plantTree({
      ...files,
      'packages/x509/src/own.ts': "export { fewest as least } from './fewest.ts';\n",
      'packages/x509/src/fewest.ts': 'const fewest: number = 1;\nexport { fewest };\n',
    });
    expect((await checkApi(tree.root, undefined, true)).map(({ message }) => message)).toEqual([
      'fewest is shown by @entente/x509/own and has no summary',
    ]);
  });

  it('wants something said of each member that users of an exported type can name', async () => {
    using tree = plantTree({
      'packages/x509/src/index.ts': "export { Closer, type Name, Reader, type Point } from './a.ts';",
      'packages/x509/src/a.ts': [
        '/** A name. */',
        'export interface Name {',
        '  readonly common: string;',
        '  /** The whole of it. */',
        '  readonly text: string;',
        '}',
        '/** A base. */',
        'export class Base { close(): void {} }',
        '/** Reads. */',
        'export class Reader extends Base {',
        '  readonly "a-b" = 1;',
        '  readonly #own = 2;',
        '  private hidden = 3;',
        '  protected inner = 4;',
        '  override close() {}',
        '  _read() {}',
        '  [Symbol.dispose]() {}',
        '  get size(): number { return 1; }',
        '  /** Bytes. */',
        '  set size(value: number) {}',
        '}',
        '/** Closes. */',
        'export class Closer implements Closable {',
        '  close() {}',
        '  /** @returns whether it is */',
        '  isClosed() { return true; }',
        '  open() {}',
        '}',
        '/** A point. */',
        'export type Point = { readonly x: number };',
        '/** Ends. */',
        'interface Closable { close(): void }',
      ].join('\n'),
    });
    expect(
      (await checkApi(tree.root, undefined, true)).map(
        ({ line, message }) => `${line}: ${message.split(' is of')[0]}`,
      ),
    ).toEqual(['27: Closer.open', '3: Name.common', '30: Point.x', '11: Reader.a-b', '18: Reader.size']);
  });
});
