import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import {
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

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'entente-root-post-')), 'ca');
  const openLedger = async () => createMemoryLedger();
  await initialiseAuthority({ ...names, directory, fqdn: 'ca.contoso.example', now: Date.now(), openLedger });
  const folder = authorityFolder(directory);
  const store = await IssuerStore.open(folder);
  root = store.roots.all[0] as StoredRoot;
  post = new RootPost({
    settings: names,
    folder,
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
