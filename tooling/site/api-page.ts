import ts from 'typescript';
import { declarationText } from '../api/declaration-text.ts';
import type { Declared } from '../api/modules.ts';
import type { Surface } from '../api/surface.ts';
import { type ApiIndex, anchorOf } from './api-index.ts';
import { docMarkdown } from './doc-markdown.ts';
import { inlineCode, renderContract, renderMembers } from './members.ts';

/** What an entry point is, for the head of its page. */
export interface ApiPageHead {
  /** Address of the page of the package. */
  readonly packagePage: string;
  /** Of the package, from its package.json. */
  readonly description: string;
}

/** An export, or what one names, with its anchor. */
type Shown = Declared & { readonly as: string; readonly anchor: string };

const groups: readonly { readonly title: string; readonly holds: (node: ts.Node) => boolean }[] = [
  { title: 'Functions', holds: ts.isFunctionDeclaration },
  { title: 'Classes', holds: ts.isClassDeclaration },
  { title: 'Constants', holds: ts.isVariableStatement },
  { title: 'Interfaces', holds: ts.isInterfaceDeclaration },
  { title: 'Types', holds: () => true },
];

/**
 * The page of an entry point: each export with its declaration, what is said of it, and links to what it names.
 *
 * @param surface - what it exports
 * @param index - where everything is
 * @param head - what stands above
 */
export function renderApiPage(surface: Surface, index: ApiIndex, head: ApiPageHead): string {
  const { entry, exports, foreign, inner } = surface;
  const count = exports.length + foreign.length;
  const lines = [
    '---',
    'outline: [2, 3]',
    '---',
    '',
    `# ${entry.specifier}`,
    '',
    `${head.description}. [About the package](${head.packagePage})`,
    '',
    '```ts',
    `import { … } from '${entry.specifier}'; // ${count} ${count === 1 ? 'export' : 'exports'}`,
    '```',
  ];
  const left = new Set(exports);
  for (const { holds, title } of groups) {
    const members = [...left].filter(({ nodes }) => nodes.some(holds));
    if (members.length === 0) continue;
    lines.push('', `## ${title} {#all-${title.toLowerCase()}}`);
    for (const one of members) {
      left.delete(one);
      lines.push(...renderExport({ ...one, anchor: anchorOf(one.as) }, index, entry.specifier));
    }
  }
  if (foreign.length > 0) {
    lines.push('', '## Passed on from other packages {#all-passed-on}', '');
    for (const { as, module, name } of foreign)
      lines.push(`- ${inlineCode(as)}: ${inlineCode(name)} of ${inlineCode(module)}`);
  }
  if (inner.length > 0) {
    lines.push('', '## Named above, and not exported {#all-not-exported}');
    for (const one of inner) {
      const anchor = index.anchorIn(one, entry.specifier);
      lines.push(...renderExport({ ...one, as: one.name, anchor }, index, entry.specifier));
    }
  }
  return `${lines.join('\n')}\n`;
}

function renderExport(one: Shown, index: ApiIndex, specifier: string): string[] {
  const doc = docMarkdown(one.nodes);
  const lines = ['', `### ${one.as} {#${one.anchor}}`, '', '```ts'];
  for (const node of one.nodes) lines.push(hasMembers(node) ? headOf(node) : declarationText(node));
  lines.push('```', '', doc.summary, '', ...renderContract(doc));
  for (const node of one.nodes) {
    if (!hasMembers(node)) continue;
    const members = renderMembers(node);
    if (members.length > 0) lines.push('', ...members);
  }
  if (doc.defaultValue !== '') lines.push('', `Default: ${doc.defaultValue}`);
  for (const example of doc.examples) lines.push('', '**Example**', '', example);
  const links = index.linksFrom(one, specifier);
  if (links.length > 0)
    lines.push('', `Types: ${links.map(({ href, name }) => `[${name}](${href})`).join(', ')}`);
  return lines;
}

function hasMembers(node: ts.Node): node is ts.InterfaceDeclaration | ts.ClassDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isClassDeclaration(node);
}

/** An interface or class without its members. */
function headOf(node: ts.InterfaceDeclaration | ts.ClassDeclaration): string {
  return node
    .getSourceFile()
    .text.slice(node.getStart(), node.members.pos)
    .replace(/^(?:export )?(?:default )?(?:declare )?/, '')
    .replace(/\s*\{$/, '');
}
