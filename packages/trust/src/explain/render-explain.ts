import { isRecord } from '@entente/options';
import { misuse } from '../misuse.ts';
import { escapeInvisible } from './escape-invisible.ts';
import type { ExplainNode, ExplainTree } from './explain-tree.ts';

const signs = { passed: '✓', failed: '✗', skipped: '○', unreached: '·', noted: ' ' } as const;
const colours = { passed: 32, failed: 31, skipped: 33, unreached: 90, noted: 90 } as const;

/**
 * Turns an explanation into text for a terminal or a log. The peer chose the names in it: they are escaped.
 *
 * @param tree - from `explain`
 * @param options - `colour`: with ANSI colours; only for a terminal
 * @throws TrustFault `ENTENTE_BAD_VERDICT`
 * @returns lines, without a line end after the last one
 */
export function renderExplain(tree: ExplainTree, options: { readonly colour: boolean }): string {
  checkTree(tree, options);
  const paint = (state: ExplainNode['state'], text: string): string =>
    options.colour ? `\u001b[${colours[state]}m${text}\u001b[0m` : text;
  const lines = [
    paint(tree.trusted ? 'passed' : 'failed', `${tree.trusted ? '✓' : '✗'} ${escapeInvisible(tree.title)}`),
  ];
  const last = tree.stages.length - 1;
  for (const [index, stage] of tree.stages.entries()) {
    const isLast = index === last && tree.remedy === undefined;
    lines.push(
      `${isLast ? '└' : '├'}─ ${paint(stage.state, `${signs[stage.state]} ${escapeInvisible(stage.text)}`)}`,
    );
    for (const child of stage.children) {
      lines.push(
        `${isLast ? ' ' : '│'}    ${paint(child.state, `${signs[child.state]} ${escapeInvisible(child.text)}`)}`,
      );
    }
  }
  if (tree.remedy !== undefined) lines.push(`└─ → ${escapeInvisible(tree.remedy)}`);
  return lines.join('\n');
}

function checkTree(tree: unknown, options: unknown): void {
  const { stages, title } = (isRecord(tree) ? tree : {}) as Partial<Record<keyof ExplainTree, unknown>>;
  if (!Array.isArray(stages) || typeof title !== 'string')
    throw misuse('ENTENTE_BAD_VERDICT', 'tree of renderExplain', 'the tree that explain returned', tree);
  const colour: unknown = isRecord(options) ? Reflect.get(options, 'colour') : null;
  // Where there is no terminal, `process.stdout.isTTY` is undefined.
  const isKnown = isRecord(options) && Object.keys(options).every((name) => name === 'colour');
  if (!isKnown || (colour !== undefined && typeof colour !== 'boolean'))
    throw misuse(
      'ENTENTE_BAD_VERDICT',
      'options of renderExplain',
      '{ colour: true } or { colour: false }',
      options,
    );
}
