import { createHash } from 'node:crypto';
import { chown, cp, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrl } from '@entente/pki';
import { authorityFolder, IssuerStore } from '@entente/pki/node';
import { noteAccountsAt, openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, runEntente } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

let folder: string;
let ca: string;
let backup: string;
let taken: Awaited<ReturnType<typeof answerOf>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-backup-'));
  ca = await makeAuthority(folder);
  backup = join(folder, 'backups', '2026-11-27');
  taken = await backUp();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const backUp = () => answerOf(`ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`);

describe('entente ca backup', () => {
  it('backs up a stopped authority, names what is secret, and says that the key of the root is not in it', async () => {
    const { json, status } = taken;
    expect(status).toBe(0);
    expect(json).toMatchObject({ ok: true, to: backup, running: false });
    const files = json.files as { path: string; secret: boolean }[];
    expect(files.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
      'administrators/alice.key',
      'intermediate_ca.key',
      'tls.key',
    ]);
    expect(JSON.stringify(json.next)).toContain(join(ca, 'root_ca.key'));
    expect(await readdir(backup)).not.toContain('root_ca.key');
    expect((await stat(join(backup, 'authority.sqlite'))).mode & 0o777).toBe(0o600);
  });

  it('has in the audit trail of the stopped authority that it was ordered, also in the copy, and that it was written', async () => {
    const actions = async (folder: string) => {
      await using store = await openStore(folder);
      const { records } = await store.audit.read({ limit: 100 });
      const ofBackup = records.filter(({ action }) => action.startsWith('backup-'));
      return ofBackup.map(({ action, details }) => [action, details.to]);
    };
    expect(await actions(ca)).toEqual([
      ['backup-written', backup],
      ['backup-ordered', backup],
    ]);
    const copied = join(folder, 'copied');
    await cp(backup, copied, { recursive: true });
    expect(await actions(copied), 'which is taken after that').toEqual([['backup-ordered', backup]]);
    await rm(copied, { recursive: true });
  });

  it('refuses to write where something is', async () => {
    const { status, stderr } = await runEntente(
      `ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`,
    );
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_AUTHORITY_EXISTS'),
    });
  });

  it('names the key of the next root too, where it is on the machine of the authority', async () => {
    const key = join(ca, 'roots', '2.key');
    await mkdir(join(ca, 'roots'));
    await writeFile(key, 'of a root', { mode: 0o600 });
    const to = join(folder, 'with-next-root');
    const { json } = await answerOf(`ca backup --to ${to} --config ${join(ca, 'authority.yaml')}`);
    expect(json.next).toContainEqual(expect.stringContaining(`move ${key} to storage`));
    expect(json.files).not.toContainEqual(expect.objectContaining({ path: 'roots/2.key' }));
    await rm(join(ca, 'roots'), { recursive: true });
  });

  it('does not read beside an authority that runs and takes no orders', async () => {
    await using _running = await openStore(ca);
    const { status, stderr } = await runEntente(
      `ca backup --to ${backup} --config ${join(ca, 'authority.yaml')}`,
    );
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_LEDGER_LOCKED'),
    });
  });
});

describe('entente ca restore', () => {
  it('restores into a new folder, and says what is lost and in which order to go on', async () => {
    const into = join(folder, 'new');
    const { json, status } = await answerOf(`ca restore ${backup} --directory ${into}`);
    expect({ json, status }).toMatchObject({ status: 0, json: { directory: into, lists: [], revoked: [] } });
    expect(json.next).toMatchObject([
      expect.stringContaining('--replace and --lists'),
      expect.stringContaining('entente cert revoke'),
      expect.stringContaining('accounts.jsonl'),
      'start the authority',
      expect.stringContaining('entente user import'),
      expect.stringContaining('entente topology publish'),
      expect.stringContaining('entente join-token'),
      expect.stringContaining('entente status'),
    ]);
    expect(await readFile(join(into, 'authority.yaml'))).toEqual(await readFile(join(ca, 'authority.yaml')));
    expect((await stat(join(into, 'intermediate_ca.key'))).mode & 0o777).toBe(0o600);
  });

  it('takes over what the list of a member says is revoked since', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const into = join(folder, 'new');
    const list = join(folder, 'revocation.crl');
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const revoked = [
      { serialHex: '7f01', notAfter: now, revocation: { at: now, reason: 'keyCompromise' as const } },
    ];
    const content = { number: 9, thisUpdate: now, nextUpdate: now + 86_400_000, revoked };
    await writeFile(list, await createCrl(active.issuer, content));
    const { json } = await answerOf(`ca restore ${backup} --directory ${into} --replace --lists ${list}`);
    expect(json).toMatchObject({
      setAside: expect.stringMatching(/new\.replaced-\d{8}T\d{6}Z$/),
      lists: [{ number: 9 }],
      revoked: [{ serialHex: '7f01', reason: 'keyCompromise' }],
    });
    expect(JSON.stringify(json.next)).not.toContain('cert revoke');
    await using store = await openStore(into);
    expect(await store.ledger.revoked(active.record.id, 0)).toMatchObject([{ serialHex: '7f01' }]);
    expect(await store.ledger.nextCrlNumber(active.record.id)).toBeGreaterThan(9);
  });

  it('says that a list tells nothing which is of the root, or no newer than the backup', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const old = join(folder, 'old.crl');
    const content = { number: 1, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    await writeFile(old, await createCrl(active.issuer, content));
    {
      await using store = await openStore(ca);
      await store.ledger.nextCrlNumber(active.record.id);
    }
    const later = join(folder, 'later');
    await answerOf(`ca backup --to ${later} --config ${join(ca, 'authority.yaml')}`);
    for (const [index, list] of [old, join(ca, 'root_ca.crl')].entries()) {
      const into = join(folder, `list-${index}`);
      const { json } = await answerOf(`ca restore ${later} --directory ${into} --lists ${list}`);
      expect(json.next).toContainEqual(expect.stringContaining('--replace and --lists'));
    }
    const misnamed = await runEntente(`ca restore ${later} --directory ${join(folder, 'l')} --lists ${ca}`);
    expect(misnamed).toMatchObject({ status: 2, stderr: expect.stringContaining('found a folder') });
  });

  it('names what an interrupted backup or restore has left', async () => {
    const left = join(folder, `.ca.${'0a'.repeat(12)}.new`);
    await mkdir(left);
    const { json } = await answerOf(`ca restore ${backup} --directory ${join(folder, 'beside')}`);
    expect(json.next).toContainEqual(expect.stringContaining(left));
    const again = await answerOf(
      `ca backup --to ${join(folder, 'other')} --config ${join(ca, 'authority.yaml')}`,
    );
    expect(again.json.next).toContainEqual(expect.stringContaining(left));
    await rm(left, { recursive: true });
  });

  it.skipIf(process.getuid?.() !== 0)(
    'says whose the folder must be, where it was of another user',
    async () => {
      const into = join(folder, 'theirs');
      await answerOf(`ca restore ${backup} --directory ${into}`);
      await chown(into, 65_534, 65_534);
      const { json } = await answerOf(`ca restore ${backup} --directory ${into} --replace`);
      expect(json.next).toContainEqual(expect.stringContaining(`chown -R 65534 ${into}`));
    },
  );

  it('imports no accounts where they are in another database than that of the authority', async () => {
    const next = async (name: string) =>
      JSON.stringify((await answerOf(`ca restore ${backup} --directory ${join(folder, name)}`)).json.next);
    expect(await next('accounts-here')).toContain('entente user import accounts.jsonl --replace');
    await noteAccountsAt(ca, 'PostgreSQL at db1.contoso.example:5432');
    const elsewhere = join(folder, 'backups', 'elsewhere');
    await answerOf(`ca backup --to ${elsewhere} --config ${join(ca, 'authority.yaml')}`);
    await noteAccountsAt(ca, undefined);
    const { json } = await answerOf(
      `ca restore ${elsewhere} --directory ${join(folder, 'accounts-elsewhere')}`,
    );
    expect(JSON.stringify(json.next)).not.toContain('accounts.jsonl');
    expect(json.next).toContainEqual(expect.stringContaining('in PostgreSQL at db1.contoso.example:5432'));
    // A backup from before they were moved says nothing of it, and the folder that it replaces does.
    const replaced = join(folder, 'accounts-here');
    await noteAccountsAt(replaced, 'PostgreSQL at db2.contoso.example:5432');
    const older = await answerOf(`ca restore ${backup} --directory ${replaced} --replace`);
    expect(JSON.stringify(older.json.next)).not.toContain('accounts.jsonl');
    expect(older.json.next).toContainEqual(
      expect.stringContaining('in PostgreSQL at db2.contoso.example:5432'),
    );
  });

  it('replaces nothing without a word, and never an authority that runs', async () => {
    const refused = await runEntente(`ca restore ${backup} --directory ${ca}`);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--replace') });
    await using _running = await openStore(ca);
    const running = await runEntente(`ca restore ${backup} --directory ${ca} --replace`);
    expect(running).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_LEDGER_LOCKED'),
    });
  });

  it('refuses a database that is damaged although its hash fits, and a number that is none', async () => {
    const copy = join(folder, 'copy');
    await cp(backup, copy, { recursive: true });
    const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'));
    const database = join(copy, 'authority.sqlite');
    await writeFile(database, Buffer.from('no database of SQLite at all'.repeat(200)));

    const sha256 = createHash('sha256')
      .update(await readFile(database))
      .digest('hex');
    const file = manifest.files.find(({ path }: { path: string }) => path === 'authority.sqlite');
    Object.assign(file, { sha256, bytes: 5_600 });
    await writeFile(join(copy, 'manifest.json'), JSON.stringify(manifest));
    const damaged = await runEntente(`ca restore ${copy} --directory ${join(folder, 'damaged')}`);
    expect(damaged).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${join(copy, 'authority.sqlite')}: the database is damaged`),
    });
    for (const number of ['many', `${2 ** 53 - 1}`]) {
      const wrong = await runEntente(`ca restore ${backup} --directory ${ca} --list-number-above ${number}`);
      expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('--list-number-above') });
    }
    expect(await readdir(folder)).not.toContain('damaged');
  });
});
