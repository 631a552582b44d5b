import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

vi.mock('@entente/store-sql', async (original) => {
  const real = (await original()) as object;
  return { ...real, openStore: vi.fn() };
});
// Files before this one in the process have loaded the command line with the real store, those after it need that again.
vi.resetModules();
const { serveLocalOrders } = await import('@entente/host');
const { PkiFault } = await import('@entente/pki');
const { ordersSocket } = await import('@entente/pki/node');
const { openStore } = await import('@entente/store-sql');
const { openStore: openReal } =
  await vi.importActual<typeof import('@entente/store-sql')>('@entente/store-sql');
const { runEntente } = await import('./command-line.ts');
const { makeAuthority } = await import('./made-authority.ts');
afterAll(() => {
  vi.doUnmock('@entente/store-sql');
  vi.resetModules();
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

describe('a backup of an authority whose audit trail takes nothing', () => {
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

  it('is complete where a running authority could not record its end, and says so', async () => {
    const { takenAt, files } = { takenAt: Date.now(), files: [] };
    const answer = { takenAt, files, unrecorded: 'no space left' };
    await using _orders = await serveLocalOrders({
      path: join(ca, ordersSocket),
      handle: async () => answer,
    });
    expect(await backUp()).toMatchObject({
      status: 0,
      stderr: expect.stringContaining(unrecorded),
      json: { ok: true, recorded: false, running: true },
    });
  });

  it('says that the running authority, of an earlier release, has not signed it', async () => {
    await using _orders = await serveLocalOrders({
      path: join(ca, ordersSocket),
      handle: async () => ({ takenAt: Date.now(), files: [] }),
    });
    const ran = await runEntente(`ca backup --to ${to} --config ${join(ca, 'authority.yaml')}`);
    expect(ran.stdout).toMatch(/not signed: [\s\S]* --unverified/);
  });

  it('says that the key which has signed it could not be kept: the next backup has another one', async () => {
    const answer = {
      takenAt: Date.now(),
      files: [],
      signer: 'ab'.repeat(32),
      signerUnsaved: 'no space left',
    };
    await using _orders = await serveLocalOrders({
      path: join(ca, ordersSocket),
      handle: async () => answer,
    });
    expect(await backUp()).toMatchObject({
      stderr: expect.stringContaining('the next one has another key: no space left'),
      json: { signer: answer.signer },
    });
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
