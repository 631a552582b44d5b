import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { read, root } from './repository-text.ts';

describe('a decision', () => {
  const index = read('docs/decisions/index.md');
  const decisions = readdirSync(join(root, 'docs/decisions')).filter((name) => /^\d{4}-/.test(name));

  it.each(decisions)('fits on a page and is in the index: %s', (name) => {
    const text = read(`docs/decisions/${name}`);
    expect(text.split('\n').length).toBeLessThanOrEqual(65);
    expect(text.length).toBeLessThanOrEqual(5_200);
    expect(index).toContain(`(${name})`);
  });
});
