import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { settingsHelp } from '@entente/host';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const page = readFileSync(join(root, 'docs/capacity.md'), 'utf8');

describe('the page about capacity', () => {
  it('names metrics that servers have', () => {
    const metrics = readFileSync(join(root, 'docs/reference/metrics.md'), 'utf8');
    const named = [...page.matchAll(/`((?:entente|process|nodejs)_[a-z0-9_]+)`/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !metrics.includes(`\`${name}\``))).toEqual([]);
  });

  it('names benchmarks that exist', () => {
    const named = [...page.matchAll(/pnpm bench ([a-z-]+)/g)].map(([, name]) => name);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !existsSync(join(root, `tooling/bench/suites/${name}.ts`)))).toEqual([]);
  });

  it('has each limit of the configuration of a SIP server', () => {
    expect(Object.keys(settingsHelp).filter((setting) => !page.includes(`\`${setting}\``))).toEqual([]);
  });
});
