import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const root = new URL('../../', import.meta.url);
const folder = new URL('.changeset/', root);
const changesets = readdirSync(folder).filter((name) => name.endsWith('.md') && name !== 'README.md');
const packages = new Set(
  ['packages', 'apps'].flatMap((kind) =>
    readdirSync(new URL(`${kind}/`, root)).map((name) => {
      const manifest = readFileSync(new URL(`${kind}/${name}/package.json`, root), 'utf8');
      return (JSON.parse(manifest) as { name: string }).name;
    }),
  ),
);

describe('a changeset', () => {
  it.each(changesets)('names packages of ours with how far each goes, and what changes: %s', (name) => {
    const [, front, text] =
      /^---\n(.*?)\n---\n(.*)$/s.exec(readFileSync(new URL(name, folder), 'utf8')) ?? [];
    const bumps = Object.entries(parse(front ?? '') as Record<string, string>);
    expect(bumps).not.toHaveLength(0);
    for (const [named, bump] of bumps) {
      expect(packages).toContain(named);
      expect(['patch', 'minor', 'major']).toContain(bump);
    }
    expect(text?.trim()).not.toBe('');
  });
});
