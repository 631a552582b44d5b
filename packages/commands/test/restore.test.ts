import { createHash } from 'node:crypto';
import { chown, cp, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { noteAccountsAt, openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BackedUpAuthority, backedUpAuthority } from './backed-up-authority.ts';
import { answerOf, runEntente } from './command-line.ts';

let made: BackedUpAuthority;
let backup: string;
let ca: string;
let folder: string;
let signed: string;
let taken: BackedUpAuthority['taken'];
beforeAll(async () => {
  made = await backedUpAuthority();
  ({ backup, ca, folder, signed, taken } = made);
});
afterAll(() => made[Symbol.asyncDispose]());

describe('entente ca restore', () => {
  it('restores what the named key has signed, and nothing else unless the operator says that it cannot be verified', async () => {
    const { signer } = taken.json;
    const restored = (more: string, name = 'never') =>
      runEntente(`ca restore ${backup} --directory ${join(folder, name)} ${more}`);
    expect((await runEntente(`ca restore --help`)).stdout).toMatch(/--signer <hash>[\s\S]*--unverified/);
    const refused = { status: 2, stderr: expect.stringContaining('ENTENTE_PKI_BACKUP_UNVERIFIED') };
    expect(await restored('')).toMatchObject(refused);
    expect(await restored(`--signer ${'0'.repeat(64)}`)).toMatchObject(refused);
    const usage = { status: 2, stderr: expect.stringContaining('ENTENTE_USAGE') };
    for (const wrong of ['--signer 12', `--signer ${signer} --unverified`])
      expect(await restored(wrong)).toMatchObject(usage);
    expect(await readdir(folder)).not.toContain('never');
    const colons = `${signer}`.toUpperCase().replaceAll(/(..)(?=.)/g, '$1:');
    expect(await restored(`--signer ${colons}`, 'named')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`signed by ${signer}, the key of this authority`),
    });
    expect(await restored('--unverified', 'not-verified')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`not verified: it is signed by ${signer}`),
    });
    const again = await answerOf(`ca restore ${backup} --directory ${join(folder, 'named')} --replace`);
    expect(again.status, 'a restored folder has no key until its first backup').toBe(2);
  });

  it('restores into a new folder, and says what is lost and in which order to go on', async () => {
    const into = join(folder, 'new');
    const { json, status } = await answerOf(`ca restore ${backup} ${signed} --directory ${into}`);
    expect({ json, status }).toMatchObject({ status: 0, json: { directory: into, lists: [], revoked: [] } });
    expect(json.next).toMatchObject([
      expect.stringContaining('--replace and --lists'),
      expect.stringContaining('entente cert revoke'),
      expect.stringContaining('put "accounts" back into the configuration first'),
      expect.stringContaining('copy accounts.jsonl'),
      'start the authority',
      expect.stringContaining('entente topology publish'),
      expect.stringContaining('entente user import'),
      expect.stringContaining('entente join-token'),
      expect.stringContaining('entente status'),
      expect.stringContaining('keep the hash that it prints'),
    ]);
    expect(await readFile(join(into, 'authority.yaml'))).toEqual(await readFile(join(ca, 'authority.yaml')));
    expect((await stat(join(into, 'intermediate_ca.key'))).mode & 0o777).toBe(0o600);
  });

  it('names what an interrupted backup or restore has left', async () => {
    const left = join(folder, `.ca.${'0a'.repeat(12)}.new`);
    await mkdir(left);
    const { json } = await answerOf(`ca restore ${backup} ${signed} --directory ${join(folder, 'beside')}`);
    expect(json.next).toContainEqual(expect.stringContaining(left));
    const again = await answerOf(
      `ca backup --to ${join(folder, 'other')} --config ${join(ca, 'authority.yaml')}`,
    );
    expect(again.json.next).toContainEqual(expect.stringContaining(left));
    await rm(left, { recursive: true });
  });

  it('says that keys of roots are in folders that were set aside, and only there', async () => {
    const into = join(folder, 'with-root');
    const earlier = join(`${into}.replaced-20260101T000000Z`, 'roots', '2.key');
    await mkdir(join(earlier, '..'), { recursive: true });
    await writeFile(earlier, 'of a root');
    await cp(ca, into, { recursive: true });
    const { json } = await answerOf(`ca restore ${backup} ${signed} --directory ${into} --replace`);
    const key = join(String(json.setAside), 'root_ca.key');
    expect(json.rootKeys).toEqual([earlier, key]);
    expect((json.next as string[]).slice(0, 2)).toEqual(
      [earlier, key].map((path) => expect.stringMatching(`^move ${path} to storage .* no backup has it$`)),
    );
    await rm(`${into}.replaced-20260101T000000Z`, { recursive: true });
    await rename(String(json.setAside), `${into}.replaced-20260101T000001Z`);
    const { stdout } = await runEntente(`ca restore ${backup} ${signed} --directory ${into} --replace`);
    expect(stdout).toContain(`the key of the root is in ${into}.replaced-20260101T000001Z/root_ca.key\n`);
    const other = await answerOf(
      `ca restore ${backup} ${signed} --directory ${join(folder, 'without-root')}`,
    );
    expect(other.json.rootKeys).toEqual([]);
    expect(JSON.stringify(other.json.next)).not.toContain('root_ca.key');
  });

  it.skipIf(process.getuid?.() !== 0)(
    'says whose the folder must be, where it was of another user',
    async () => {
      const into = join(folder, 'theirs');
      await answerOf(`ca restore ${backup} ${signed} --directory ${into}`);
      await chown(into, 65_534, 65_534);
      const { json } = await answerOf(`ca restore ${backup} ${signed} --directory ${into} --replace`);
      expect(json.next).toContainEqual(expect.stringContaining(`chown -R 65534 ${into}`));
    },
  );

  it('imports no accounts where they are in another database than that of the authority', async () => {
    const next = async (name: string) =>
      JSON.stringify(
        (await answerOf(`ca restore ${backup} ${signed} --directory ${join(folder, name)}`)).json.next,
      );
    expect(await next('accounts-here')).toContain('entente user import accounts.jsonl --replace');
    await noteAccountsAt(ca, 'PostgreSQL at db1.contoso.example:5432');
    const elsewhere = join(folder, 'backups', 'elsewhere');
    await answerOf(`ca backup --to ${elsewhere} --config ${join(ca, 'authority.yaml')}`);
    await noteAccountsAt(ca, undefined);
    const { json } = await answerOf(
      `ca restore ${elsewhere} ${signed} --directory ${join(folder, 'accounts-elsewhere')}`,
    );
    expect(JSON.stringify(json.next)).not.toContain('accounts.jsonl');
    expect(json.next).toContainEqual(expect.stringContaining('in PostgreSQL at db1.contoso.example:5432'));
    // A backup from before they were moved says nothing of it, and the folder that it replaces does.
    const replaced = join(folder, 'accounts-here');
    await noteAccountsAt(replaced, 'PostgreSQL at db2.contoso.example:5432');
    const older = await answerOf(`ca restore ${backup} ${signed} --directory ${replaced} --replace`);
    expect(JSON.stringify(older.json.next)).not.toContain('accounts.jsonl');
    expect(older.json.next).toContainEqual(
      expect.stringContaining('in PostgreSQL at db2.contoso.example:5432'),
    );
  });

  it('says of a folder that is not there that it is not, and of another one that it contains no backup', async () => {
    const into = join(folder, 'nowhere');
    const missing = await runEntente(`ca restore ${join(folder, 'absent')} --directory ${into}`);
    expect(missing).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${join(folder, 'absent')}: there is no such folder; name the folder`),
    });
    const other = await runEntente(`ca restore ${ca} --directory ${into}`);
    expect(other).toMatchObject({ status: 2, stderr: expect.stringContaining('contains no backup') });
  });

  it('replaces nothing without a word, and never an authority that runs', async () => {
    const refused = await runEntente(`ca restore ${backup} ${signed} --directory ${ca}`);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining('--replace') });
    await using _running = await openStore(ca);
    const running = await runEntente(`ca restore ${backup} ${signed} --directory ${ca} --replace`);
    expect(running).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('ENTENTE_PKI_LEDGER_LOCKED'),
    });
  });

  it('leaves a backup as it was that is named as the folder of the authority too', async () => {
    const database = await readFile(join(backup, 'authority.sqlite'));
    const line = `ca restore ${backup} ${signed} --directory ${backup} --replace`;
    expect((await runEntente(line)).stderr).toContain('ENTENTE_PKI_BAD_ARGUMENT');
    expect(await readFile(join(backup, 'authority.sqlite'))).toEqual(database);
  });

  it('refuses a database that is damaged although its hash fits, and a number that is none', async () => {
    const copy = join(folder, 'copy');
    await cp(backup, copy, { recursive: true });
    await rm(join(copy, 'manifest.signature.json'));
    const manifest = JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8'));
    const database = join(copy, 'authority.sqlite');
    await writeFile(database, Buffer.from('no database of SQLite at all'.repeat(200)));

    const sha256 = createHash('sha256')
      .update(await readFile(database))
      .digest('hex');
    const file = manifest.files.find(({ path }: { path: string }) => path === 'authority.sqlite');
    Object.assign(file, { sha256, bytes: 5_600 });
    await writeFile(join(copy, 'manifest.json'), JSON.stringify(manifest));
    const damaged = await runEntente(
      `ca restore ${copy} --unverified --directory ${join(folder, 'damaged')}`,
    );
    expect(damaged).toMatchObject({
      status: 2,
      stderr: expect.stringContaining(`${join(copy, 'authority.sqlite')}: the database is damaged`),
    });
    for (const number of ['many', `${2 ** 53 - 1}`]) {
      const wrong = await runEntente(
        `ca restore ${backup} ${signed} --directory ${ca} --list-number-above ${number}`,
      );
      expect(wrong).toMatchObject({ status: 2, stderr: expect.stringContaining('--list-number-above') });
    }
    expect(await readdir(folder)).not.toContain('damaged');
  });
});
