import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFile,
  lstat,
  mkdir,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PkiFault } from '@entente/pki';
import { initialiseAuthority, readRestoredMark } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { authorityFolder } from '../src/node/authority-folder.ts';
import {
  type BackupScene,
  backupScene,
  databaseFile,
  mayMount,
  restoredAt,
  takenAt,
} from './backup-scene.ts';
import { memoryLedgers } from './memory-ledgers.ts';

let scene: BackupScene;
let folder: string;
let directory: string;

beforeEach(async () => {
  scene = await backupScene();
  ({ directory, folder } = scene);
});
afterEach(() => scene.close());

const backup: BackupScene['backup'] = (meanwhile) => scene.backup(meanwhile);
const restore: BackupScene['restore'] = (into, changes) => scene.restore(into, changes);
const damaged = (place: string) => ({ code: 'ENTENTE_PKI_BACKUP_DAMAGED', place: join(scene.to, place) });

describe('a backup', () => {
  it.skipIf(process.platform === 'win32')(
    'names the file of the authority that cannot be read, and whose it must be',
    async () => {
      await symlink('loop', join(directory, 'loop'));
      await expect(backup()).rejects.toMatchObject({
        code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
        place: join(directory, 'loop'),
        remedy: expect.stringContaining(`chown -R <user> ${directory}`),
      });
      await rm(join(directory, 'loop'));
    },
  );

  it('has every file of the authority with its hash, for its owner alone, and says which are secret', async () => {
    const { files } = await backup();
    const paths = files.map(({ path }) => path);
    expect(paths).toEqual(
      expect.arrayContaining([
        databaseFile,

        'authority.yaml',
        'intermediate_ca.key',
        'tls.key',
      ]),
    );
    expect(files.filter(({ secret }) => secret).map(({ path }) => path)).toEqual([
      'administrators/alice.key',
      'intermediate_ca.key',
      'tls.key',
    ]);
    for (const { bytes, path, sha256 } of files) {
      const content = await readFile(join(scene.to, path));
      expect([content.length, createHash('sha256').update(content).digest('hex')]).toEqual([bytes, sha256]);
      expect((await stat(join(scene.to, path))).mode & 0o777, path).toBe(0o600);
    }
    expect((await stat(scene.to)).mode & 0o777).toBe(0o700);
    expect((await stat(join(scene.to, 'manifest.json'))).mode & 0o777).toBe(0o600);
  });

  it('has the key of no root, nor logs, nor what is beside the database', async () => {
    // That of the next root, and what somebody has set aside.
    const others = ['roots/2.key', 'roots/2.crt', 'before/root_ca.key'];
    for (const path of others) {
      await mkdir(dirname(join(directory, path)), { recursive: true });
      await writeFile(join(directory, path), 'of a root', { mode: 0o600 });
    }
    const paths = (await backup()).files.map(({ path }) => path);
    const out = [
      'root_ca.key',
      'roots/2.key',
      'before/root_ca.key',
      'authority.yaml.log',
      `${databaseFile}-wal`,
    ];
    for (const path of out) {
      expect(paths).not.toContain(path);
    }
    expect(paths).toEqual(expect.arrayContaining(['root_ca.crt', 'roots/2.crt']));
  });

  it('is taken again where a file has changed while the database was copied, so that all is of one moment', async () => {
    let attempts = 0;
    await backup(async (attempt) => {
      attempts = attempt;
      if (attempt === 1) await writeFile(join(directory, 'domain-keys.json'), 'new', { mode: 0o600 });
      if (attempt === 2) await rm(join(directory, 'authority.yaml'));
    });
    expect(attempts).toBe(3);
    expect(await readFile(join(scene.to, 'domain-keys.json'), 'utf8')).toBe('new');
  });

  it('is given up where files change all the time, and nothing is left', async () => {
    const changing = backup((attempt) => writeFile(join(directory, 'domain-keys.json'), `${attempt}`));
    await expect(changing).rejects.toMatchObject({ code: 'ENTENTE_PKI_FILE_UNAVAILABLE' });
    expect(await readdir(join(folder, 'backups'))).toEqual([]);
  });

  it('is not written into the folder that it is a copy of', async () => {
    for (const inner of [join(directory, 'backups', 'first'), directory]) {
      scene.to = inner;
      await expect(backup()).rejects.toMatchObject({ place: inner });
    }
    expect(await readdir(directory)).not.toContain('backups');
  });

  it('overwrites nothing, and leaves nothing where it fails', async () => {
    await mkdir(scene.to, { recursive: true });
    await expect(backup()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS', place: scene.to });
    await rm(scene.to, { recursive: true });
    await mkdir(join(folder, 'backups'), { recursive: true });
    await symlink(join(folder, 'nowhere'), scene.to);
    await expect(backup()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS', place: scene.to });
    await rm(scene.to);
    // Another one with this name is faster.
    const slow = backup(async () => void (await mkdir(join(scene.to, 'taken'), { recursive: true })));
    await expect(slow).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS', place: scene.to });
    expect(await readdir(join(folder, 'backups'))).toEqual(['first']);
    await rm(scene.to, { recursive: true });
    const failing = backup(() => Promise.reject(new Error('no space left')));
    await expect(failing).rejects.toMatchObject({ code: 'ENTENTE_PKI_FILE_UNAVAILABLE' });
    expect(await readdir(join(folder, 'backups'))).toEqual([]);
  });
});

describe('a restore', () => {
  it('puts every file back with its rights, and marks the folder', async () => {
    const { files } = await backup();
    const into = join(folder, 'other', 'ca');
    const { manifest, prepared } = await restore(into, { above: 77 });
    expect({ manifest, prepared }).toMatchObject({ manifest: { takenAt, files }, prepared: 'prepared' });
    for (const { path } of files) {
      expect(await readFile(join(into, path))).toEqual(await readFile(join(directory, path)));
      const modes = [stat(join(into, path)), stat(join(directory, path))].map(
        async (one) => (await one).mode,
      );
      expect(await modes[0], path).toBe(await modes[1]);
    }
    const mark = await readRestoredMark(authorityFolder(into));
    expect(mark).toEqual({ takenAt, restoredAt, above: 77 });
    expect(await readdir(join(folder, 'other'))).toEqual(['ca']);
  });

  it('does not touch a folder with files, unless it is to be replaced: then it is kept', async () => {
    await backup();
    await expect(restore(directory)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS' });
    await writeFile(join(directory, 'tls.key'), 'changed');
    const { setAside = '' } = await restore(directory, { replace: true });
    expect(setAside).toBe(`${directory}.replaced-20261128T040506Z`);
    expect(await readFile(join(setAside, 'tls.key'), 'utf8')).toBe('changed');
    expect(await readFile(join(directory, 'tls.key'), 'utf8')).toContain('PRIVATE KEY');
  });

  it('goes to where a link leads, and leaves the link as it is', async () => {
    await backup();
    const [link, disk] = [join(folder, 'link'), join(folder, 'disk-2')];
    await mkdir(join(disk, 'ca'), { recursive: true });
    await symlink(join(disk, 'ca'), link);
    await restore(link);
    expect(await readdir(join(disk, 'ca'))).toContain('restored.json');
    const { setAside = '' } = await restore(link, { replace: true });
    expect(dirname(setAside)).toBe(await realpath(disk));
    expect(await readdir(join(disk, 'ca'))).toContain('restored.json');
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
  });

  it('takes a backup of an earlier release, which has the key of a next root', async () => {
    await backup();
    const manifest = await scene.manifest();
    const sha256 = createHash('sha256').update('of a root').digest('hex');
    await mkdir(join(scene.to, 'roots'));
    await writeFile(join(scene.to, 'roots', '2.key'), 'of a root');
    const key = { path: 'roots/2.key', bytes: 9, sha256, mode: 0o600, secret: true };
    await scene.writeManifest({ ...manifest, files: [...manifest.files, key] });
    await restore(join(folder, 'new'));
    expect(await readFile(join(folder, 'new', 'roots', '2.key'), 'utf8')).toBe('of a root');
  });

  it('takes an empty folder', async () => {
    await backup();
    await mkdir(join(folder, 'empty'));
    await restore(join(folder, 'empty'));
    expect(await readdir(join(folder, 'empty'))).toContain('restored.json');
  });

  it('is refused where a file is not the one of the manifest, or is missing; then nothing was changed', async () => {
    await backup();
    const key = join(scene.to, 'intermediate_ca.key');
    await appendFile(key, '\n');
    const refused = restore(directory, { replace: true });
    await expect(refused).rejects.toMatchObject(damaged('intermediate_ca.key'));
    const content = await readFile(key, 'utf8');
    await writeFile(key, content.slice(0, -1).replace('MI', 'mi'));
    await expect(restore(join(folder, 'new'))).rejects.toMatchObject(damaged('intermediate_ca.key'));
    await rm(key);
    await expect(restore(join(folder, 'new'))).rejects.toMatchObject(damaged('intermediate_ca.key'));
    expect((await readdir(folder)).sort()).toEqual(['backups', 'ca']);
  });

  it('is refused where the manifest leads out of the folder, or lacks the database', async () => {
    await backup();
    const manifest = await scene.manifest();
    for (const path of ['../outside', '/etc/passwd', 'a/../../b', 'root_ca.key', '.hidden']) {
      const file = { ...manifest.files[0], path };
      await scene.writeManifest({ ...manifest, files: [...manifest.files, file] });
      await expect(restore(join(folder, 'new')), path).rejects.toMatchObject(damaged('manifest.json'));
    }
    const without = manifest.files.filter(({ path }: { path: string }) => path !== databaseFile);
    await scene.writeManifest({ ...manifest, files: without });
    await expect(restore(join(folder, 'new'))).rejects.toMatchObject(damaged('manifest.json'));
    await rm(join(scene.to, 'manifest.json'));
    await expect(restore(join(folder, 'new'))).rejects.toMatchObject(damaged('manifest.json'));
  });

  it('does not put the authority of somebody else in the place of the one that is there', async () => {
    await backup();
    const other = join(folder, 'fabrikam');
    await initialiseAuthority({
      directory: other,
      domain: 'fabrikam.example',
      fqdn: 'ca.fabrikam.example',
      objectsUrl: 'http://ca.fabrikam.example',
      now: takenAt,
      openLedger: memoryLedgers(),
    });
    await expect(restore(other, { replace: true })).rejects.toMatchObject({
      code: 'ENTENTE_PKI_AUTHORITY_EXISTS',
      message: expect.stringMatching(/fabrikam.*the backup is of .*contoso/),
    });
    expect((await readdir(folder)).sort()).toEqual(['backups', 'ca', 'fabrikam']);
    // Of one that cannot be read nobody can say whose it is; it may be why somebody restores.
    await rm(join(other, 'root_ca.crt'));
    await restore(other, { replace: true });
  });

  it('is not restored over itself, into itself, or over a folder that contains it', async () => {
    await backup();
    const link = join(folder, 'link');
    await symlink(scene.to, link);
    const within = join(folder, 'backups');
    for (const into of [scene.to, link, join(scene.to, 'ca'), join(link, 'deep', 'ca'), within, folder]) {
      const prepare = () => Promise.reject(new Error('the backup was read'));
      await expect(restore(into, { replace: true, prepare }), into).rejects.toMatchObject({
        code: 'ENTENTE_PKI_BAD_ARGUMENT',
        place: into,
      });
    }
    // A folder beside it, whose name begins with that of the backup.
    await restore(`${scene.to}-restored`);
  });

  it('opens no pipe and follows no link in the place of a file', async () => {
    await backup();
    const key = join(scene.to, 'tls.key');
    const elsewhere = join(folder, 'elsewhere');
    await rename(key, elsewhere);
    for (const place of [
      () => execFileSync('mkfifo', [key]),
      () => symlink(elsewhere, key),
      () => mkdir(key),
    ]) {
      await place();
      await expect(restore(join(folder, 'new'))).rejects.toMatchObject(damaged('tls.key'));
      await rm(key, { recursive: true });
    }
  });

  it('finds that another one was faster, and leaves what that has restored', async () => {
    await backup();
    const into = join(folder, 'new');
    const slow = restore(into, { prepare: () => restore(into) });
    await expect(slow).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_EXISTS', place: into });
    expect(await readdir(into)).toContain('restored.json');
    expect((await readdir(folder)).sort()).toEqual(['backups', 'ca', 'new']);
  });

  it('puts the folder back that it had set aside, where the restored one cannot take its place', async () => {
    await backup();
    let draft = '';
    const failing = restore(directory, {
      replace: true,
      prepare: async (prepared: string) => {
        draft = prepared;
      },
      beforeSetAside: () => rename(draft, join(folder, 'lost')),
    });
    await expect(failing).rejects.toMatchObject({ code: 'ENTENTE_PKI_FILE_UNAVAILABLE' });
    expect(await readFile(join(directory, databaseFile), 'utf8')).toBe('database');
    expect((await readdir(folder)).sort()).toEqual(['backups', 'ca', 'lost']);
  });

  it('names the file of the backup, and not of the draft, where something in it cannot be used', async () => {
    await backup();
    const because = (code: PkiFault['code']) =>
      restore(join(folder, 'new'), {
        prepare: (draft: string) =>
          Promise.reject(
            new PkiFault(code, { sentence: 'why', place: join(draft, databaseFile), remedy: 'stop it' }),
          ),
      });
    await expect(because('ENTENTE_PKI_LEDGER_DAMAGED')).rejects.toMatchObject(damaged(databaseFile));
    await expect(because('ENTENTE_PKI_LEDGER_TOO_NEW')).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_TOO_NEW',
      place: join(scene.to, databaseFile),
      remedy: 'stop it',
    });
    await expect(because('ENTENTE_PKI_LEDGER_UNAVAILABLE')).rejects.toMatchObject({
      code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
      place: folder,
      remedy: expect.stringContaining('space'),
    });
  });

  describe.skipIf(!mayMount())('into a mount point', () => {
    let disk: string;
    const mount = async (size: string) => {
      disk = join(folder, 'disk');
      await mkdir(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk]);
    };
    afterEach(() => execFileSync('umount', [disk]));

    it('leaves nothing there where the disk is full', async () => {
      await backup();
      await mount('16k');
      const full = expect.stringContaining('ENOSPC');
      await expect(restore(disk)).rejects.toMatchObject({ message: full });
      expect(await readdir(disk)).toEqual([]);
    });

    it('says that a mount point cannot be set aside', async () => {
      await backup();
      await mount('1m');
      await restore(disk);
      await expect(restore(disk, { replace: true })).rejects.toMatchObject({
        code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
        remedy: expect.stringContaining('without --replace, and with --signer and the hash'),
      });
      expect(await readdir(disk)).toContain('restored.json');
    });
  });

  it('leaves everything as it was where its preparation fails', async () => {
    await backup();
    const fault = Object.assign(new Error('the database is damaged'), { code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
    const failing = restore(directory, { replace: true, prepare: () => Promise.reject(fault) });
    await expect(failing).rejects.toBe(fault);
    expect((await readdir(folder)).sort()).toEqual(['backups', 'ca']);
    expect(await readFile(join(directory, databaseFile), 'utf8')).toBe('database');
  });
});
