import { execFileSync } from 'node:child_process';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxRootDocumentLength } from '@entente/pki';
import { createMemoryLedger } from '@entente/pki/ledger';
import {
  type AuthorityFolder,
  authorityFolder,
  IssuerStore,
  initialiseAuthority,
  rootFiles,
  type StoredRoot,
} from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RootPost } from './root-post.ts';

const names = { domain: 'contoso.example', objectsUrl: 'http://ca.contoso.example' };
const files = rootFiles(1);

let directory: string;
let post: RootPost;
let root: StoredRoot;
/** What somebody does while an answer is examined. */
let meanwhile: () => Promise<void>;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'entente-root-post-')), 'ca');
  const openLedger = async () => createMemoryLedger();
  await initialiseAuthority({ ...names, directory, fqdn: 'ca.contoso.example', now: Date.now(), openLedger });
  const folder = authorityFolder(directory);
  const store = await IssuerStore.open(folder);
  root = store.roots.all[0] as StoredRoot;
  meanwhile = async () => {};
  const readBrought: AuthorityFolder['readBrought'] = async (...parts) => {
    const found = await folder.readBrought(...parts);
    if (found !== undefined) await meanwhile();
    return found;
  };
  post = new RootPost({
    settings: names,
    folder: { ...folder, readBrought },
    store,
    roots: { standing: { inUse: 1, withdrawn: new Set() } },
    topology: () => undefined,
    now: Date.now,
  });
});
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

const at = (name: string): string => join(directory, name);

describe.skipIf(process.platform === 'win32')('the key of a root beside the authority', () => {
  it('signs nothing where others may read it', async () => {
    await chmod(at(files.key), 0o644);
    const sent = post.send(root, { issuing: false, list: true });
    await expect(sent).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
  });
});

/** The names that are there for an answer. */
const answers = async () =>
  (await readdir(directory)).filter((name) => name.startsWith('root-answer')).sort();
const refusedAs = (found: string) => ({
  accepted: false,
  refusal: { reason: 'root-document-malformed', message: expect.stringContaining(`found ${found}`) },
});

describe.skipIf(process.platform === 'win32')('what is brought as an answer of the root', () => {
  it('is refused where it is a link, and what that leads to is copied nowhere', async () => {
    await writeFile(at('secret.key'), 'a secret', { mode: 0o600 });
    await symlink('secret.key', at(files.answer));
    expect(await post.collect(root)).toMatchObject(refusedAs('a symbolic link'));
    expect(await answers()).toEqual([files.refused]);
    expect((await lstat(at(files.refused))).isSymbolicLink()).toBe(true);
    expect(await readFile(at('secret.key'), 'utf8')).toBe('a secret');
  });

  it('is not waited for where it is a pipe that nobody writes to', async () => {
    execFileSync('mkfifo', [at(files.answer)]);
    expect(await post.collect(root)).toMatchObject(refusedAs('something other than a plain file'));
    expect(await answers()).toEqual([files.refused]);
  });

  it('is put aside where it is a folder, also the second time', async () => {
    for (let time = 0; time < 2; time++) {
      await mkdir(at(files.answer));
      await writeFile(join(at(files.answer), 'a file'), '');
      expect(await post.collect(root)).toMatchObject(refusedAs('something other than a plain file'));
      expect(await answers()).toEqual([files.refused]);
    }
    await writeFile(at(files.answer), 'no answer');
    expect(await post.collect(root)).toMatchObject(refusedAs('something else'));
    expect(await readFile(at(files.refused), 'utf8')).toBe('no answer');
  });

  it('is not read where it is longer than an answer can be', async () => {
    await writeFile(at(files.answer), '');
    await truncate(at(files.answer), maxRootDocumentLength + 1);
    expect(await post.collect(root)).toMatchObject(refusedAs(`a file of ${maxRootDocumentLength + 1} bytes`));
    expect(await answers()).toEqual([files.refused]);
    expect(await post.collect(root)).toBeUndefined();
  });

  it('has its turn where it is brought while another one is examined', async () => {
    await writeFile(at(files.answer), 'the first');
    meanwhile = () => writeFile(at(files.answer), 'the second');
    await post.collect(root);
    expect(await readFile(at(files.answer), 'utf8')).toBe('the second');
    expect(await readFile(at(files.refused), 'utf8')).toBe('the first');
  });

  it('is examined again after a crash, before another one', async () => {
    await writeFile(at(files.answer), 'the first');
    meanwhile = async () => {
      throw new Error('killed');
    };
    await expect(post.collect(root)).rejects.toThrow('killed');
    meanwhile = async () => {};
    await writeFile(at(files.answer), 'the second');
    await post.collect(root);
    expect(await readFile(at(files.refused), 'utf8')).toBe('the first');
    await post.collect(root);
    expect(await readFile(at(files.refused), 'utf8')).toBe('the second');
    expect(await answers()).toEqual([files.refused]);
  });
});

describe.skipIf(process.platform === 'win32')('the request that waits for the root', () => {
  it('is written again where somebody has put a link in its place, which is not followed', async () => {
    await rm(at(files.key));
    await writeFile(at('other.txt'), 'of somebody else');
    await symlink('other.txt', at(files.request));
    expect(await post.send(root, { issuing: false, list: true })).toEqual({ kind: 'written' });
    expect((await lstat(at(files.request))).isFile()).toBe(true);
    expect(await readFile(at('other.txt'), 'utf8')).toBe('of somebody else');
  });
});
