import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { settingsHelp } from '@entente/host';
import { describe, expect, it } from 'vitest';
import { foundIn, read, root, shipped, textsOf } from './repository-text.ts';

const sorted = (names: Iterable<string>): string[] => [...new Set(names)].sort();

describe('the page about capacity', () => {
  const page = read('docs/capacity.md');

  it('names metrics that servers have', () => {
    const metrics = read('docs/reference/metrics.md');
    const named = foundIn([page], /`((?:entente|process|nodejs)_[a-z0-9_]+)`/g);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !metrics.includes(`\`${name}\``))).toEqual([]);
  });

  it('names benchmarks that exist', () => {
    const named = foundIn([page], /pnpm bench ([a-z-]+)/g);
    expect(named.length).toBeGreaterThan(8);
    expect(named.filter((name) => !existsSync(join(root, `tooling/bench/suites/${name}.ts`)))).toEqual([]);
  });

  it('has each limit of the configuration of a SIP server', () => {
    expect(Object.keys(settingsHelp).filter((setting) => !page.includes(`\`${setting}\``))).toEqual([]);
  });
});

describe('the page about HTTP resources', () => {
  it('has every reason of web services, and no other', () => {
    const type = foundIn([read('packages/accounts/src/web/problem.ts')], /export type WebReason =(.*?);/gs);
    const reasons = foundIn(type, /'([a-z-]+)'/g);
    expect(reasons.length).toBeGreaterThan(10);
    const [, section = ''] = read('docs/reference/http.md').split('\n## Web services\n');
    expect(sorted(foundIn([section], /^\| `([a-z-]+)` +\| \d{3} /gm))).toEqual(sorted(reasons));
  });
});

describe('the page about the log', () => {
  // The demo client writes lines of its own.
  const texts = shipped
    .filter(({ room }) => room !== 'demo-client' && room !== 'testkit')
    .map(({ text }) => text);

  it('lists every event that a server writes, and none that none writes', () => {
    const logged = foundIn(texts, /\bevent: '([a-z-]+)'/g);
    expect(new Set(logged).size).toBeGreaterThan(20);
    const [, events = ''] = read('docs/reference/log.md').split('\n## Events\n');
    const cells = foundIn([events], /^\| (`[^|]*)\|/gm);
    expect(sorted(foundIn(cells, /`([a-z-]+)`/g))).toEqual(sorted(logged));
  });

  it('every line of a log has an event', () => {
    // The authority gives what one caller of `note` found the event of all refusals.
    expect(foundIn(texts, /(\blog(?:ger)?\.(?:info|warn|error)\(\s*\{(?!\s*event\b)[^}]*\})/g)).toEqual([]);
  });
});

describe('the page about metrics', () => {
  const rows = [...read('docs/reference/metrics.md').matchAll(/^\| `([a-z0-9_]+)` +\| (counter|gauge)/gm)];
  const documented = rows.map(([, name = '', type]) => ({ name, type }));

  it('lists every metric that a server has, and none that none has', () => {
    const texts = textsOf('host', 'sip-relay', 'application', 'front-end', 'mediation', 'chat-room');
    const exposed = foundIn(texts, /'((?:entente|process|nodejs)_[a-z0-9_]+)'/g);
    expect(exposed.length).toBeGreaterThan(10);
    expect(documented.map(({ name }) => name).sort()).toEqual(sorted(exposed));
  });

  it('calls a counter what ends in _total, and nothing else', () => {
    for (const { name, type } of documented)
      expect([name, type === 'counter']).toEqual([name, name.endsWith('_total')]);
  });

  it('has what the dashboard for Grafana shows, which is each one that tells the state of a server', () => {
    const text = read('examples/grafana/entente.json');
    const shown = new Set(foundIn([text], /\b((?:entente|process|nodejs)_[a-z0-9_]+)/g));
    const names = documented.map(({ name }) => name);
    expect([...shown].filter((name) => !names.includes(name))).toEqual([]);
    expect(names.filter((name) => name.startsWith('entente_') && !shown.has(name))).toEqual([]);
  });
});

describe('the output that a guide shows', () => {
  it('has the remedies that the programs give', () => {
    const guides = readdirSync(join(root, 'docs/guides')).map((file) => read(`docs/guides/${file}`));
    const quoted = foundIn(guides, /^ *(?:└─ → |remedy: )(.+)$/gm);
    // The pieces of a text that is longer than a line are put together.
    const said = shipped.map(({ text }) => text).join('\n');
    expect(quoted.length).toBeGreaterThan(2);
    expect(quoted.filter((remedy) => !said.includes(remedy))).toEqual([]);
  });
});
