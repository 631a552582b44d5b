import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manifest, plantTree } from '../check/testing/planted-tree.ts';
import { markdownOf } from './doc-markdown.ts';
import { searchedText } from './searched-text.ts';
import { writePages } from './write-pages.ts';

const files = {
  'packages/x509/README.md': '# @entente/x509\n\nReads.\n',
  'packages/x509/package.json': manifest('@entente/x509', {
    description: 'Certificates as values',
    exports: {
      '.': { '@entente/source': './src/index.ts', default: './dist/index.js' },
      './node': { '@entente/source': './src/node.ts', default: './dist/node.js' },
    },
  }),
  'packages/x509/src/index.ts': `
/** What is read: \`Map<string>\`, a Map<string>, {@link read}. */
export interface Input {
  /** Bytes, 1 to 65,536. */
  readonly maxBytes?: number;
  readonly text: string;
  /**
   * Reads on.
   * @param again - how often
   * @returns the rest
   */
  next(again: number): string;
}
interface Hidden { readonly a: Input }
/**
 * Reads.
 *
 * @param input - what, and
 * how much
 * @returns the hidden one
 * @throws Error \`ENTENTE_READ\` where it cannot
 * @example
 * \`\`\`ts
 * read({ text: 'a' });
 * \`\`\`
 */
export function read(input: Input): Hidden {
  return { a: input };
}
`,
  'packages/x509/src/node.ts':
    "import type { Input } from './index.ts';\n/** Inputs. */\nexport const inputs: readonly Input[] = [];\n",
  'examples/one/README.md': '# One\n',
  'packages/sip/README.md': '# @entente/sip\n',
  'packages/sip/package.json': manifest('@entente/sip', { private: true }),
  'docs/packages/sip.md': '<!--@include: ../../packages/sip/README.md-->\n',
};

const tree = plantTree(files);
let pages: ReadonlyMap<string, string>;
beforeAll(async () => {
  pages = await writePages(tree.root);
});
afterAll(() => tree[Symbol.dispose]());

describe('the pages that are written for the site', () => {
  it('are one for each entry point, one for each README, and one that lists the packages', () => {
    const lying = readdirSync(join(tree.root, 'docs/reference'), { recursive: true, encoding: 'utf8' });
    expect(lying.filter((file) => file.endsWith('.md')).sort()).toEqual([
      'api/index.md',
      'api/x509.md',
      'api/x509/node.md',
      'examples/one.md',
      'packages/x509.md',
    ]);
    expect(pages.get('reference/api/index.md')).toContain(
      '| [@entente/x509](/reference/packages/x509) | Certificates as values | [`@entente/x509`](/reference/api/x509), [`@entente/x509/node`](/reference/api/x509/node) |',
    );
    expect(pages.get('reference/packages/x509.md')).toBe(
      '---\nsource: packages/x509/README.md\n---\n\n# @entente/x509\n\nReads.\n',
    );
  });

  it('show of an export its declaration, what it takes, returns and throws, an example, and what it names', () => {
    const page = pages.get('reference/api/x509.md');
    expect(page).toContain(
      [
        '### read {#read}',
        '',
        '```ts',
        'function read(input: Input): Hidden;',
        '```',
        '',
        'Reads.',
        '',
        '- `input`: what, and',
        '  how much',
        '- returns: the hidden one',
        '- throws: Error `ENTENTE_READ` where it cannot',
        '',
        '**Example**',
        '',
        '```ts',
        "read({ text: 'a' });",
        '```',
        '',
        'Types: [Hidden](#Hidden), [Input](#Input)',
      ].join('\n'),
    );
    expect(page).toContain('## Named above, and not exported {#all-not-exported}\n\n### Hidden {#Hidden}');
  });

  it('show of an interface each member, with what is said of it', () => {
    expect(pages.get('reference/api/x509.md')).toContain(
      [
        'interface Input',
        '```',
        '',
        'What is read: `Map<string>`, a Map&lt;string>, `read`.',
        '',
        '',
        '- `maxBytes?: number`: Bytes, 1 to 65,536.',
        '- `text: string`',
        '- `next(again: number): string`: Reads on.',
        '  - `again`: how often',
        '  - returns: the rest',
      ].join('\n'),
    );
  });

  it('lead to the page of another entry point, where that exports what is named', () => {
    expect(pages.get('reference/api/x509/node.md')).toContain('Types: [Input](/reference/api/x509#Input)');
  });

  it('are searched for names and summaries, not for declarations', () => {
    const page = pages.get('reference/api/x509.md') ?? '';
    const searched = searchedText('reference/api/x509.md', page);
    expect(searched).toContain('### read {#read}');
    expect(searched).toContain('Reads.');
    expect(searched).not.toMatch(/function read|how much|Types:/);
    expect(searchedText('guides/a.md', page)).toBe(page);
  });
});

describe('pages of before', () => {
  it('are removed', async () => {
    const old = join(tree.root, 'docs/reference/api/old.md');
    writeFileSync(old, '# Old\n');
    await writePages(tree.root);
    expect(existsSync(old)).toBe(false);
  });
});

describe('the text of a comment', () => {
  it('is shown as it is written, outside code and in it', () => {
    expect(markdownOf('a Map<{{x}}>, `Map<{{x}}>`, {@link Input | the input}')).toBe(
      'a Map&lt;&#123;&#123;x}}>, `Map<{{x}}>`, the input',
    );
  });
});
