import { createHash } from 'node:crypto';
import { chown, cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCrl, parseRootAnswer, type RootAnswer, verifyRootAnswer } from '@entente/pki';
import { authorityFolder, IssuerStore } from '@entente/pki/node';
import { noteAccountsAt, openStore } from '@entente/store-sql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answerOf, runEntente } from './command-line.ts';
import { makeAuthority } from './made-authority.ts';

let folder: string;
let ca: string;
let backup: string;
let taken: Awaited<ReturnType<typeof answerOf>>;
/** The option that names the key which signs backups of this authority. */
let signed: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ca-backup-'));
  ca = await makeAuthority(folder);
  backup = join(folder, 'backups', '2026-11-27');
  taken = await backUp();
  signed = `--signer ${taken.json.signer}`;
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

  it('says which key has signed it, and that its hash is to be kept', async () => {
    const { signer, next } = taken.json;
    expect(signer).toMatch(/^[0-9a-f]{64}$/);
    expect(next).toContainEqual(expect.stringContaining('keep the hash'));
    expect(next).toContainEqual(expect.stringMatching(new RegExp(`ca restore .* --signer ${signer}$`)));
    const { stdout } = await runEntente(
      `ca backup --to ${join(folder, 'for-people')} --config ${join(ca, 'authority.yaml')}`,
    );
    expect(stdout).toContain(`signed by ${signer}\n`);
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
      stderr: expect.stringContaining('ENTENTE_ORDERS_SOCKET_MISSING'),
    });
  });
});

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
    const { json } = await answerOf(
      `ca restore ${backup} ${signed} --directory ${into} --replace --lists ${list}`,
    );
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
      await store.ledger.nextCrlNumber(active.record.id, 1);
    }
    const later = join(folder, 'later');
    await answerOf(`ca backup --to ${later} --config ${join(ca, 'authority.yaml')}`);
    for (const [index, list] of [old, join(ca, 'root_ca.crl')].entries()) {
      const into = join(folder, `list-${index}`);
      const { json } = await answerOf(`ca restore ${later} ${signed} --directory ${into} --lists ${list}`);
      expect(json.next).toContainEqual(expect.stringContaining('--replace and --lists'));
    }
    const misnamed = await runEntente(
      `ca restore ${later} ${signed} --directory ${join(folder, 'l')} --lists ${ca}`,
    );
    expect(misnamed).toMatchObject({ status: 2, stderr: expect.stringContaining('found a folder') });
  });

  it('says that nothing is to be done where a member has the list that the backup has', async () => {
    const { active } = await IssuerStore.open(authorityFolder(ca));
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    await using store = await openStore(ca);
    const number = await store.ledger.nextCrlNumber(active.record.id);
    await store[Symbol.asyncDispose]();
    const [same, ended] = [join(folder, 'same.crl'), join(folder, 'ended.crl')];
    const content = { number, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    await writeFile(same, await createCrl(active.issuer, content));
    const before = { ...content, thisUpdate: now - 172_800_000, nextUpdate: now - 86_400_000 };
    await writeFile(ended, await createCrl(active.issuer, before));
    const later = join(folder, 'same');
    await answerOf(`ca backup --to ${later} --config ${join(ca, 'authority.yaml')}`);
    const line = (into: string) =>
      `ca restore ${later} ${signed} --directory ${join(folder, into)} --lists ${same} --lists ${join(ca, 'root_ca.crl')}`;
    const { json } = await answerOf(line('same-1'));
    expect(json).toMatchObject({
      lists: [
        { newer: false, last: true },
        { newer: false, last: false },
      ],
    });
    expect(JSON.stringify(json.next)).not.toMatch(/--lists|cert revoke/);
    const { stdout } = await runEntente(line('same-2'));
    expect(stdout).toContain('know of nothing that was revoked since');
    expect(stdout).not.toContain('not restored');
    // Its member was away when the next one came.
    const away = await answerOf(
      `ca restore ${later} ${signed} --directory ${join(folder, 'same-3')} --lists ${ended}`,
    );
    expect(away.json).toMatchObject({ lists: [{ last: true }] });
    expect(JSON.stringify(away.json.next)).toMatch(/--lists <folder of another member>.*cert revoke/);
  });

  it('names another member where the lists are not of every issuing authority of the backup', async () => {
    const own = await mkdtemp(join(folder, 'two-'));
    const directory = await makeAuthority(own);
    const config = join(directory, 'authority.yaml');
    const steps = [
      `ca root request --config ${config} --next`,
      `ca root sign ${join(directory, 'root-request.json')} --root ${directory} --out ${join(own, 'answer.json')} --yes`,
    ];
    for (const step of steps) expect((await answerOf(step)).status).toBe(0);
    const store = await IssuerStore.open(authorityFolder(directory));
    const answer = parseRootAnswer(await readFile(join(own, 'answer.json'), 'utf8')) as RootAnswer;
    const names = ['contoso.example', 'http://ca.contoso.example'] as const;
    const verified = verifyRootAnswer(answer, await store.knowledge(...names, Date.now()));
    if (!verified.ok) throw new Error(verified.refusal.message);
    await store.accept(verified.value, Date.now());
    const now = Math.floor(Date.now() / 1_000) * 1_000;
    const content = { number: 1, thisUpdate: now, nextUpdate: now + 86_400_000, revoked: [] };
    const files: string[] = [];
    for (const { issuer, record } of store.live) {
      await using opened = await openStore(directory);
      const number = await opened.ledger.nextCrlNumber(record.id);
      const file = join(own, `${record.number}.crl`);
      await writeFile(file, await createCrl(issuer, { ...content, number }));
      files.push(file);
    }
    expect(files).toHaveLength(2);
    const to = join(own, 'backup');
    const { signer } = (await answerOf(`ca backup --to ${to} --config ${config}`)).json;
    const restored = async (...lists: readonly string[]) => {
      const given = [`--signer ${signer}`, ...lists.map((list) => `--lists ${list}`)].join(' ');
      return (await answerOf(`ca restore ${to} --directory ${join(own, `into-${lists.length}`)} ${given}`))
        .json;
    };
    expect(JSON.stringify((await restored(...files.slice(0, 1))).next)).toContain('another member');
    expect(JSON.stringify((await restored(...files)).next)).not.toContain('another member');
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
