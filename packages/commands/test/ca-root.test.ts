import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRootAnswer, parseRootRequest, verifyRootAnswer } from '@entente/pki';
import { authorityFolder, IssuerStore, initialiseAuthority, ordersSocket } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { register } from '../src/commands/ca-root.ts';
import { writeRequest } from '../src/root/root-request.ts';
import { runVerb } from './command-line.ts';

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
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

async function run(...words: string[]): Promise<Record<string, unknown>> {
  return JSON.parse(await runVerb(register, ['ca', 'root', ...words, '--json']));
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

  it.each(['root-answer.json', 'root-answer.taken.json'])(
    'request is refused while the authority has not put %s in force: the root would be asked by an old list',
    async (name) => {
      const { request: file } = await request('--next');
      const where = ['--root', at('ca'), '--out', at('answer.json'), '--yes'];
      const list = await readFile(at('ca/root_ca.crl'));
      await run('sign', String(file), ...where);
      const signed = await readFile(at('ca/root_ca.crl'));
      // Where the root is elsewhere, its list is there.
      await writeFile(at('ca/root_ca.crl'), list);
      await rename(at('answer.json'), at(`ca/${name}`));
      await expect(request('--next', '--revoke', '1')).rejects.toMatchObject({
        code: 'ENTENTE_FILE_EXISTS',
        place: at(`ca/${name}`),
        remedy: expect.stringContaining('start the authority'),
      });
      expect(parseRootRequest(await readFile(String(file), 'utf8'))).toMatchObject({ revoke: [] });
      // It is in force, and about to be removed.
      await writeFile(at('ca/root_ca.crl'), signed);
      expect(await request('--revoke', '1')).toMatchObject({ revokes: expect.any(Number) });
      await writeFile(at(`ca/${name}`), 'no answer');
      expect(await request()).toMatchObject({ revokes: expect.any(Number) });
    },
  );

  it('accept does not put another answer in the place of one that the authority has not taken yet', async () => {
    const { request: file } = await request('--next');
    const list = await readFile(at('ca/root_ca.crl'));
    const sign = (out: string) => run('sign', String(file), '--root', at('ca'), '--out', at(out), '--yes');
    await sign('first.json');
    await sign('second.json');
    // Where the root is elsewhere, its list is there.
    await writeFile(at('ca/root_ca.crl'), list);
    const accept = (name: string) => run('accept', at(name), '--config', at('authority.yaml'));
    expect(await accept('first.json')).toMatchObject({ ok: true, list: 2, issuing: 2 });
    await expect(accept('second.json')).rejects.toMatchObject({
      code: 'ENTENTE_FILE_EXISTS',
      place: at('ca/root-answer.json'),
      remedy: expect.stringContaining('start the authority'),
    });
    expect(await readFile(at('ca/root-answer.json'), 'utf8')).toBe(await readFile(at('first.json'), 'utf8'));
    expect(await accept('first.json'), 'the same one again').toMatchObject({ ok: true });
    await rm(at('ca/root-answer.json'));
    expect(await accept('second.json')).toMatchObject({ ok: true, list: 3 });
    await writeFile(at('ca/root-answer.json'), 'no answer');
    expect(await accept('second.json'), 'in the place of anything else').toMatchObject({ ok: true });
  });

  it('sign continues a list of the future only where the clock is said to be right', async () => {
    const { request: file } = await request('--next');
    const where = ['--root', at('ca'), '--out', at('answer.json'), '--yes'];
    const right = Date.now();
    vi.useFakeTimers({ toFake: ['Date'], now: right + 365 * 86_400_000 });
    expect(await run('sign', String(file), ...where)).toMatchObject({ ok: true, list: 2 });
    vi.setSystemTime(right);
    expect(await run('sign', String(file), ...where)).toMatchObject({
      ok: false,
      refusal: { reason: 'clock-untrusted', remedy: expect.stringContaining('--clock-is-right') },
    });
    const signed = await run('sign', String(file), ...where, '--clock-is-right');
    vi.useRealTimers();
    expect(signed).toMatchObject({ ok: true, list: 3, issuing: 2 });
  });

  it('request waits for a running authority that is about to take the last answer, and then names the list of that', async () => {
    const { request: file } = await request('--next');
    const list = await readFile(at('ca/root_ca.crl'));
    await run('sign', String(file), '--root', at('ca'), '--out', at('answer.json'), '--yes');
    const signed = await readFile(at('ca/root_ca.crl'));
    await writeFile(at('ca/root_ca.crl'), list);
    await rename(at('answer.json'), at('ca/root-answer.json'));
    await writeFile(join(at('ca'), ordersSocket), '');
    let looks = 0;
    const taken = async () => {
      if (++looks < 3) return;
      await writeFile(at('ca/root_ca.crl'), signed);
      await rm(at('ca/root-answer.json'));
    };
    vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    await writeRequest({ config: at('authority.yaml'), json: true }, taken);
    vi.restoreAllMocks();
    expect(looks).toBe(3);
    const { rootCrl } = await IssuerStore.open(authorityFolder(at('ca')));
    const written = parseRootRequest(await readFile(String(file), 'utf8'));
    expect(Buffer.from(written?.list ?? []).equals(rootCrl.der)).toBe(true);
  });

  it('request does not ask once more for what the root has certified, while the authority still has to remove the last one', async () => {
    const { request: file } = await request('--next', '--revoke', '1');
    expect(await request(), 'not answered yet').toMatchObject({ issuing: 2, revokes: 2 });
    await run('sign', String(file), '--root', at('ca'), '--out', at('answer.json'), '--yes');
    const store = await IssuerStore.open(authorityFolder(at('ca')));
    const answer = parseRootAnswer(await readFile(at('answer.json'), 'utf8'));
    const knowledge = await store.knowledge('contoso.example', 'http://ca.contoso.example', Date.now());
    const verified = verifyRootAnswer(answer as NonNullable<typeof answer>, knowledge);
    if (!verified.ok) throw new Error(verified.refusal.message);
    await store.accept(verified.value, Date.now());
    expect(await request()).toMatchObject({ issuing: null, revokes: 0 });
    expect(await request('--next')).toMatchObject({ issuing: 3 });
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
