import type { MarkdownRenderer } from 'vitepress';
import { addressOf, apiPageOf, pageOf, siteLink } from './site-paths.ts';

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
 * name of an entry point in a text, as code, leads to its page.
 *
 * @param md - the renderer of the site
 * @param targets - what there is
 */
export function markdownLinks(md: MarkdownRenderer, targets: LinkTargets): void {
  md.core.ruler.push('repository-links', ({ env, tokens }) => {
    const { frontmatter, relativePath } = env as {
      readonly frontmatter?: { readonly source?: string };
      readonly relativePath?: string;
    };
    const from = frontmatter?.source ?? `docs/${relativePath ?? ''}`;
    const own = frontmatter?.source === undefined ? relativePath : pageOf(targets.root, from);
    for (const [index, token] of tokens.entries()) {
      if (token.children === null) continue;
      const resolved = resolveLinks(token.children, from, targets);
      const isTitle = tokens[index - 1]?.type === 'heading_open';
      token.children = isTitle ? resolved : linkNames(resolved, own, targets);
    }
  });
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

function linkNames(tokens: readonly Token[], own: string | undefined, { specifiers }: LinkTargets): Token[] {
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
