import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/log.md'), 'utf8');

/** The sources of everything that a server runs; the demo client writes lines of its own. */
const sources = ['packages', 'apps'].flatMap((floor) =>
  readdirSync(join(root, floor))
    .filter((name) => name !== 'demo-client' && name !== 'testkit')
    .flatMap((name) =>
      readdirSync(join(root, floor, name, 'src'), { recursive: true, encoding: 'utf8' })
        .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
        .map((file) => readFileSync(join(root, floor, name, 'src', file), 'utf8')),
    ),
);

const logged = new Set(
  sources.flatMap((text) => [...text.matchAll(/\bevent: '([a-z-]+)'/g)].map((match) => match[1] ?? '')),
);
const rows = (page.split('\n## Events\n')[1] ?? '').split('\n').filter((line) => line.startsWith('| `'));
const documented = new Set(
  rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([a-z-]+)`/g)].map((match) => match[1] ?? ''),
  ),
);

describe('the page about the log', () => {
  it('lists every event that a server writes, and none that none writes', () => {
    expect(logged.size).toBeGreaterThan(20);
    expect([...documented].sort()).toEqual([...logged].sort());
  });

  it('every line of a log has an event', () => {
    const without = sources.flatMap((text) =>
      [...text.matchAll(/\blog(?:ger)?\.(?:info|warn|error)\(\s*\{(?!\s*event\b)[^}]*\}/g)].map(
        ([call]) => call,
      ),
    );
    // The authority gives what one caller of `note` found the event of all refusals.
    expect(without).toEqual([]);
  });
});
