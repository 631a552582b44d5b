import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PkiFault } from '@entente/pki';
import { openStore } from '@entente/store-sql';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { runEntente } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

const { openStore: openReal } =
  await vi.importActual<typeof import('@entente/store-sql')>('@entente/store-sql');
vi.mock('@entente/store-sql', async (original) => {
  const real = (await original()) as object;
  return { ...real, openStore: vi.fn() };
});

/** The authority as it is made once, and the folder of a test. */
let made: string;
let folder: string;
let ca: string;
let to: string;
/** What the trail does not take, and why. */
let refused: ReadonlySet<string>;
let code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE' | 'ENTENTE_PKI_AUDIT_DAMAGED';

beforeAll(async () => {
  made = await mkdtemp(join(tmpdir(), 'entente-backup-made-'));
  vi.mocked(openStore).mockImplementation(openReal);
  await makeAuthority(made);
});
afterAll(() => rm(made, { recursive: true, force: true }));

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-backup-full-'));
  [ca, to] = [join(folder, 'ca'), join(folder, 'other-disk', 'backup')];
  await cp(join(made, 'ca'), ca, { recursive: true });
  [refused, code] = [new Set(), 'ENTENTE_PKI_AUDIT_UNAVAILABLE'];
  vi.mocked(openStore).mockImplementation(async (...of) => {
    const store = await openReal(...of);
    const record: typeof store.audit.record = async (entry) => {
      if (!refused.has(entry.action)) return store.audit.record(entry);
      const place = 'the audit trail of this test';
      throw new PkiFault(code, { sentence: 'no space left', place, remedy: 'free space' });
    };
    return { ...store, audit: { ...store.audit, record } };
  });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const backUp = async () => {
  const ran = await runEntente(`ca backup --to ${to} --config ${join(ca, 'authority.yaml')} --json`);
  return {
    ...ran,
    json: JSON.parse(ran.stdout.trimEnd().split('\n').at(-1) ?? '') as { recorded?: boolean },
  };
};
const complete = async () => expect(await readdir(to)).toContain('manifest.json');
const recorded = async () => {
  await using store = await openReal(ca);
  const { records } = await store.audit.read({ limit: 100 });
  return records.map(({ action }) => action).filter((action) => action.startsWith('backup-'));
};
const unrecorded = 'the audit trail of the authority does not have that it was written: no space left';

describe('a backup of a stopped authority whose audit trail takes nothing', () => {
  it('is written all the same, and says so', async () => {
    refused = new Set(['backup-ordered', 'backup-written']);
    const { json, status, stderr } = await backUp();
    expect({ status, stderr, json }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(unrecorded),
      json: { ok: true, recorded: false },
    });
    await complete();
    expect(await recorded()).toEqual([]);
  });

  it('is complete where only its end could not be recorded', async () => {
    refused = new Set(['backup-written']);
    const { json, status, stderr } = await backUp();
    expect({ status, stderr, json }).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(unrecorded),
      json: { ok: true, recorded: false },
    });
    await complete();
    expect(await recorded()).toEqual(['backup-ordered']);
  });

  it('is not written where the trail is damaged: that is no lack of space', async () => {
    refused = new Set(['backup-ordered']);
    code = 'ENTENTE_PKI_AUDIT_DAMAGED';
    expect((await backUp()).status).toBe(2);
    await expect(readdir(to)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('leaves no record of an order where something has its name already, or it would be in the folder of the authority', async () => {
    await mkdir(to, { recursive: true });
    const config = join(ca, 'authority.yaml');
    const existing = await runEntente(`ca backup --to ${to} --config ${config}`);
    expect(existing).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_AUTHORITY_EXISTS'),
    });
    expect(await runEntente(`ca backup --to ${join(ca, 'backup')} --config ${config}`)).toMatchObject({
      status: 2,
    });
    expect(await recorded()).toEqual([]);
    await rm(to, { recursive: true });
    const { json, stderr } = await backUp();
    expect({ json, stderr }).toMatchObject({ stderr: '', json: { recorded: true } });
    expect(await recorded()).toEqual(['backup-written', 'backup-ordered']);
  });
});
