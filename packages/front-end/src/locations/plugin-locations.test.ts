import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, loadPlugins, type PluginCalls, type Plugins } from '@entente/host';
import {
  type Binding,
  isLocationsUnavailable,
  type LocationChange,
  locationsPort,
} from '@entente/sip-proxy/locations';
import { locationsCompliance } from '@entente/sip-proxy/locations/compliance';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KnownLocations } from './known-locations.ts';
import { PluginLocations } from './plugin-locations.ts';

const alice = 'alice@contoso.example';
const now = 1_700_000_000_000;
const binding = (uri = 'sip:alice@192.0.2.1'): Binding => ({
  aor: alice,
  uri,
  q: 1,
  expiresAt: now + 1_000,
  callId: 'c',
  cseq: 1,
  path: [],
  updatedAt: now,
});

/** A store in memory, as an author writes it; `behave` makes it do something wrong from the next call on. */
const module = `
  let byAor = new Map();
  let mood = {};
  let tell = () => {};
  const live = (aor, now) => (byAor.get(aor) ?? []).filter(({ expiresAt }) => !(expiresAt <= now));
  const drop = (isGone) => {
    let count = 0;
    for (const [aor, all] of byAor) {
      const left = all.filter((one) => !isGone(one));
      count += all.length - left.length;
      byAor.set(aor, left);
    }
    return count;
  };
  const store = {
    behave(how = {}) { mood = how; byAor = new Map(); },
    hold(aor, all) { byAor.set(aor, all); },
    tellOf(aor) { tell(aor); },
    lookup(aor, now) {
      if (mood.code) throw Object.assign(new Error('no disk'), { code: mood.code });
      if (mood.hang) for (;;);
      if (mood.long) return 'x'.repeat(mood.long);
      return mood.answer ?? live(aor, now);
    },
    update(aor, now, decide) {
      // Another server was faster.
      if (mood.overtaken-- > 0) byAor.set(aor, [...live(aor, now), { ...mood.by, uri: mood.by.uri + mood.overtaken }]);
      const { bindings, result } = decide(live(aor, now));
      if (bindings !== undefined) byAor.set(aor, bindings);
      return result;
    },
    removeFlow: (flow) => mood.count ?? drop((one) => one.flow === flow),
    removeUser: (aor) => drop((one) => one.aor === aor),
    expire: (now) => drop(({ expiresAt }) => expiresAt <= now),
    expireSome(now) { this.expire(now); },
    onChangeElsewhere(listener) { tell = listener; return () => {}; },
  };
  const port = { name: 'locations', version: 2 };
  export const plugin = {
    name: 'alpha', apiVersion: 1, requires: [], provides: [port],
    configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
    setup: (scope) => scope.provide(port, store),
  };`;

describe('a store of a plugin in a process of its own', () => {
  let folder: string;
  let plugins: Plugins;
  let calls: PluginCalls;
  let store: PluginLocations;
  let events: string[];
  const write = (fields: { readonly event?: string }) => void events.push(fields.event ?? '');
  const logger: Logger = { debug: write, info: write, warn: write, error: write, child: () => logger };

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'entente-store-'));
    const home = join(folder, 'node_modules', 'alpha');
    mkdirSync(home, { recursive: true });
    const entente = { apiVersion: 1, name: 'alpha', provides: { locations: 2 } };
    writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'alpha', type: 'module', entente }));
    writeFileSync(join(home, 'index.js'), module);
    events = [];
    plugins = await loadPlugins({
      plugins: [{ use: 'alpha', timeLimitMs: 3_000 }],
      from: [folder],
      accepts: [locationsPort],
      logger,
    });
    [calls] = plugins.calls(locationsPort) as [PluginCalls];
    store = new PluginLocations(calls, logger);
  });
  afterAll(async () => {
    await plugins?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  const behave = (how: object = {}) => calls.call(locationsPort, 'behave', [how], () => {});
  beforeEach(async () => {
    await behave();
    events = [];
  });

  for (const { run, title } of locationsCompliance({
    async setup() {
      await behave();
      return store;
    },
  }))
    it(`keeps the rule: ${title}`, run);

  for (const { run, title } of locationsCompliance({
    async setup() {
      await behave();
      return new KnownLocations(store);
    },
  }))
    it(`keeps the rule, with what is known of it: ${title}`, run);

  const add =
    (uri: string) =>
    (current: readonly Binding[]): LocationChange<number> => ({
      bindings: [...current, binding(uri)],
      result: current.length,
    });

  it('decides again where another server was faster, and loses neither change', async () => {
    await behave({ overtaken: 3, by: binding('sip:alice@192.0.2.') });
    expect(await store.update(alice, now, add('sip:alice@192.0.2.9'))).toBe(3);
    expect((await store.lookup(alice, now)).map(({ uri }) => uri).sort()).toEqual(
      [0, 1, 2, 9].map((end) => `sip:alice@192.0.2.${end}`),
    );
  });

  it('gives up a change that others overtake again and again', async () => {
    await behave({ overtaken: 40, by: binding('sip:alice@192.0.2.') });
    let decided = 0;
    const change = store.update(alice, now, (current) => {
      decided++;
      return add('sip:alice@192.0.2.99')(current);
    });
    await expect(change).rejects.toSatisfy(isLocationsUnavailable);
    expect(decided).toBe(32);
  });

  it('hears of what has changed elsewhere: addresses, and nothing else', async () => {
    const heard: string[] = [];
    const stop = store.onChangeElsewhere((aor) => void heard.push(aor));
    for (const told of [7, { aor: alice }, 'x'.repeat(2_000), alice, alice])
      await calls.call(locationsPort, 'tellOf', [told], () => {});
    await expect.poll(() => heard).toEqual([alice]);
    stop();
  });

  // As many as are borne in a minute.
  it.each<[string, object, 'lookup' | 'removeFlow']>([
    ['text in place of bindings', { answer: 'none' }, 'lookup'],
    ['more bindings than any user has', { answer: Array.from({ length: 65 }, () => binding()) }, 'lookup'],
    ['more characters than an answer may have', { long: 1_100_000 }, 'lookup'],
    ['a count below none', { count: -1 }, 'removeFlow'],
  ])('is not available for a call that it answers with %s, and runs on', async (_, how, method) => {
    await behave(how);
    await expect(store[method](alice, now)).rejects.toSatisfy(isLocationsUnavailable);
    expect(events).toContain('plugin-failed');
    expect(events).not.toContain('plugin-stopped');
    await behave();
    expect(await store.lookup(alice, now)).toEqual([]);
  });

  it('leaves out what is no binding of the user, says so once, and is never stopped for it', async () => {
    const others = [{ ...binding(), aor: 'bob@contoso.example' }, { ...binding(), expiresAt: 'soon' }, 7];
    await behave({ answer: [...others, binding()] });
    for (let i = 0; i < 8; i++) expect(await store.lookup(alice, now)).toEqual([binding()]);
    expect(events).toEqual(['plugin-failed']);
  });

  it('changes what a user has beside something that is no binding, which goes with it', async () => {
    await behave();
    await calls.call(locationsPort, 'hold', [alice, [7, binding()]], () => {});
    expect(await store.update(alice, now, add('sip:alice@192.0.2.9'))).toBe(1);
    const all = await calls.call(locationsPort, 'lookup', [alice, now], (answer) => answer);
    expect(all).toEqual([binding(), binding('sip:alice@192.0.2.9')]);
  });

  it('is not stopped for saying again and again that it cannot answer now', async () => {
    await behave({ code: 'ENTENTE_LOCATIONS_UNAVAILABLE' });
    for (let i = 0; i < 8; i++)
      await expect(store.lookup(alice, now)).rejects.toSatisfy(isLocationsUnavailable);
    expect(events).toEqual([]);
  });

  it('is stopped once it has failed too often, and its users are found where they were', async () => {
    const known = new KnownLocations(store);
    await known.update(alice, now, add('sip:alice@192.0.2.1'));
    await behave({ code: 'SQLITE_CORRUPT' });
    for (let i = 0; i < 12; i++) expect(await known.lookup(alice, now)).toHaveLength(1);
    expect(events).toContain('plugin-stopped');
    await expect(known.update(alice, now, add('sip:alice@192.0.2.2'))).rejects.toThrow('it does not run now');
  });
});
