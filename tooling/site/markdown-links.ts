import type { MarkdownRenderer } from 'vitepress';
import { addressOf, apiPageOf, siteLink, sourceOfPage } from './site-paths.ts';

type Token = ReturnType<MarkdownRenderer['parseInline']>[number];

/** What links are resolved against. */
export interface LinkTargets {
  /** Absolute path of the repository. */
  readonly root: string;
  /** Where the repository is published; undefined while that is not known. */
  readonly address: string | undefined;
  /** The entry points that have a page, e.g. `@entente/trust/node`. */
  readonly specifiers: ReadonlySet<string>;
}

/**
 * Links that were written for readers of the repository lead to pages of the site: those to a README to its page, those to
 * other files to the repository where it is published, and a file that cannot be linked to is named without a link. The
 * name of an entry point in a text, as code, leads to its page, and the README of a package to those of its own.
 *
 * @param md - the renderer of the site
 * @param targets - what there is
 */
export function markdownLinks(md: MarkdownRenderer, targets: LinkTargets): void {
  md.core.ruler.push('repository-links', (state) => {
    const { frontmatter, relativePath } = state.env as {
      readonly frontmatter?: { readonly source?: string };
      readonly relativePath?: string;
    };
    if (relativePath === undefined) return;
    const from = sourceOfPage(targets.root, relativePath, frontmatter?.source);
    for (const [index, token] of state.tokens.entries()) {
      if (token.children === null) continue;
      const resolved = resolveLinks(token.children, from, targets);
      const isTitle = state.tokens[index - 1]?.type === 'heading_open';
      token.children = isTitle ? resolved : linkNames(resolved, relativePath, targets);
    }
    const [, name] = /^(?:packages|apps)\/([^/]+)\/README\.md$/.exec(from) ?? [];
    if (name === undefined) return;
    const title = state.tokens.findIndex(({ type }) => type === 'heading_close');
    state.tokens.splice(title + 1, 0, ...md.parse(exportsOf(name, targets), {}));
  });
}

/** Below the title of a README: the pages with what the package exports. */
function exportsOf(name: string, { specifiers }: LinkTargets): string {
  const own = [...specifiers].filter(
    (one) => one === `@entente/${name}` || one.startsWith(`@entente/${name}/`),
  );
  if (own.length === 0) return '';
  return `Exports: ${own.map((one) => `[\`${one}\`](${addressOf(apiPageOf(one))})`).join(', ')}`;
}

function resolveLinks(tokens: readonly Token[], from: string, { address, root }: LinkTargets): Token[] {
  const open: boolean[] = [];
  return tokens.filter((token) => {
    if (token.type === 'link_close') return open.pop() ?? true;
    if (token.type !== 'link_open') return true;
    const link = siteLink(root, from, String(token.attrGet('href') ?? ''));
    let stays = true;
    if (link?.kind === 'page') token.attrSet('href', link.address);
    else if (link !== undefined && address !== undefined)
      token.attrSet('href', `${address}/${link.isFolder ? 'tree' : 'blob'}/main/${link.path}`);
    else stays = link === undefined;
    open.push(stays);
    return stays;
  });
}

function linkNames(tokens: readonly Token[], own: string, { specifiers }: LinkTargets): Token[] {
  let depth = 0;
  return tokens.flatMap((token) => {
    if (token.type === 'link_open') depth++;
    if (token.type === 'link_close') depth--;
    if (depth > 0 || token.type !== 'code_inline' || !specifiers.has(token.content)) return [token];
    const page = apiPageOf(token.content);
    return page === own ? [token] : linked(token, addressOf(page));
  });
}

function linked(token: Token, href: string): Token[] {
  const make = token.constructor as new (type: string, tag: string, nesting: -1 | 0 | 1) => Token;
  const open = new make('link_open', 'a', 1);
  open.attrSet('href', href);
  return [open, token, new make('link_close', 'a', -1)];
}
