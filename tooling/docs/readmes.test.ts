import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeSignedTopology, type TopologyDocument, topologyFormat } from '@entente/topology';
import { afterAll, describe, expect, it } from 'vitest';
import { complaintsAbout } from './complaints.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

interface Readme {
  /** E.g. `packages/tls`. */
  readonly room: string;
  readonly text: string;
  readonly blocks: readonly { readonly language: string; readonly code: string; readonly line: number }[];
}

/** The READMEs of what is published. */
const rooms = ['packages', 'apps'].flatMap((floor) =>
  readdirSync(join(root, floor)).map((name) => `${floor}/${name}`),
);
const published = rooms.filter((room) => {
  const file = join(root, room, 'package.json');
  return (
    existsSync(file) && (JSON.parse(readFileSync(file, 'utf8')) as { private?: boolean }).private !== true
  );
});

function readmeOf(room: string): Readme {
  const file = join(root, room, 'README.md');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const blocks = [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map((match) => ({
    language: match[1] ?? '',
    code: match[2] ?? '',
    line: text.slice(0, match.index).split('\n').length,
  }));
  return { room, text, blocks };
}

const readmes = published.map(readmeOf);
/** A README that shows its package together with one that only the program around it depends on. */
const elsewhere: Readonly<Record<string, string>> = {
  'packages/authority': 'apps/authority-server',
  'packages/pki': 'packages/testkit',
};

const isProgram = (language: string): boolean => language === 'ts' || language === 'js';

describe('the README of every package that is published', () => {
  it.each(readmes.map((readme) => [readme.room, readme]))(
    '%s: begins with something to paste',
    (_room, { blocks }) => {
      expect(blocks[0]?.line).toBeLessThanOrEqual(9);
      expect(['ts', 'js', 'sh', 'yaml']).toContain(blocks[0]?.language);
    },
  );

  const disposing = readmes.filter(({ blocks }) => blocks.some(({ code }) => code.includes('await using ')));
  it.each(disposing.map((readme) => [readme.room, readme]))(
    '%s: says behind its first `await using` how JavaScript for older versions of Node closes',
    (_room, { blocks, text }) => {
      const first = blocks.find(({ code }) => code.includes('await using '))?.code ?? '';
      const behind = text.slice(text.indexOf(first) + first.length + '```\n'.length);
      expect(behind.trimStart().replaceAll('\n', ' ')).toMatch(
        /^`await using` needs TypeScript or Node 24\. In JavaScript for Node 20 and 22 write `const`, and `await it\[Symbol\.asyncDispose\]\(\)` with its name in a `finally`; `npx tsx example\.mts` runs the TypeScript/,
      );
    },
  );

  it('has only programs that compile against the package as it is', () => {
    const files = new Map(
      readmes.flatMap(({ blocks, room }) =>
        blocks
          .filter(({ language }) => isProgram(language))
          .map(({ code, language }, index) => {
            const name = `readme-${room.split('/')[1]}-${index}-${language}.mts`;
            return [join(root, elsewhere[room] ?? room, name), `${code}\nexport {};\n`] as const;
          }),
      ),
    );
    expect(files.size).toBeGreaterThan(20);
    expect(complaintsAbout(files)).toEqual([]);
  });
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
    const first = readmeOf(room).blocks.find(({ language }) => isProgram(language));
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
      const [key = ''] = /MCow[^,\s}]+/.exec(readmeOf('packages/topology-planning').text) ?? [];
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
