import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AcceptedPort, checkPlugins, type OperatorFault, type PluginUse } from '../index.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'entente-manifest-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const good = { apiVersion: 1, name: 'alpha' };

function install(entente: unknown, module = `throw new Error('the module ran');`): void {
  const home = join(folder, 'node_modules', 'alpha');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'alpha', type: 'module', entente }));
  writeFileSync(join(home, 'index.js'), module);
}

async function fault(accepts: readonly AcceptedPort[] = [], use: Partial<PluginUse> = {}) {
  const plugins = [{ use: 'alpha', ...use }];
  const outcome = await checkPlugins({ plugins, from: [folder], accepts }).then(
    () => undefined,
    (error: unknown) => error as OperatorFault,
  );
  if (outcome === undefined) throw new Error('expected a fault');
  expect(outcome.place).toBe('plugin alpha');
  return `${outcome.code}: ${outcome.message}; ${outcome.remedy}`;
}

describe('the manifest of a plugin', () => {
  it.each<[string, unknown, string]>([
    ['without one', undefined, 'MANIFEST: expected the field "entente"'],
    ['with an unknown field', { ...good, mayy: [] }, 'mayy'],
    ['with a name that a log could not have', { ...good, name: 'al pha' }, 'MANIFEST: entente.name'],
    ['with a list of ports', { ...good, provides: ['policy'] }, 'MANIFEST: entente.provides'],
    ['with a port of no version', { ...good, provides: { policy: 0 } }, 'MANIFEST: entente.provides.policy'],
    ['with what nobody can allow', { ...good, may: ['everything'] }, 'MANIFEST: entente.may'],
    [
      'that asks in the server for what nobody keeps it from',
      { ...good, may: ['network'] },
      'runs in that of the server',
    ],
    [
      'with a limit in the server that nothing enforces',
      { ...good, timeLimitMs: 9 },
      'runs in that of the server',
    ],
    ['for no version of the contract', { name: 'alpha' }, 'CONTRACT: expected apiVersion 1, found undefined'],
    [
      'for an older contract',
      { ...good, apiVersion: 0 },
      'install a version of the plugin that is made for this server',
    ],
    ['for a newer contract, whatever else it says', { apiVersion: 2, for: {} }, 'update this server'],
  ])('refuses a plugin %s, and runs nothing of it', async (_, entente, words) => {
    install(entente);
    expect(await fault()).toContain(words);
  });

  it('refuses a module outside of any package', async () => {
    writeFileSync(join(folder, 'alpha.mjs'), '');
    const outcome = checkPlugins({ plugins: [{ use: './alpha.mjs' }], from: [folder], accepts: [] });
    await expect(outcome).rejects.toMatchObject({ code: 'ENTENTE_PLUGIN_MANIFEST' });
  });

  const moduleOf = (name: string, provides: object) => `export const plugin = {
    name: '${name}', apiVersion: 1, requires: [], provides: ${JSON.stringify(provides)}, setup() {},
    configSchema: { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value }) } },
  };`;
  const policy = { name: 'policy', version: 1 };
  const own = { ...policy, process: 'own' } as const;

  it.each([
    ['another name', 'beta', [], {}],
    ['a port that the manifest does not list', 'alpha', [policy], {}],
    ['another version of a port', 'alpha', [{ ...policy, version: 2 }], { policy: 1 }],
    ['no port that the manifest lists', 'alpha', [], { policy: 1 }],
  ])(
    'refuses a module that has %s, in the server and in a process of its own',
    async (_, name, ports, provides) => {
      install({ ...good, provides }, moduleOf(name, ports));
      for (const accepted of [policy, own])
        expect(await fault([accepted])).toContain('ENTENTE_PLUGIN_MANIFEST');
    },
  );

  it('binds a plugin in the server to no limit, so that the configuration may have none', async () => {
    install(good, moduleOf('alpha', []));
    expect(await fault([], { timeLimitMs: 9 })).toContain('ENTENTE_PLUGIN_CONFIG: timeLimitMs');
  });
});
