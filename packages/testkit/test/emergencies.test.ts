import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blocksOf, clone, placed, Terminal } from './guide-terminal.ts';

const page = join(clone, 'docs/guides/emergencies.md');

describe('the guide to emergencies', { timeout: 900_000 }, () => {
  let folder: string;
  let terminal: Terminal;
  const told = new Map<string, string>();
  const blocksRun = { found: 0, run: 0 };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-emergencies-'));
    terminal = new Terminal();
    const text = await readFile(page, 'utf8');
    const blocks = await placed(await blocksOf(page), '/tmp/emergencies', folder);
    const sections = text.split(/^## /m).slice(1);
    let next = 0;
    for (const section of sections) {
      const [title = ''] = section.split('\n', 1);
      let output = '';
      for (const _ of section.matchAll(/^```sh$/gm)) output += await terminal.run(blocks[next++] ?? '');
      told.set(title, output);
    }
    blocksRun.found = blocks.length;
    blocksRun.run = next;
  }, 900_000);
  afterAll(async () => {
    await terminal?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  it('has no block that no test runs', async () => {
    expect(await readFile(page, 'utf8')).not.toMatch(/^```bash$/m);
    expect(blocksRun.found).toBeGreaterThan(15);
    expect(blocksRun.run).toBe(blocksRun.found);
  });

  it('says what a lost key costs before anything is signed', () => {
    const said = told.get('A network to try it on') ?? '';
    expect(said).toContain('2 of 3 administrators must sign');
    expect(said.indexOf('if one key is lost')).toBeLessThan(said.indexOf('signed by alice'));
  });

  it('replaces a lost key of an administrator with the offline one', () => {
    const said = told.get('An administrator’s key is lost') ?? '';
    expect(said).toMatch(/version 2 of contoso\.example is in force/);
    expect(said).toContain('issued a client certificate to alice2');
  });

  it('brings every server below the next issuing authority after the key of one was compromised', () => {
    const said = told.get('A compromised issuing authority') ?? '';
    expect(said).toContain('Signed by the root.');
    expect(said).toMatch(/^2 +1 +active/m);
    expect(said).toMatch(/^1 +1 +retired, revoked +\S+ +0$/m);
    expect(said).toContain('fe1.contoso.example has no valid certificate: the issuing authority');
    expect(said).toMatch(/fe1\.contoso\.example .*issuer revoked/);
    expect(said).toContain('pool-server has started with fe1.yaml');
  });

  it('shows what fills a disk and which clock is wrong, and lets a server forget a time that has not come', () => {
    expect(told.get('The disk of the authority is full')).toContain('authority.sqlite');
    expect(told.get('A clock is wrong')).toContain('pool-server has started with fe1.yaml');
  });

  it('starts again without the lost authority: a new root, and the topology that was signed before', () => {
    const said = told.get('The authority is lost, and there is no backup') ?? '';
    expect(said).toMatch(/version 2 of contoso\.example is in force/);
    expect(said).toContain('pool-server has started with fe1.yaml');
    expect(said).toMatch(/sha256 Fingerprint=/i);
  });
});
