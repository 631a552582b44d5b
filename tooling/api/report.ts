import { posix } from 'node:path';
import { declarationText } from './declaration-text.ts';
import type { EntryPoint } from './entry-points.ts';
import type { Declared } from './modules.ts';
import type { Surface } from './surface.ts';

/** Where the report of an entry point is kept: beside its package, outside of what is published. */
export function reportPath({ home, part }: EntryPoint): string {
  return posix.join(home, 'api', `${part === '' ? 'index' : part.replaceAll('/', '.')}.api.md`);
}

/**
 * What an entry point shows, as a text of which each line is part of its contract.
 *
 * @param surface - of the entry point
 */
export function renderReport({ entry, exports, foreign, inner }: Surface): string {
  const lines = [`# ${entry.specifier}`, '', 'Written by `pnpm check api --write`.', '', '```ts'];
  for (const { as, module, name } of foreign)
    lines.push(`export { ${name === as ? name : `${name} as ${as}`} } from '${module}';`, '');
  for (const one of exports) lines.push(...declarations(one, 'export '), ...renamed(one.name, one.as), '');
  if (inner.length > 0) lines.push('// Not exported, and named by what is:', '');
  for (const one of inner) lines.push(...declarations(one, ''), '');
  lines.pop();
  return `${lines.join('\n')}\n\`\`\`\n`;
}

function declarations({ nodes }: Declared, prefix: string): string[] {
  return nodes.map((node) => prefix + declarationText(node));
}

function renamed(name: string, as: string): string[] {
  return name === as ? [] : [`// exported as ${as}`];
}
