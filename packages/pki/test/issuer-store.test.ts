import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  keyWaitMs,
  nextStep,
  type PreparedRoot,
  prepareRoot,
  type RolloverStep,
  verifyRootAnswer,
} from '@entente/pki';
import {
  type AuthorityFolder,
  authorityFolder,
  IssuerStore,
  issuerFiles,
  keySigner,
  rootFiles,
} from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectsUrl } from './authority.ts';
import { day, domain, half, startVisit, type Visit } from './root-visit.ts';

let visit: Visit;
let nextRoot: PreparedRoot;
beforeAll(async () => {
  visit = await startVisit();
  const asked = { ...(await visit.request(await visit.store())), nextRoot: 2 };
  const signer = keySigner(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
  const options = { root: visit.root, signer, listNumber: 1, now: half, random: randomBytes };
  nextRoot = await prepareRoot(asked, options);
  await visit.folder.remove(issuerFiles(2).key);
});
afterAll(() => visit.remove());

/** A copy of the authority whose process is killed at the `cut`-th write: before it, or after it. */
async function cutAt(cut: number, after: boolean, run: (folder: AuthorityFolder) => Promise<void>) {
  const base = await mkdtemp(join(tmpdir(), 'entente-cut-'));
  const directory = join(base, 'ca');
  await cp(visit.directory, directory, { recursive: true });
  const whole = authorityFolder(directory);
  let writes = 0;
  const cutting =
    <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      const isLast = ++writes === cut;
      if (isLast && !after) throw new Error('killed');
      await write(...args);
      if (isLast) throw new Error('killed');
    };
  const killed = await run({
    ...whole,
    write: cutting(whole.write),
    create: cutting(whole.create),
    remove: cutting(whole.remove),
    destroy: cutting(whole.destroy),
  }).then(
    () => false,
    (error: Error) => {
      if (error.message !== 'killed') throw error;
      return true;
    },
  );
  return { directory, folder: whole, killed, remove: () => rm(base, { recursive: true, force: true }) };
}

/** From the request to the destroyed key, as an authority goes on after each start. */
async function rollOver(folder: AuthorityFolder): Promise<IssuerStore> {
  const store = await IssuerStore.open(folder);
  if (store.records.length === 1) {
    const answer = await visit.answer(await visit.request(store));
    await accept(store, { ...answer, nextRoot });
  }
  const ends = new Map([[1, half]]);
  for (const time of [half + 130 * day, half + 230 * day]) {
    for (;;) {
      const step = nextStep(store.view(ends), time);
      if (step === undefined) break;
      await store.take(step, time);
    }
  }
  return store;
}

async function accept(store: IssuerStore, answer: Awaited<ReturnType<Visit['answer']>>): Promise<boolean> {
  const verified = verifyRootAnswer(answer, await store.knowledge(domain, objectsUrl, half));
  if (!verified.ok) throw new Error(verified.refusal.message);
  return store.accept(verified.value, half);
}

const stages = (store: IssuerStore) => store.records.map(({ stage }) => stage);

describe('the issuing authorities of a domain', () => {
  it('go from prepared to retired, and each key is there as long as it is needed', async () => {
    const run = await cutAt(0, false, async () => {});
    const store = await IssuerStore.open(run.folder);
    expect(stages(store)).toEqual(['active']);
    await accept(store, await visit.answer(await visit.request(store)));
    expect(stages(store)).toEqual(['active', 'prepared']);
    expect(store.live.map(({ record }) => record.number)).toEqual([1, 2]);
    expect(store.rootCrl.number).toBe(2);
    expect(store.live[1]?.outside).toBeDefined();
    expect((await stat(join(run.directory, issuerFiles(2).key))).mode & 0o777).toBe(0o600);
    const takes = async (time: number, step: RolloverStep | undefined) => {
      expect(nextStep(store.view(new Map([[1, half]])), time)).toEqual(step);
      if (step !== undefined) await store.take(step, time);
    };
    await takes(half + day, undefined);
    await takes(half + 130 * day, { kind: 'activate', number: 2 });
    expect(stages(store)).toEqual(['retiring', 'active']);
    expect(store.live.map(({ record }) => record.number)).toEqual([2, 1]);
    await takes(half + 130 * day, { kind: 'retire', number: 1 });
    expect(store.live.map(({ record }) => record.number)).toEqual([2]);
    await takes(half + 130 * day, undefined);
    await takes(half + 130 * day + keyWaitMs, { kind: 'destroy-key', number: 1 });
    await expect(stat(join(run.directory, issuerFiles(1).key))).rejects.toThrow('ENOENT');
    const opened = await IssuerStore.open(run.folder);
    expect(stages(opened)).toEqual(['retired', 'active']);
    expect(opened.active.issuer.id).toBe(store.active.issuer.id);
    await run.remove();
  });

  it('go on after a kill before or after each write, to the same end', async () => {
    let cuts = 0;
    for (const after of [false, true]) {
      for (let cut = 1; ; cut++) {
        const run = await cutAt(cut, after, async (folder) => void (await rollOver(folder)));
        const store = await rollOver(run.folder);
        expect(stages(store), `cut ${cut}`).toEqual(['retired', 'active']);
        expect(store.rootCrl.number).toBeGreaterThanOrEqual(2);
        const found = store.roots.all.map(({ certificate, cross }) => [certificate.der, cross !== undefined]);
        expect(found, `cut ${cut}`).toEqual([
          [visit.root.certificate.der, false],
          [new Uint8Array(nextRoot.certificate), true],
        ]);
        expect(store.active.outside?.subject.canonical).toBe(
          store.active.issuer.certificate.subject.canonical,
        );
        await expect(stat(join(run.directory, issuerFiles(1).key))).rejects.toThrow('ENOENT');
        await run.remove();
        if (!run.killed) break;
        cuts++;
      }
    }
    expect(cuts).toBeGreaterThanOrEqual(24);
  });

  it('accept the same answer again, which changes nothing', async () => {
    const run = await cutAt(0, false, async () => {});
    const store = await IssuerStore.open(run.folder);
    const answer = await visit.answer(await visit.request(store));
    expect(await accept(store, answer)).toBe(true);
    expect(await accept(store, answer)).toBe(false);
    expect(stages(store)).toEqual(['active', 'prepared']);
    await run.remove();
  });

  it('take over at the next look where a file could not be read after the step', async () => {
    const run = await cutAt(0, false, async () => {});
    let isUnreadable = false;
    const read: AuthorityFolder['read'] = async (name) => {
      if (isUnreadable) throw new Error('EIO');
      return run.folder.read(name);
    };
    const store = await IssuerStore.open({ ...run.folder, read });
    expect(await store.catchUp()).toBe(false);
    const answer = await visit.answer(await visit.request(store));
    await accept(store, answer);
    isUnreadable = true;
    await expect(store.take({ kind: 'activate', number: 2 }, half + 130 * day)).rejects.toThrow('EIO');
    await expect(store.catchUp()).rejects.toThrow('EIO');
    isUnreadable = false;
    // What the root has answered before changes nothing, and nothing of what is unread.
    expect(await accept(store, answer)).toBe(false);
    expect(await store.catchUp()).toBe(true);
    expect(store.active.record.number).toBe(2);
    expect(await store.catchUp()).toBe(false);
    await run.remove();
  });

  it('are taken back only where their key can be read, and as long as it cannot, all others go on', async () => {
    const run = await cutAt(0, false, async () => {});
    const store = await IssuerStore.open(run.folder);
    await accept(store, await visit.answer(await visit.request(store)));
    const time = half + 130 * day;
    await store.take({ kind: 'activate', number: 2 }, time);
    await store.take({ kind: 'retire', number: 1 }, time);
    const key = join(run.directory, issuerFiles(1).key);
    const pem = await readFile(key);
    await writeFile(key, 'damaged');
    const takeBack = { kind: 'take-back', number: 1 } as const;
    expect(nextStep(store.view(new Map([[1, half]])), time - day)).toEqual(takeBack);
    await expect(store.take(takeBack, time - day)).rejects.toThrow();
    expect([await store.catchUp(), stages(await IssuerStore.open(run.folder))]).toEqual([
      false,
      ['retired', 'active'],
    ]);
    await writeFile(key, pem);
    await store.take(takeBack, time - day);
    expect(stages(await IssuerStore.open(run.folder))).toEqual(['retiring', 'active']);
    await run.remove();
  });

  it('have changed in nothing, and have nothing to read, where a step cannot be carried out', async () => {
    const run = await cutAt(0, false, async () => {});
    let isStuck = false;
    const unless =
      <A extends unknown[]>(act: (...args: A) => Promise<void>) =>
      async (...args: A): Promise<void> => {
        if (isStuck) throw new Error('EROFS');
        return act(...args);
      };
    const { destroy, write } = run.folder;
    const store = await IssuerStore.open({ ...run.folder, destroy: unless(destroy), write: unless(write) });
    const answer = await visit.answer(await visit.request(store));
    const stuck = async (change: () => Promise<unknown>): Promise<void> => {
      isStuck = true;
      await expect(change()).rejects.toThrow('EROFS');
      expect(await store.catchUp()).toBe(false);
      isStuck = false;
    };
    await stuck(() => accept(store, answer));
    await accept(store, answer);
    const time = half + 130 * day;
    for (const step of [
      { kind: 'activate', number: 2 },
      { kind: 'retire', number: 1 },
      { kind: 'destroy-key', number: 1 },
    ] as const) {
      await stuck(() => store.take(step, time));
      await store.take(step, time);
    }
    expect(stages(store)).toEqual(['retired', 'active']);
    await run.remove();
  });

  it('record the next root once, where a file of it could not be read at first', async () => {
    const run = await cutAt(0, false, async () => {});
    let reads = 0;
    const read: AuthorityFolder['read'] = async (name) => {
      // First it is compared with what is there, then read as every root is.
      if (name === rootFiles(2).list && ++reads === 2) throw new Error('EIO');
      return run.folder.read(name);
    };
    const store = await IssuerStore.open({ ...run.folder, read });
    const answer = { ...(await visit.answer(await visit.request(store))), nextRoot };
    await expect(accept(store, answer)).rejects.toThrow('EIO');
    await accept(store, answer);
    expect((await IssuerStore.open(run.folder)).roots.all).toHaveLength(2);
    await run.remove();
  });

  it('keep the key that waits for the root, however often it is asked for', async () => {
    const run = await cutAt(0, false, async () => {});
    const stores = await Promise.all([1, 2, 3].map(() => IssuerStore.open(run.folder)));
    await Promise.all(stores.map((store) => store.request(domain)));
    const keys = await Promise.all(stores.map((store) => store.pending()));
    expect(new Set(keys.map((one) => Buffer.from(one?.publicKey ?? []).toString('hex'))).size).toBe(1);
    await run.remove();
  });

  it('are not opened where the record is damaged, or names another certificate', async () => {
    for (const [name, content] of [
      ['issuers.json', '{}'],
      [
        'issuers.json',
        JSON.stringify({
          format: 'entente-issuers/1',
          issuers: [
            { number: 1, id: '0000000000000000', stage: 'active', notBefore: 0, notAfter: 1, preparedAt: 0 },
          ],
        }),
      ],
      ['root_ca.crl', '-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n'],
    ] as const) {
      const run = await cutAt(0, false, async () => {});
      await run.folder.write(name, content, 0o644);
      await expect(IssuerStore.open(run.folder)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
        place: expect.stringContaining(run.directory),
      });
      await run.remove();
    }
  });
});
