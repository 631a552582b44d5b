import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../docs/decisions/', import.meta.url);
const decisions = readdirSync(folder).filter((name) => /^\d{4}-/.test(name));

describe('a decision', () => {
  it.each(decisions)('fits on a page and is in the index: %s', (name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    expect(text.split('\n').length).toBeLessThanOrEqual(65);
    expect(text.length).toBeLessThanOrEqual(5_200);
    expect(readFileSync(new URL('index.md', folder), 'utf8')).toContain(`(${name})`);
  });
});
