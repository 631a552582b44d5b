import type ts from 'typescript';
import { docCommentOf } from '../check/source/doc-comment.ts';

/** What is said of a declaration, as Markdown. */
export interface DocMarkdown {
  readonly summary: string;
  /** By name; of a part of a parameter, e.g. `options.host`, too. */
  readonly parameters: readonly { readonly name: string; readonly text: string }[];
  readonly returns: string;
  readonly throws: readonly string[];
  readonly see: readonly string[];
  readonly examples: readonly string[];
  readonly remarks: string;
  readonly defaultValue: string;
  /** Empty where it is not deprecated. */
  readonly deprecated: string;
}

/**
 * What the comment of a declaration says.
 *
 * @param nodes - all of the declaration: the first one with a comment counts
 */
export function docMarkdown(nodes: readonly ts.Node[]): DocMarkdown {
  const comment = nodes.map(docCommentOf).find((one) => one !== undefined);
  const bodies = (...tags: string[]): string[] =>
    (comment?.tags ?? []).filter(({ tag }) => tags.includes(tag)).map(({ body }) => markdownOf(body));
  const [returns = '', remarks = '', defaultValue = '', deprecated = ''] = [
    'returns',
    'remarks',
    'defaultValue',
    'deprecated',
  ].map((tag) => bodies(tag)[0]);
  return {
    summary: markdownOf(comment?.summary ?? ''),
    parameters: bodies('param', 'typeParam').map((body) => {
      const match = /^(\S+) - (.*)$/s.exec(body);
      return { name: match?.[1] ?? '', text: match?.[2] ?? body };
    }),
    returns,
    throws: bodies('throws'),
    see: bodies('see'),
    examples: bodies('example'),
    remarks,
    defaultValue,
    deprecated,
  };
}

/**
 * The text of a comment as Markdown of the site: outside code, what would be a tag of HTML or a placeholder of the page
 * is shown as it is written, and `{@link name}` is that name.
 *
 * @param text - of a comment, without its stars
 */
export function markdownOf(text: string): string {
  return text
    .trim()
    .split(/(```.*?```|`[^`]*`)/s)
    .map((part, index) => (index % 2 === 1 ? part : escaped(part)))
    .join('');
}

function escaped(text: string): string {
  return text
    .replaceAll(/\{@link\s+([^\s|}]+)(?:\s*\|?\s*([^}]*))?\}/g, (_, name: string, label = '') =>
      label === '' ? `\`${name}\`` : label,
    )
    .replaceAll('<', '&lt;')
    .replaceAll('{{', '&#123;&#123;');
}
