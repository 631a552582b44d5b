import { execFileSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { cp, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBackup } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { signManifest } from '../src/node/backup/backup-signature.ts';
import { type BackupScene, backupScene, databaseFile, mayMount, takenAt } from './backup-scene.ts';

const [keyFile, signature] = ['backup_signing.key', 'manifest.signature.json'];
let scene: BackupScene;
beforeEach(async () => {
  scene = await backupScene();
});
afterEach(() => scene.close());

const inBackup = (path: string) => join(scene.to, path);
const unverified = (sentence: RegExp) => ({
  code: 'ENTENTE_PKI_BACKUP_UNVERIFIED',
  place: scene.to,
  message: expect.stringMatching(sentence),
});
const damaged = (path: string) => ({ code: 'ENTENTE_PKI_BACKUP_DAMAGED', place: inBackup(path) });

/** Exchanges a file, and says so in a manifest that names the new one. */
async function exchange(path: string, content: string): Promise<string> {
  await writeFile(inBackup(path), content);
  const sha256 = createHash('sha256').update(content).digest('hex');
  const { files, ...rest } = await scene.manifest();
  const changed = files.map((file) =>
    file.path === path ? { ...file, bytes: Buffer.byteLength(content), sha256 } : file,
  );
  const text = JSON.stringify({ ...rest, files: changed });
  await writeFile(inBackup('manifest.json'), text);
  return text;
}

/** The folders beside the backups: the authority alone, as long as nothing is restored. */
const untouched = async () => expect((await readdir(scene.folder)).sort()).toEqual(['backups', 'ca']);

describe('the key that signs backups', () => {
  it('is created by the first backup, stays in the folder of the authority for its owner alone, and is in no backup', async () => {
    const first = await scene.backup();
    const key = join(scene.directory, keyFile);
    expect((await stat(key)).mode & 0o777).toBe(0o600);
    expect(first.signer).toMatch(/^[0-9a-f]{64}$/);
    scene.to = join(scene.folder, 'backups', 'second');
    const second = await scene.backup();
    expect(second.signer).toBe(first.signer);
    expect(second.files.map(({ path }) => path)).not.toContain(keyFile);
    expect(await readdir(scene.to)).not.toContain(keyFile);
    expect((await stat(inBackup(signature))).mode & 0o777).toBe(0o600);
  });

  it('is not used where others may read it', async () => {
    await writeFile(join(scene.directory, keyFile), 'not a key', { mode: 0o644 });
    await expect(scene.backup()).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
    await rm(join(scene.directory, keyFile));
    await writeFile(join(scene.directory, keyFile), 'not a key', { mode: 0o600 });
    await expect(scene.backup()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED' });
    expect(await readdir(scene.folder)).toEqual(['ca']);
  });

  it.skipIf(!mayMount())(
    'signs one backup where the disk does not take it: that may be all that is left of the authority',
    async () => {
      const disk = join(scene.folder, 'disk');
      await mkdir(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', disk]);
      try {
        await cp(scene.directory, disk, { recursive: true });
        await expect(writeFile(join(disk, 'full.log'), Buffer.alloc(1_048_576))).rejects.toThrow('ENOSPC');
        const copyTo = (file: string) => writeFile(file, 'database');
        const database = { file: databaseFile, copyTo };
        const { signer, signerUnsaved } = await writeBackup({
          directory: disk,
          to: scene.to,
          database,
          now: () => takenAt,
        });
        expect(signerUnsaved).toContain('ENOSPC');
        expect(await readdir(disk)).not.toContain(keyFile);
        expect(await scene.restore(join(scene.folder, 'new'), { signer })).toMatchObject({
          verified: true,
          signer,
        });
      } finally {
        execFileSync('umount', [disk]);
      }
    },
  );

  it('stays the same where the backup takes the place of the folder that has it', async () => {
    const { signer } = await scene.backup();
    await scene.restore(scene.directory, { replace: true });
    scene.to = join(scene.folder, 'backups', 'second');
    expect((await scene.backup()).signer).toBe(signer);
  });

  it('stays the same, and counts, where a restore that was killed has set the folder that has it aside', async () => {
    const { signer } = await scene.backup();
    for (const day of ['20261101', '20261130'])
      await cp(scene.directory, `${scene.directory}.replaced-${day}T120000Z`, { recursive: true });
    await rm(join(`${scene.directory}.replaced-20261101T120000Z`, keyFile));
    await rm(scene.directory, { recursive: true });
    const restored = await scene.restore(scene.directory, { signer: undefined });
    expect(restored).toMatchObject({ verified: true, signer });
    scene.to = join(scene.folder, 'backups', 'second');
    expect((await scene.backup()).signer).toBe(signer);
  });

  it('is not taken from there for a backup that others have signed', async () => {
    await scene.backup();
    const text = await exchange('authority.yaml', 'domain: fabrikam.example\n');
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(inBackup(signature), signManifest(text, privateKey));
    await cp(scene.directory, `${scene.directory}.replaced-20261130T120000Z`, { recursive: true });
    await rm(scene.directory, { recursive: true });
    await expect(scene.restore(scene.directory, { signer: undefined })).rejects.toMatchObject(
      unverified(/found one that the key [0-9a-f]{64} has signed/),
    );
    const taken = await scene.restore(scene.directory, { signer: undefined, unverified: true });
    expect(taken).toMatchObject({ verified: false });
    expect(await readdir(scene.directory)).not.toContain(keyFile);
  });

  it('is restored from no backup, whatever its manifest says', async () => {
    await scene.backup();
    const { files, ...rest } = await scene.manifest();
    await writeFile(inBackup(keyFile), 'a key of others');
    await scene.writeManifest({ ...rest, files: [...files, { ...files[0], path: keyFile }] });
    await expect(scene.restore(join(scene.folder, 'new'))).rejects.toMatchObject(damaged('manifest.json'));
  });
});

describe('a restore', () => {
  it('takes a backup that is signed by the key which was named, or by that of the folder which is replaced', async () => {
    const { signer } = await scene.backup();
    const named = await scene.restore(join(scene.folder, 'new'));
    expect(named).toMatchObject({ verified: true, signer });
    const replaced = await scene.restore(scene.directory, { replace: true, signer: undefined });
    expect(replaced).toMatchObject({ verified: true, signer });
  });

  it('refuses files and a manifest that were exchanged together, also where the operator takes what cannot be verified', async () => {
    await scene.backup();
    await exchange('authority.yaml', 'domain: fabrikam.example\n');
    for (const changes of [{}, { signer: undefined, unverified: true }]) {
      const refused = scene.restore(join(scene.folder, 'new'), changes);
      const remedy = expect.stringMatching(/another copy.*remove this file, and give --unverified/);
      await expect(refused).rejects.toMatchObject({ ...damaged(signature), remedy });
    }
    await untouched();
  });

  it('refuses what others have signed, or nobody, and never because a signature was removed', async () => {
    const { signer } = await scene.backup();
    const text = await exchange('authority.yaml', 'domain: fabrikam.example\n');
    const { privateKey } = generateKeyPairSync('ed25519');
    await writeFile(inBackup(signature), signManifest(text, privateKey));
    const restored = (changes: object) => scene.restore(scene.directory, { replace: true, ...changes });
    const another = unverified(new RegExp(`key ${signer}, found one that the key [0-9a-f]{64} has signed`));
    await expect(restored({})).rejects.toMatchObject(another);
    await expect(restored({ signer: undefined })).rejects.toMatchObject(another);
    await rm(inBackup(signature));
    await expect(restored({})).rejects.toMatchObject(unverified(/without a signature/));
    await expect(restored({ unverified: true })).rejects.toMatchObject(unverified(/without a signature/));
    await untouched();
  });

  it('refuses a signed backup where nothing says whose key that is, and says how the operator knows', async () => {
    const { signer } = await scene.backup();
    await expect(scene.restore(join(scene.folder, 'new'), { signer: undefined })).rejects.toMatchObject({
      ...unverified(new RegExp(`signed by the key ${signer}, and nothing here`)),
      remedy: expect.stringMatching(/--signer.*--unverified/),
    });
    await untouched();
  });

  it('takes a backup of an earlier release, which is not signed, only where the operator says so', async () => {
    await scene.backup();
    await rm(inBackup(signature));
    const into = join(scene.folder, 'new');
    await expect(scene.restore(into, { signer: undefined })).rejects.toMatchObject({
      ...unverified(/of an earlier release, or changed/),
      remedy: expect.stringContaining('--unverified'),
    });
    await untouched();
    const taken = await scene.restore(into, { signer: undefined, unverified: true });
    expect(taken).toMatchObject({ verified: false });
    expect(taken).not.toHaveProperty('signer');
    expect(await readdir(into)).toContain('restored.json');
  });

  it('does not take for a signature what is none', async () => {
    await scene.backup();
    const good = JSON.parse(await readFile(inBackup(signature), 'utf8'));
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
    const publicKey = rsa.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const wrong: readonly string[] = [
      '',
      'null',
      '{',
      JSON.stringify({ ...good, format: 'entente-backup-signature/2' }),
      JSON.stringify({ ...good, signature: '' }),
      JSON.stringify({ ...good, signature: 7 }),
      JSON.stringify({ ...good, publicKey }),
      JSON.stringify({ ...good, publicKey: 'AAAA' }),
      `${JSON.stringify(good)}${' '.repeat(4_096)}`,
    ];
    for (const text of wrong) {
      await writeFile(inBackup(signature), text);
      const refused = scene.restore(join(scene.folder, 'new'));
      await expect(refused, text.slice(0, 80)).rejects.toMatchObject(damaged(signature));
    }
    await untouched();
  });
});
