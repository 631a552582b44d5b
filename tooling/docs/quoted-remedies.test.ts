import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));

const guides = readdirSync(join(root, 'docs/guides')).map((file) => join(root, 'docs/guides', file));
const quoted = guides.flatMap((file) =>
  [...readFileSync(file, 'utf8').matchAll(/^ *(?:└─ → |remedy: )(.+)$/gm)].map((match) => match[1] ?? ''),
);

/** What the packages say, with the pieces of a text that is longer than a line put together. */
const said = readdirSync(join(root, 'packages'))
  .flatMap((name) =>
    readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
      .map((file) => readFileSync(join(root, 'packages', name, 'src', file), 'utf8')),
  )
  .join('\n');

describe('the output that a guide shows', () => {
  it('has the remedies that the programs give', () => {
    expect(quoted.length).toBeGreaterThan(2);
    expect(quoted.filter((remedy) => !said.includes(remedy))).toEqual([]);
  });
});
