import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeSignedTopology, type TopologyDocument, topologyFormat } from '@entente/topology';
import { afterAll, describe, expect, it } from 'vitest';
import { blocksOf, published, read, root } from './repository-text.ts';

const readmes = published.map(({ home }) => {
  const text = read(`${home}/README.md`);
  return { home, text, blocks: blocksOf(text) };
});

const isProgram = (language: string): boolean => language === 'ts' || language === 'js';

describe('the README of every package that is published', () => {
  it.each(readmes.map((readme) => [readme.home, readme]))(
    '%s: begins with something to paste',
    (_home, { blocks }) => {
      expect(blocks[0]?.line).toBeLessThanOrEqual(9);
      expect(['ts', 'js', 'sh', 'yaml']).toContain(blocks[0]?.language);
    },
  );

  const disposing = readmes.filter(({ blocks }) => blocks.some(({ code }) => code.includes('await using ')));
  it.each(disposing.map((readme) => [readme.home, readme]))(
    '%s: says behind its first `await using` how JavaScript for older versions of Node closes',
    (_home, { blocks, text }) => {
      const first = blocks.find(({ code }) => code.includes('await using '))?.code ?? '';
      const behind = text.slice(text.indexOf(first) + first.length + '```\n'.length);
      expect(behind.trimStart().replaceAll('\n', ' ')).toMatch(
        /^`await using` needs TypeScript or Node 24\. In JavaScript for Node 20 and 22 write `const`, and `await it\[Symbol\.asyncDispose\]\(\)` with its name in a `finally`; `npx tsx example\.mts` runs the TypeScript/,
      );
    },
  );
});

/** First programs that run by themselves and that no test of their own package runs. */
describe('the first program of the README', () => {
  const folders: string[] = [];
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });

  /** Runs it as a file in a folder inside the package, so that names are found as after an installation. */
  function runFirst(room: string, prepare: (folder: string) => readonly string[] = () => []) {
    const folder = mkdtempSync(join(root, room, 'readme-'));
    folders.push(folder);
    const first = blocksOf(read(`${room}/README.md`)).find(({ language }) => isProgram(language));
    writeFileSync(join(folder, 'first.mts'), first?.code ?? '');
    const args = prepare(folder);
    const node = [
      '--conditions=@entente/source',
      '--import',
      join(root, 'node_modules/tsx/dist/esm/index.mjs'),
    ];
    return spawnSync(process.execPath, [...node, 'first.mts', ...args], { cwd: folder, encoding: 'utf8' });
  }

  it('of trust judges a root as a server, and refuses it', () => {
    expect(runFirst('packages/trust').stdout).toContain('refused');
  });

  it('of commands lists the verbs', () => {
    expect(runFirst('packages/commands').stdout).toContain("'explain'");
  });

  it('of federation says where a partner’s domain leads', () => {
    const { status, stdout, stderr } = runFirst('packages/federation', (folder) => {
      const file = join(folder, 'topology.signed.json');
      const [key = ''] = /MCow[^,\s}]+/.exec(read('packages/topology-planning/README.md')) ?? [];
      const document: TopologyDocument = {
        format: topologyFormat,
        network: 'contoso.example',
        version: 1,
        issued: '2026-01-31T12:00:00Z',
        administrators: { required: 1, keys: [{ id: 'one', algorithm: 'EdDSA', publicKey: key }] },
        domains: [{ name: 'contoso.example' }],
        servers: [
          { fqdn: 'ca.contoso.example', role: 'authority' },
          { fqdn: 'fe1.contoso.example', role: 'front-end' },
          {
            fqdn: 'edge1.contoso.example',
            role: 'edge',
            interfaces: { external: { fqdn: 'access.contoso.example' } },
          },
        ],
        partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
      };
      writeFileSync(file, encodeSignedTopology({ document, signatures: [] }));
      return [];
    });
    expect({ status, stdout }, stderr).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('fabrikam.example'),
    });
  });

  it('of host is a server that says what is wrong with its configuration', () => {
    const { status, stderr } = runFirst('packages/host', (folder) => {
      writeFileSync(join(folder, 'server.yaml'), 'fqdn: fe1.contoso.example\nport: many\n');
      return ['--config', 'server.yaml'];
    });
    expect(status).toBe(2);
    expect(stderr).toContain('server.yaml:2:');
  });
});
