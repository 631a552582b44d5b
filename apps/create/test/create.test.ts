import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { create } from '@entente/create';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeProblem } from '../src/node-version.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));

describe('npm create @entente', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'entente-create-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function run(...args: string[]) {
    const words: string[] = [];
    const note = (line: string): void => void words.push(line);
    const status = await create(args, { say: note, complain: note });
    return { status, words: words.join('\n') };
  }
  const json = (file: string) => JSON.parse(readFileSync(file, 'utf8'));

  it('writes a folder whose packages are those of its own release, in exact versions', async () => {
    const home = join(folder, 'my-net');
    expect(await run(home)).toMatchObject({ status: 0, words: expect.stringContaining('npm run hello') });
    const { dependencies, scripts } = json(join(home, 'package.json'));
    const { version } = json(join(root, 'apps/create/package.json'));
    expect(new Set(Object.values(dependencies))).toEqual(new Set([version]));
    const commands = Object.keys(dependencies).flatMap((name) => {
      const { bin, name: own } = json(join(root, 'apps', name.replace('@entente/', ''), 'package.json'));
      expect(own).toBe(name);
      return Object.keys(bin);
    });
    expect(commands).toEqual(
      expect.arrayContaining(['entente', 'entente-authority-server', 'entente-pool-server']),
    );
    for (const script of Object.values<string>(scripts)) expect(commands).toContain(script.split(' ')[0]);
  });

  it('writes names and ports down: each port once, none below 1024, and says in the README what each file is', async () => {
    const home = join(folder, 'my-net');
    const plan = json(join(home, 'network.json'));
    expect(plan).toMatchObject({ domain: 'my-net.example', authority: { name: 'ca.my-net.example' } });
    const ports = [plan.authority, ...plan.frontEnds].flatMap((one) => Object.values<number>(one.ports));
    expect(ports).toHaveLength(6);
    expect(new Set(ports).size).toBe(6);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1_024);
    const readme = readFileSync(join(home, 'README.md'), 'utf8');
    for (const file of readdirSync(home)) expect(readme).toContain(`\`${file}\``);
  });

  it('takes an empty folder, and a domain of the owner', async () => {
    const home = join(folder, 'empty');
    mkdirSync(home);
    expect((await run(home, '--domain', 'sip.contoso.example')).status).toBe(0);
    expect(json(join(home, 'network.json')).frontEnds[0].name).toBe('fe1.sip.contoso.example');
  });

  it('leaves a folder with files in it as it is', async () => {
    const home = join(folder, 'there');
    mkdirSync(home);
    writeFileSync(join(home, 'network.json'), '{}');
    expect(await run(home)).toMatchObject({
      status: 1,
      words: expect.stringMatching(/choose another name.*npm start/),
    });
    expect(readdirSync(home)).toEqual(['network.json']);
    expect(readFileSync(join(home, 'network.json'), 'utf8')).toBe('{}');
  });

  it('ends with status 1 where the folder cannot be written, and says so', async () => {
    writeFileSync(join(folder, 'file'), '');
    const { status, words } = await run(join(folder, 'file/my-net'));
    expect(status).toBe(1);
    expect(words).toMatch(/cannot be written: .*; choose a folder that you may write to$/);
  });

  it.each([
    ['no folder', []],
    ['two folders', ['one', 'two']],
    ['a name that a domain could not have', ['My_Net']],
    ['a domain that is none', ['mine', '--domain', 'contoso']],
    ['a domain with an option in it', ['mine', '--domain=--role.example']],
    ['an unknown option', ['mine', '--domian', 'contoso.example']],
  ])('ends with status 2 for %s, and makes nothing', async (_, args) => {
    const before = ['one', 'mine'].filter((name) => existsSync(name));
    const { status, words } = await run(...args);
    expect(status).toBe(2);
    expect(words).toMatch(/^create: .*; see npm create @entente -- --help$/);
    expect(['one', 'mine'].filter((name) => existsSync(name))).toEqual(before);
  });

  it('says how it is used', async () => {
    expect(await run('--help')).toMatchObject({
      status: 0,
      words: expect.stringContaining('--domain DOMAIN'),
    });
  });

  it('refuses a Node that is older than the packages accept, with what to do', () => {
    const { engines } = json(join(root, 'package.json'));
    const [, oldest] = /^>=([\d.]+)$/.exec(engines.node) ?? [];
    expect(nodeProblem(`${oldest}.0`)).toBeUndefined();
    expect(nodeProblem('26.0.0')).toBeUndefined();
    for (const version of ['18.20.4', '20.18.3', '4.9.1'])
      expect(nodeProblem(version)).toBe(
        `expected Node ${oldest} or later, found ${version}; install a newer Node, and run the command again`,
      );
  });
});
