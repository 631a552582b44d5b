import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Logger, loadPlugins, type OperatorFault, type PluginUse } from '../index.ts';
import type { Port } from '../plugin/index.ts';

let folder: string;
let lines: { readonly level: string; readonly fields: object; readonly message: string }[];
/** Plugins write here what happens to them: their configuration carries it, so that they import nothing. */
let seen: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-plugins-'));
  lines = [];
  seen = [];
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function loggerTo(bound: object): Logger {
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields: { ...bound, ...fields }, message });
  return {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    debug: write('debug'),
    child: (fields) => loggerTo({ ...bound, ...fields }),
  };
}

/** What the manifests say, by the source of the module. */
const described = new Map<string, object>();

function install(name: string, source: string, manifest: object = { exports: './index.js' }): void {
  const home = join(folder, 'node_modules', name);
  mkdirSync(home, { recursive: true });
  const entente = described.get(source) ?? { apiVersion: 1, name };
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ name, version: '1.2.3', type: 'module', entente, ...manifest }),
  );
  writeFileSync(join(home, 'index.js'), source);
}

interface Parts {
  readonly name?: string;
  readonly apiVersion?: number;
  readonly requires?: readonly Port<unknown>[];
  readonly provides?: readonly Port<unknown>[];
  /** Body of `validate(value)`. */
  readonly validate?: string;
  /** Body of `setup(scope, config)`. */
  readonly setup?: string;
}

/** The source of a plugin that provides its own name, and reports its setup and its disposal. */
function source(name: string, parts: Parts = {}): string {
  const { provides = [], requires = [] } = parts;
  const setup = `
    config.seen.push('setup ${name}');
    scope.onDispose(() => void config.seen.push('dispose ${name}'));
    for (const port of ${JSON.stringify(provides)}) scope.provide(port, '${name}');`;
  const text = `export const plugin = {
    name: ${JSON.stringify(parts.name ?? name)}, apiVersion: ${parts.apiVersion ?? 1},
    requires: ${JSON.stringify(requires)}, provides: ${JSON.stringify(provides)},
    configSchema: { '~standard': { version: 1, vendor: 'test', validate(value) { ${parts.validate ?? 'return { value };'} } } },
    async setup(scope, config) { ${parts.setup ?? setup} },
  };`;
  const versions = (ports: readonly Port<unknown>[]) =>
    Object.fromEntries(ports.map((port) => [port.name, port.version ?? 1]));
  described.set(text, {
    apiVersion: parts.apiVersion ?? 1,
    name: parts.name ?? name,
    provides: versions(provides),
    requires: versions(requires),
  });
  return text;
}

const policy: Port<string> = { name: 'policy', version: 1 };
const store: Port<string> = { name: 'store', version: 1 };
const clock: Port<string> = { name: 'clock', version: 1 };

function load(uses: readonly (string | PluginUse)[], accepts: readonly Port<unknown>[] = [policy]) {
  const plugins = uses.map((use) => (typeof use === 'string' ? { use, config: { seen } } : use));
  return loadPlugins({ plugins, from: [folder], accepts, logger: loggerTo({}) });
}

async function faultOf(uses: readonly (string | PluginUse)[]): Promise<OperatorFault> {
  const outcome = await load(uses).then(
    () => undefined,
    (error: unknown) => error as OperatorFault,
  );
  if (outcome === undefined) throw new Error('expected a fault');
  expect(outcome.remedy).not.toBe('');
  return outcome;
}

describe('loading plugins', () => {
  it('finds a plugin by the name of its package, with a scope or without, and by its path', async () => {
    install('alpha', source('alpha'));
    install('@contoso/beta', source('beta'), {
      exports: { '.': { types: './x.d.ts', import: './index.js' } },
    });
    install('gamma', source('gamma'), { main: 'index.js' });
    writeFileSync(join(folder, 'delta.mjs'), source('delta'));
    writeFileSync(
      join(folder, 'package.json'),
      JSON.stringify({ entente: { apiVersion: 1, name: 'delta' } }),
    );
    await load(['alpha', '@contoso/beta', './node_modules/gamma', join(folder, 'delta.mjs')]);
    expect(seen).toEqual(['setup alpha', 'setup beta', 'setup gamma', 'setup delta']);
  });

  it('takes an object of a class with private members as it is', async () => {
    install(
      'alpha',
      `class Counter {
        #count = 0;
        name = 'alpha'; apiVersion = 1; requires = []; provides = [${JSON.stringify(policy)}];
        configSchema = { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } };
        setup(scope) { this.#count++; scope.provide(${JSON.stringify(policy)}, 'counted ' + this.#count); }
      }
      export const plugin = new Counter();`,
      { exports: './index.js', entente: { apiVersion: 1, name: 'alpha', provides: { policy: 1 } } },
    );
    const plugins = await load(['alpha']);
    expect(plugins.provided(policy)).toEqual([{ plugin: 'alpha', implementation: 'counted 1' }]);
  });

  it('finds a package in the node_modules of a folder above', async () => {
    install('alpha', source('alpha'));
    const below = join(folder, 'etc', 'pool');
    mkdirSync(below, { recursive: true });
    const plugins = [{ use: 'alpha', config: { seen } }];
    await loadPlugins({ plugins, from: [below], accepts: [], logger: loggerTo({}) });
    expect(seen).toEqual(['setup alpha']);
  });

  it('sets a plugin up after those it needs, and disposes the last first, once', async () => {
    install('alpha', source('alpha', { requires: [store], provides: [policy] }));
    install('beta', source('beta', { requires: [clock], provides: [store] }));
    install('gamma', source('gamma', { provides: [clock] }));
    const plugins = await load(['alpha', 'beta', 'gamma']);
    expect(seen.splice(0)).toEqual(['setup gamma', 'setup beta', 'setup alpha']);
    await plugins[Symbol.asyncDispose]();
    await plugins[Symbol.asyncDispose]();
    expect(seen).toEqual(['dispose alpha', 'dispose beta', 'dispose gamma']);
  });

  it('gives a plugin what the other provides, and the server all that is provided, in configured order', async () => {
    const setup = `scope.provide(${JSON.stringify(policy)}, 'over ' + scope.use(${JSON.stringify(store)}));`;
    install('alpha', source('alpha', { requires: [store], provides: [policy], setup }));
    install('beta', source('beta', { provides: [store, policy] }));
    const plugins = await load(['alpha', 'beta']);
    expect(plugins.provided(policy)).toEqual([
      { plugin: 'alpha', implementation: 'over beta' },
      { plugin: 'beta', implementation: 'beta' },
    ]);
  });

  it('hands over the value of the schema, a log that carries the name, and a signal aborted before disposal', async () => {
    const setup = `scope.log.info({ limit: config.limit }, 'ready');
      scope.onDispose(() => config.seen.push('aborted ' + scope.signal.aborted));`;
    const validate = 'return Promise.resolve({ value: { seen: value.seen, limit: 7 } });';
    install('alpha', source('alpha', { setup, validate }));
    const plugins = await load(['alpha']);
    expect(lines.splice(0)).toEqual([
      {
        level: 'info',
        fields: { event: 'plugin', plugin: 'alpha', version: '1.2.3', provides: [], process: 'server' },
        message: 'plugin alpha 1.2.3 runs in the process of this server, and may do all that the server may',
      },
      { level: 'info', fields: { plugin: 'alpha', limit: 7 }, message: 'ready' },
    ]);
    await plugins[Symbol.asyncDispose]();
    expect(seen).toEqual(['aborted true']);
  });

  it('logs a disposal that throws, and disposes the rest', async () => {
    install('alpha', source('alpha'));
    install('beta', source('beta', { setup: `scope.onDispose(() => { throw new Error('stuck'); });` }));
    const plugins = await load(['alpha', 'beta']);
    lines.splice(0);
    await plugins[Symbol.asyncDispose]();
    expect(seen).toEqual(['setup alpha', 'dispose alpha']);
    expect(lines).toMatchObject([{ level: 'error', fields: { plugin: 'beta' } }]);
    expect(lines[0]?.message).toContain('stuck');
  });
});

describe('refusing plugins before any is set up', () => {
  beforeEach(() => install('first', source('first')));
  afterEach(() => expect(seen).toEqual([]));

  it('refuses an unknown apiVersion', async () => {
    install('alpha', source('alpha', { apiVersion: 2 }));
    const fault = await faultOf(['first', 'alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_CONTRACT', place: 'plugin alpha' });
    expect(fault.message).toBe('expected apiVersion 1, found 2');
    expect(fault.remedy).toBe('update this server, or install a version of the plugin that is made for it');
  });

  it.each([
    ['no export named plugin', 'export default {};'],
    ['a port without a version', source('alpha', { provides: [{ name: 'policy' } as Port<string>] })],
    ['no setup', `export const plugin = { ...(${source('alpha').slice(22, -1)}), setup: undefined };`],
    ['no schema', `export const plugin = { ...(${source('alpha').slice(22, -1)}), configSchema: {} };`],
  ])('refuses a module with %s', async (_, text) => {
    install('alpha', text);
    expect(await faultOf(['first', 'alpha'])).toMatchObject({
      code: 'ENTENTE_PLUGIN_SHAPE',
      place: 'plugin alpha',
    });
  });

  it.each([
    ['another package of the same name', 'other'],
    ['the same package twice', 'first'],
  ])('refuses %s', async (_, use) => {
    install('other', source('other', { name: 'first' }));
    const fault = await faultOf(['first', use]);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_DUPLICATE', place: 'plugin first' });
  });

  it.each<[string, Parts, Parts | undefined, string, string]>([
    [
      'a required port that no plugin provides',
      { requires: [store] },
      undefined,
      'alpha',
      'no plugin provides it',
    ],
    [
      'a provided port that is not used',
      { provides: [store] },
      undefined,
      'alpha',
      'neither this server nor a plugin uses it',
    ],
    [
      'a port of another version than the server accepts',
      { provides: [{ ...policy, version: 2 }] },
      undefined,
      'alpha',
      'expected version 1, found 2',
    ],
    [
      'a required port of another version than the provided',
      { requires: [{ ...store, version: 2 }] },
      { provides: [store] },
      'alpha',
      'expected version 1, found 2',
    ],
    [
      'a second provider of a port between plugins',
      { requires: [store], provides: [store] },
      { provides: [store] },
      'beta',
      'alpha provides it already',
    ],
  ])('refuses %s', async (_, alpha, beta, named, sentence) => {
    install('alpha', source('alpha', alpha));
    if (beta !== undefined) install('beta', source('beta', beta));
    const fault = await faultOf(beta === undefined ? ['first', 'alpha'] : ['first', 'alpha', 'beta']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_PORT', place: `plugin ${named}` });
    expect(fault.message).toContain(sentence);
  });

  it('refuses as ambiguous a required port that the server accepts and two plugins provide', async () => {
    install('alpha', source('alpha', { requires: [policy] }));
    install('beta', source('beta', { provides: [policy] }));
    install('gamma', source('gamma', { provides: [policy] }));
    const fault = await faultOf(['first', 'beta', 'gamma', 'alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_PORT', place: 'plugin alpha' });
    expect(fault.message).toContain('more than one plugin provides it: beta and gamma');
  });

  it('refuses a cycle and names only the plugins in it', async () => {
    install('alpha', source('alpha', { requires: [store] }));
    install('beta', source('beta', { requires: [clock], provides: [store] }));
    install('gamma', source('gamma', { requires: [store], provides: [clock] }));
    const fault = await faultOf(['first', 'alpha', 'beta', 'gamma']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_CYCLE', place: 'plugin beta' });
    expect(fault.message).toContain('cycle: beta → gamma → beta');
  });

  it.each([
    [
      'an issue, with its path',
      `return { issues: [{ message: 'too large', path: ['limits', { key: 'calls' }] }] };`,
      'config.limits.calls: too large',
    ],
    ['issues of which none says anything', 'return { issues: [] };', 'config: not accepted'],
    ['a schema that throws', `throw new TypeError('no such thing');`, 'its schema failed: no such thing'],
    ['a schema that rejects', `return Promise.reject(new Error('offline'));`, 'its schema failed: offline'],
    ['a schema that gives nothing', 'return undefined;', 'expected a result, found none'],
  ])('refuses a configuration with %s', async (_, validate, sentence) => {
    install('alpha', source('alpha', { validate }));
    const fault = await faultOf(['first', 'alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_CONFIG', place: 'plugin alpha' });
    expect(fault.message).toContain(sentence);
  });

  it.each([
    ['does not parse', 'export const plugin = {'],
    ['throws while it loads', `throw new Error('no database');`],
    ['imports what is not there', `import 'entente-absent'; export const plugin = {};`],
  ])('refuses a module that %s', async (_, text) => {
    install('alpha', text);
    const fault = await faultOf(['first', 'alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_BROKEN', place: 'plugin alpha' });
    expect(fault.cause).toBeDefined();
  });

  it.each([
    'absent',
    './absent.js',
    '@contoso/absent',
    '../absent',
    'first/../first',
    'UPPER',
    'node:fs',
    '',
  ])('refuses a plugin that is not there: "%s"', async (use) => {
    const fault = await faultOf(['first', use]);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_NOT_FOUND', place: `plugin ${use}` });
    expect(`${fault.sentence}; ${fault.remedy}`).toContain(folder);
  });

  it.each([{ exports: './absent.js' }, { exports: { './sub': './index.js' } }, { exports: null }])(
    'refuses a package without a module to import: %j',
    async (manifest) => {
      install('alpha', source('alpha'), manifest);
      expect(await faultOf(['first', 'alpha'])).toMatchObject({
        code: 'ENTENTE_PLUGIN_NOT_FOUND',
        place: 'plugin alpha',
      });
    },
  );

  it.each([
    { exports: '../outside/index.js' },
    { exports: { '.': { import: './../outside/index.js' } } },
    { main: '../../node_modules/outside/index.js' },
    { exports: './link.js' },
  ])('refuses a package that names a module outside itself: %j', async (manifest) => {
    install('outside', source('outside'));
    install('alpha', source('alpha'), manifest);
    symlinkSync('../outside/index.js', join(folder, 'node_modules', 'alpha', 'link.js'));
    const fault = await faultOf(['first', 'alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_BROKEN', place: 'plugin alpha' });
    expect(fault.message).toContain('inside the package');
  });
});

describe('plugins that fail while they are set up', () => {
  it.each([
    ['throws', `throw new Error('port taken');`, 'port taken'],
    ['does not provide what it declares', '', 'did not provide it'],
    ['uses a port it does not declare', `scope.use(${JSON.stringify(clock)});`, 'not in "requires"'],
    [
      'provides a port twice',
      `scope.provide(${JSON.stringify(policy)}, 1); scope.provide(${JSON.stringify(policy)}, 2);`,
      'port policy: provided twice',
    ],
    [
      'provides a port it does not declare',
      `scope.provide(${JSON.stringify(clock)}, 1);`,
      'not in "provides"',
    ],
  ])('disposes what was set up before, and its own part, when a plugin %s', async (_, body, sentence) => {
    install('alpha', source('alpha'));
    const own = `scope.onDispose(() => void config.seen.push('dispose beta'));`;
    install('beta', source('beta', { provides: [policy], setup: own + body }));
    install('gamma', source('gamma'));
    const fault = await faultOf(['alpha', 'beta', 'gamma']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_SETUP', place: 'plugin beta' });
    expect(fault.message).toContain(sentence);
    expect(seen).toEqual(['setup alpha', 'dispose beta', 'dispose alpha']);
  });

  it('names the plugin that uses a port before any plugin has provided it', async () => {
    // Order is checked on what was declared; a plugin can still enlarge its own list afterwards.
    const port = JSON.stringify(clock);
    install('alpha', source('alpha', { setup: `plugin.requires.push(${port}); scope.use(${port});` }));
    const fault = await faultOf(['alpha']);
    expect(fault).toMatchObject({ code: 'ENTENTE_PLUGIN_SETUP', place: 'plugin alpha' });
    expect(fault.cause).toMatchObject({
      code: 'ENTENTE_PLUGIN_PORT',
      place: 'plugin alpha',
      name: 'OperatorFault',
    });
    expect(fault.message).toContain('port clock: used before a plugin has provided it');
  });
});
