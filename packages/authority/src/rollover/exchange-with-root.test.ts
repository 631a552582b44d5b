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
import {
  formatRootRequest,
  maxRootDocumentLength,
  parseRootRequest,
  type RootRequest,
  spkiHash,
} from '@entente/pki';
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
import { RootPost } from './exchange-with-root.ts';

const names = { domain: 'contoso.example', objectsUrl: 'http://ca.contoso.example' };
const files = rootFiles(1);

let directory: string;
let post: RootPost;
let root: StoredRoot;
let store: IssuerStore;
/** What somebody does while an answer is examined. */
let meanwhile: () => Promise<void>;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'entente-root-post-')), 'ca');
  const openLedger = async () => createMemoryLedger();
  await initialiseAuthority({ ...names, directory, fqdn: 'ca.contoso.example', now: Date.now(), openLedger });
  const folder = authorityFolder(directory);
  store = await IssuerStore.open(folder);
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
    const sent = post.send(root, { issuing: false, list: true }, false);
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
    expect(await post.send(root, { issuing: false, list: true }, false)).toEqual({ kind: 'written' });
    expect((await lstat(at(files.request))).isFile()).toBe(true);
    expect(await readFile(at('other.txt'), 'utf8')).toBe('of somebody else');
  });

  /** What somebody asks for, in the form in which it is written. */
  const asking = (more: Partial<RootRequest> = {}): string =>
    formatRootRequest({
      ...names,
      root: spkiHash(root.certificate.der),
      list: root.crl.der,
      outsideObjectsUrls: [],
      nextRoot: 2,
      certifyOutside: [],
      revoke: [],
      ...more,
    });
  const written = async () => parseRootRequest(await readFile(at(files.request), 'utf8'));
  const nothing = { issuing: false, list: false };
  /** The root signs another list: an answer to an earlier request. */
  const another = async () => {
    await post.send(root, { ...nothing, list: true }, false);
    return store.roots.all[0] as StoredRoot;
  };

  it('keeps what the root should certify and revoke, where an earlier answer comes in between', async () => {
    const current = await another();
    await rm(at(files.key));
    const revoke = [{ certificate: store.active.issuer.certificate.der, reason: 'cACompromise' as const }];
    const issuing = await store.request(names.domain);
    for (const more of [{ issuing }, { issuing, revoke }, { revoke }]) {
      await writeFile(at(files.request), asking(more));
      expect(await post.send(current, nothing, false)).toEqual({ kind: 'written' });
      expect(await written()).toMatchObject({
        list: Uint8Array.from(current.crl.der),
        revoke: more.revoke ?? [],
        ...('issuing' in more ? { issuing: { number: 2 } } : {}),
      });
      expect(await post.send(current, nothing, false)).toEqual({ kind: 'waiting' });
    }
    await writeFile(at(files.request), asking());
    expect(await post.send(current, nothing, false)).toEqual({ kind: 'nothing' });
    expect(await written().catch(() => 'gone')).toBe('gone');
  });

  it('stays where somebody has written it while another one was judged: nothing is removed or written in its place', async () => {
    const later = asking({ issuing: await store.request(names.domain) });
    meanwhile = () => writeFile(at(files.request), later);
    const judge = async (current: StoredRoot, earlier: string, list: boolean) => {
      await writeFile(at(files.request), earlier);
      const { kind } = await post.send(current, { ...nothing, list }, false);
      expect(await readFile(at(files.request), 'utf8'), kind).toBe(later);
      return kind;
    };
    const earlier = asking();
    // Its key is beside the authority, which signs what it has judged.
    expect(await judge(root, earlier, true)).toBe('signed');
    await rm(at(files.key));
    const current = store.roots.all[0] as StoredRoot;
    expect(await judge(current, earlier, false)).toBe('waiting');
    expect(await judge(current, earlier, true)).toBe('waiting');
  });
});
