import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRootAnswer, parseRootRequest } from '@entente/pki';
import { authorityFolder, IssuerStore, initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { Command } from 'commander';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { register } from './ca-root.ts';

const edges = ['http://access.contoso.example', 'http://access2.contoso.example:8080'];
let folder: string;
const at = (name: string): string => join(folder, name);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-root-'));
  const [domain, fqdn, objectsUrl] = ['contoso.example', 'ca.contoso.example', 'http://ca.contoso.example'];
  await initialiseAuthority({
    directory: at('ca'),
    domain,
    fqdn,
    objectsUrl,
    outsideObjectsUrls: edges,
    now: Date.now(),
    openLedger,
  });
  const https = { host: '127.0.0.1', port: 8443, url: 'https://ca.contoso.example:8443' };
  const config = { domain, fqdn, directory: 'ca', https, objects: { port: 80, url: objectsUrl } };
  await writeFile(at('authority.yaml'), stringify(config));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

async function run(...words: string[]): Promise<Record<string, unknown>> {
  let output = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    output += String(text);
    return true;
  });
  const program = new Command().exitOverride();
  register(program);
  try {
    await program.parseAsync(['ca', 'root', ...words, '--json'], { from: 'user' });
  } finally {
    vi.restoreAllMocks();
    process.exitCode = 0;
  }
  return JSON.parse(output);
}

const request = (...more: string[]) => run('request', '--config', at('authority.yaml'), ...more);

describe('entente ca root', () => {
  it('request names where edges serve lists, so that outsiders reach the next root too', async () => {
    const { next, request: file } = await request();
    // What it says next has each option without which that command does nothing.
    expect(next).toEqual([
      expect.stringMatching(/ca root sign root-request\.json --root \S+ --out \S+$/),
      expect.stringMatching(/ca root prepare root-request\.json --root \S+ --new-root \S+ --out \S+$/),
    ]);
    const written = parseRootRequest(await readFile(String(file), 'utf8'));
    expect(written).toMatchObject({ outsideObjectsUrls: edges, nextRoot: 2 });
    const where = ['--root', at('ca'), '--new-root', at('root2'), '--out', at('answer.json'), '--yes'];
    await run('prepare', String(file), ...where);
    const answer = parseRootAnswer(await readFile(at('answer.json'), 'utf8'));
    expect(answer?.nextRoot?.crossOutside).toBeDefined();
  });

  it('sign finds the key of the root beside the authority, and keeps the list there', async () => {
    const { request: file } = await request('--next');
    const signed = await run('sign', String(file), '--root', at('ca'), '--out', at('answer.json'), '--yes');
    expect(signed).toMatchObject({ ok: true, list: 2, issuing: 2 });
    const store = await IssuerStore.open(authorityFolder(at('ca')));
    expect(store.rootCrl.number).toBe(2);
    expect(await run('accept', at('answer.json'), '--config', at('authority.yaml'))).toMatchObject({
      ok: true,
      list: 2,
      issuing: 2,
    });
  });

  it('prepare needs a request that says which number the next root gets', async () => {
    const { request: file } = await request();
    const text = JSON.parse(await readFile(String(file), 'utf8')) as Record<string, unknown>;
    const { nextRoot: _, ...old } = text;
    await writeFile(at('old.json'), JSON.stringify(old));
    const where = ['--root', at('ca'), '--new-root', at('root2'), '--out', at('answer.json'), '--yes'];
    await expect(run('prepare', at('old.json'), ...where)).rejects.toMatchObject({ code: 'ENTENTE_USAGE' });
    await writeFile(at('not.json'), '{}');
    expect(await run('prepare', at('not.json'), ...where)).toMatchObject({
      ok: false,
      refusal: { reason: 'root-document-malformed' },
    });
  });
});
