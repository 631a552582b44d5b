import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { ofAnotherRealm } from '@entente/testkit/realm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSecret, readSecretLines } from './read-secret.ts';
import { prepareWhole, publicMode, secretMode, writeDraft, writeWhole } from './write-file-atomically.ts';

let folder: string;
let path: string;
let other: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-write-'));
  path = join(folder, 'tls.key');
  other = join(folder, 'other');
  await writeFile(other, 'of somebody else');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const modeOf = async (file: string) => (await stat(file)).mode & 0o777;

describe('what is no file', () => {
  it('is not replaced by one: /dev/null neither, nor a pipe', async () => {
    execFileSync('mkfifo', [path]);
    for (const place of [path, '/dev/entente-test', '/proc/entente-test']) {
      await expect(writeWhole(place, 'x', publicMode)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_FILE_UNAVAILABLE',
        place,
      });
    }
    expect((await stat(path)).isFIFO()).toBe(true);
    expect(await readdir(folder)).toEqual(['other', 'tls.key']);
  });
});

describe('a file that is written whole', () => {
  it('has its content and its mode, and nothing is left beside it', async () => {
    await writeWhole(path, ofAnotherRealm(Buffer.from('octets')), secretMode);
    expect(await readFile(path, 'utf8')).toBe('octets');
    await writeWhole(path, 'first', secretMode);
    await writeWhole(path, 'second', secretMode);
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await modeOf(path)).toBe(0o600);
    await writeWhole(path, 'third', publicMode);
    expect(await modeOf(path)).toBe(0o644);
    expect((await readdir(folder)).sort()).toEqual(['other', 'tls.key']);
  });

  it('is written through no link that somebody has put beside it or in its place', async () => {
    await symlink(other, `${path}.new`);
    await symlink(other, path);
    await writeWhole(path, 'secret', secretMode);
    expect(await readFile(other, 'utf8')).toBe('of somebody else');
    expect(await readFile(path, 'utf8')).toBe('secret');
    expect((await stat(path)).isFile()).toBe(true);
  });

  it('stays as it was where the new content cannot be put in its place, and no draft is left', async () => {
    await expect(writeWhole(folder, 'secret', secretMode)).rejects.toMatchObject({ path: folder });
    const beside = await readdir(dirname(folder));
    expect(beside.filter((name) => name.startsWith(`.${basename(folder)}.`))).toEqual([]);
    const absent = join(folder, 'absent', 'tls.key');
    await expect(writeWhole(absent, 'x', secretMode)).rejects.toMatchObject({
      code: 'ENOENT',
      place: absent,
    });
    expect(await readdir(folder)).toEqual(['other']);
  });

  it('takes away the drafts of killed processes, and of no other file or write', async () => {
    const draft = (name: string, letter: string) => join(folder, `.${name}.${letter.repeat(24)}.new`);
    const kept = [draft('tls.key', 'a'), draft('tls.crt', 'b'), `${draft('tls.key', 'c')}x`];
    const abandoned = draft('tls.key', 'd');
    for (const file of [...kept, abandoned]) await writeFile(file, 'key');
    for (const file of [kept[1]!, kept[2]!, abandoned]) await utimes(file, 1, 1);
    await writeWhole(path, 'secret', secretMode);
    const left = (await readdir(folder)).map((name) => join(folder, name));
    expect(left.sort()).toEqual([...kept, other, path].sort());
  });
});

describe('a file that is prepared', () => {
  it('is on disk before it is in its place, and gone where it is discarded', async () => {
    await writeWhole(path, 'before', secretMode);
    const prepared = await prepareWhole(path, 'after', secretMode);
    const drafts = async () => (await readdir(folder)).filter((name) => name.startsWith('.tls.key.'));
    const [draft = ''] = await drafts();
    expect(await readFile(join(folder, draft), 'utf8')).toBe('after');
    expect(await modeOf(join(folder, draft))).toBe(0o600);
    await prepared.discard();
    expect(await drafts()).toEqual([]);
    expect(await readFile(path, 'utf8')).toBe('before');
    const next = await prepareWhole(path, 'after', secretMode);
    await next.commit();
    await next.discard();
    expect(await readFile(path, 'utf8')).toBe('after');
    await expect(prepareWhole(join(folder, 'absent', 'tls.key'), 'x', secretMode)).rejects.toThrow();
  });
});

describe('a draft', () => {
  it('is created by its writer alone: nothing that has its name already is opened', async () => {
    await expect(writeDraft(other, 'secret', secretMode)).rejects.toMatchObject({ code: 'EEXIST' });
    expect(await readFile(other, 'utf8')).toBe('of somebody else');
    await symlink(join(folder, 'elsewhere'), path);
    await expect(writeDraft(path, 'secret', secretMode)).rejects.toMatchObject({ code: 'EEXIST' });
    expect((await readdir(folder)).sort()).toEqual(['other', 'tls.key']);
  });
});

describe('a file of secrets', () => {
  it('is read where only its owner may open it, and does not exist where it does not', async () => {
    expect(await readSecret(path, 100)).toBeUndefined();
    await writeWhole(path, 'secret', secretMode);
    expect(await readSecret(path, 100)).toBe('secret');
  });

  it('is refused where others may read it, where it is a link or a folder, and where it is too long', async () => {
    await writeWhole(path, 'secret', publicMode);
    const refused = { code: 'ENTENTE_PKI_SECRET_EXPOSED', place: path };
    await expect(readSecret(path, 100)).rejects.toMatchObject(refused);
    await writeWhole(path, 'secret', secretMode);
    await expect(readSecret(path, 5)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_FILE_TOO_LONG',
      place: path,
    });
    await rm(path);
    await symlink(other, path);
    await expect(readSecret(path, 100)).rejects.toMatchObject(refused);
    await expect(readSecret(folder, 100)).rejects.toMatchObject({ code: refused.code });
    await expect(lines(100)).rejects.toMatchObject(refused);
  });

  const lines = async (maxLength: number) => {
    const read: string[] = [];
    for await (const line of readSecretLines(path, maxLength)) read.push(line);
    return read;
  };

  it('is written in parts, and read line by line, also where one was cut short and where a character lies across reads', async () => {
    expect(await lines(10)).toEqual([]);
    const long = 'é'.repeat(100_000);
    await writeWhole(path, [`x${long}\n`, '\n', 'last'], secretMode);
    expect(await lines(200_000)).toEqual([`x${long}\n`, '\n', 'last']);
    await writeWhole(path, ['one\ntwo', '\n'], secretMode);
    expect(await lines(10)).toEqual(['one\n', 'two\n']);
    expect(await readSecret(path, 10)).toBe('one\ntwo\n');
    await writeWhole(path, ['one\n', 'longer than', ' ten', '\n'], secretMode);
    await expect(lines(10)).rejects.toMatchObject({ code: 'ENTENTE_PKI_FILE_TOO_LONG' });
  });
});
