import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8');

const sources = ['host', 'sip-relay', 'application', 'front-end', 'mediation', 'chat-room'].flatMap((name) =>
  readdirSync(join(root, 'packages', name, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, 'packages', name, 'src', file), 'utf8')),
);
const exposed = new Set(
  sources.flatMap((text) =>
    [...text.matchAll(/'((?:entente|process|nodejs)_[a-z0-9_]+)'/g)].map(([, name]) => name),
  ),
);
const documented = [...page.matchAll(/^\| `([a-z0-9_]+)` +\| (counter|gauge)/gm)].map(([, name, type]) => ({
  name,
  type,
}));

describe('the page about metrics', () => {
  it('lists every metric that a server has, and none that none has', () => {
    expect(exposed.size).toBeGreaterThan(10);
    expect(documented.map(({ name }) => name).sort()).toEqual([...exposed].sort());
  });

  it('calls a counter what ends in _total, and nothing else', () => {
    for (const { name, type } of documented)
      expect([name, type === 'counter']).toEqual([name, name?.endsWith('_total')]);
  });
});

describe('the dashboard for Grafana', () => {
  const text = readFileSync(join(root, 'examples/grafana/entente.json'), 'utf8');

  it('shows metrics of the page, and each one that tells the state of a server', () => {
    const shown = new Set(
      [...text.matchAll(/\b(?:entente|process|nodejs)_[a-z0-9_]+/g)].map(([name]) => name),
    );
    const names = documented.map(({ name }) => name);
    expect([...shown].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name?.startsWith('entente_') && !shown.has(name))).toEqual([]);
  });
});
