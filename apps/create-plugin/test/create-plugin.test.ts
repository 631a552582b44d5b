import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../src/index.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const tsx = join(root, 'node_modules/tsx/dist/esm/index.mjs');
const own = Object.entries(process.env).filter(([name]) => !/^(NODE_OPTIONS$|VITEST|NODE_ENV$)/.test(name));

describe('npm create @entente/plugin', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-create-plugin-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function create(...args: string[]) {
    const words: string[] = [];
    const status = run(args, { say: (line) => words.push(line), complain: (line) => words.push(line) });
    return { status, words: words.join('\n') };
  }

  const node = (cwd: string, ...args: string[]) =>
    spawnSync(process.execPath, ['--conditions=@entente/source', '--import', tsx, ...args], {
      cwd,
      env: Object.fromEntries(own),
      encoding: 'utf8',
    });

  it.each([
    ['request-policy', 'sip-relay', '{ types: [] }'],
    ['exporter', 'host', "{ file: '/tmp/records.jsonl' }"],
  ])(
    'makes a plugin with the port %s whose test passes, and which a server accepts',
    (port, suite, config) => {
      const home = join(folder, 'node_modules', `my-${suite}`);
      expect(create(home, '--port', port)).toMatchObject({ status: 0 });
      expect(readdirSync(home).sort()).toEqual(['README.md', 'index.js', 'package.json', 'suite.test.js']);
      mkdirSync(join(home, 'node_modules/@entente'), { recursive: true });
      symlinkSync(join(root, 'packages', suite), join(home, 'node_modules/@entente', suite));
      const tested = node(home, '--test', '--test-reporter=tap', 'suite.test.js');
      expect(tested.status, tested.stdout).toBe(0);
      expect(tested.stdout).toMatch(/^# pass [1-9]/m);
      const host = pathToFileURL(join(root, 'packages/host/src/index.ts')).href;
      const accepts = `{ name: '${port}', version: ${port === 'exporter' ? 1 : 2}, process: 'own' }`;
      const script = `import { checkPlugins } from '${host}';
      await checkPlugins({ plugins: [{ use: 'my-${suite}', config: ${config} }], from: ['${folder}'], accepts: [${accepts}] });`;
      const checked = node(root, '--input-type=module', '--eval', script);
      expect(checked.stderr).toBe('');
      expect(checked.status).toBe(0);
    },
  );

  it('names a file for an exporter which a server may write under each unit of systemd', () => {
    const home = join(folder, 'under-systemd');
    expect(create(home, '--port', 'exporter')).toMatchObject({ status: 0 });
    const [, file] = /config: \{ file: (\S+) \}/.exec(readFileSync(join(home, 'README.md'), 'utf8')) ?? [];
    const units = join(root, 'examples/systemd');
    for (const name of readdirSync(units).filter((one) => one.endsWith('.service'))) {
      const [, state] = /^StateDirectory=(\S+)$/m.exec(readFileSync(join(units, name), 'utf8')) ?? [];
      expect(file, name).toMatch(new RegExp(`^/var/lib/${state}/[^/]+$`));
    }
  });

  it('leaves a folder that exists as it is', () => {
    const home = join(folder, 'there');
    mkdirSync(home);
    expect(create(home)).toMatchObject({
      status: 1,
      words: expect.stringContaining('expected a new folder'),
    });
    expect(readdirSync(home)).toEqual([]);
  });

  it('ends with status 1 where the folder cannot be written, and says so', () => {
    writeFileSync(join(folder, 'file'), '');
    const { status, words } = create(join(folder, 'file/my-plugin'));
    expect(status).toBe(1);
    expect(words).toMatch(/cannot be written: .*; choose a folder that you may write to$/);
  });

  it.each([
    ['no folder', []],
    ['two folders', ['one', 'two']],
    ['a name that a log could not have', ['My_Filter']],
    ['a port that it does not know', ['mine', '--port', 'toString']],
    ['a port that an example shows', ['mine', '--port', 'locations']],
    ['an unknown option', ['mine', '--prot', 'exporter']],
  ])('ends with status 2 for %s, and makes nothing', (_, args) => {
    const { status, words } = create(...args);
    expect(status).toBe(2);
    expect(words).toMatch(/^create-plugin: .*; see --help$/);
  });

  it('names the example of a port that it writes nothing for', () => {
    const example = expect.stringContaining('begin with a copy of examples/plugin-sqlite-locations');
    expect(create('mine', '--port', 'locations')).toMatchObject({ status: 2, words: example });
  });

  it('says how it is used', () => {
    expect(create('--help')).toMatchObject({ status: 0, words: expect.stringContaining('--port PORT') });
  });
});
