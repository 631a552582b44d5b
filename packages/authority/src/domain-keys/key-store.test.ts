import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatPoolKeys, issuingAuthorityLifetimeMs, keysInUse, opensAfterMs, sealsMs } from '@entente/pki';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DomainKeyStore, type KeyRotation } from './key-store.ts';

const pool = 'pool1.contoso.example';
const [fe1, fe2, gone] = ['fe1.contoso.example', 'fe2.contoso.example', 'fe9.contoso.example'];
const day = 86_400_000;

let directory: string;
let file: string;
let now: number;
let rotated: KeyRotation[];
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-domain-keys-'));
  file = join(directory, 'domain-keys.json');
  now = Date.UTC(2026, 5, 1);
  rotated = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const open = () =>
  DomainKeyStore.open({
    directory,
    now: () => now,
    random: randomBytes,
    onRotated: (rotation) => void rotated.push(rotation),
  });
const members = (...servers: string[]) => new Map([[pool, new Set(servers)]]);

describe('the keys of all pools', () => {
  it('are drawn once for each pool, and are the same for all of its servers and after a restart', async () => {
    const store = await open();
    const [one, other] = await Promise.all([store.give(pool, fe1), store.give(pool, fe2)]);
    expect(one).toEqual(other);
    expect(await (await open()).give(pool, fe2)).toEqual(one);
    expect((await store.give('pool2.contoso.example', gone)).keys).not.toEqual(one.keys);
    expect(rotated).toEqual([]);
  });

  it('are on disk, for their owner alone, before anybody has them: the key, and who gets it', async () => {
    const store = await open();
    const keys = await store.give(pool, fe1);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const stored = JSON.parse(await readFile(file, 'utf8')).pools[0];
    expect(stored).toMatchObject(JSON.parse(formatPoolKeys(keys)));
    expect(stored.holders).toEqual([fe1]);
    // Nobody gets what cannot be written.
    await rm(directory, { recursive: true });
    await expect(store.give('pool2.contoso.example', fe2)).rejects.toThrow();
    await expect(store.give(pool, fe2)).rejects.toThrow();
    expect(await store.give(pool, fe1)).toEqual(keys);
  });

  it('are written again where somebody has deleted them, with those who have them, and never where there were none', async () => {
    const store = await open();
    expect(await store.writeAgain()).toBeUndefined();
    await store.give(pool, fe1);
    const text = await readFile(file, 'utf8');
    expect(await store.writeAgain()).toBeUndefined();
    await rm(file);
    expect(await store.writeAgain()).toBe(file);
    expect(await readFile(file, 'utf8')).toBe(text);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await rm(directory, { recursive: true });
    await expect(store.writeAgain()).rejects.toThrow();
  });

  it('are not read where others may read the file, and where it is damaged', async () => {
    await (await open()).give(pool, fe1);
    const text = await readFile(file, 'utf8');
    await chmod(file, 0o640);
    await expect(open()).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED', place: file });
    await chmod(file, 0o600);
    for (const damaged of [
      '',
      'null',
      text.slice(0, -9),
      text.replace('"epoch":1', '"epoch":0'),
      text.replace(`["${fe1}"]`, '[1]'),
      text.replace('}]}', '}],"owed":[[1,1]]}'),
      text.replace('}]}', '}],"settled":{}}'),
    ]) {
      await writeFile(file, damaged);
      await expect(open()).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUTHORITY_DAMAGED', place: file });
    }
  });

  it('are followed by others when their time has come, and are void when it is over', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.rotateDue();
    expect(rotated).toEqual([]);
    now += 6 * day;
    await store.rotateDue();
    await store.rotateDue();
    expect(rotated).toEqual([{ pool, epoch: 2, why: 'scheduled' }]);
    const keys = await (await open()).give(pool, fe1);
    const epochs = (at: number) => keysInUse(keys, at).opening.map(({ epoch }) => epoch);
    expect(epochs(now)).toEqual([1, 2]);
    expect(epochs(now + day + opensAfterMs)).toEqual([2]);
    expect(keysInUse(keys, now - 6 * day + sealsMs).sealing.epoch).toBe(2);
  });
});

describe('a server that had the keys of a pool', () => {
  it('and is of it no more leaves the others with a new one, also where the authority learns of it after a restart', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool, gone);
    await store.reconcile(members(fe1, fe2, gone));
    expect(rotated).toEqual([]);
    const again = await open();
    await again.reconcile(members(fe1, fe2));
    expect(rotated).toEqual([{ pool, epoch: 2, why: 'server-left' }]);
    expect((await again.give(pool, fe1)).keys.map(({ epoch }) => epoch)).toEqual([1, 2]);
    await again.reconcile(members(fe1, fe2));
    expect(rotated).toHaveLength(1);
  });

  it('whose key is compromised leaves the others with a new one alone', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool, gone);
    await store.give('pool2.contoso.example', fe2);
    await store.compromised(gone, now);
    await store.reconcile(new Map([...members(fe1), ['pool2.contoso.example', new Set([fe2])]]));
    expect(rotated).toEqual([{ pool, epoch: 2, why: 'compromised' }]);
    expect((await store.give(pool, fe1)).keys.map(({ epoch }) => epoch)).toEqual([2]);
  });

  it('whose key turns out to be compromised after it has left makes all void that it had, also after a restart, and once', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool, gone);
    await store.reconcile(members(fe1));
    now += day;
    const again = await open();
    await again.compromised(gone, now);
    now += 1;
    await again.compromised(gone, now - 1);
    expect(rotated.map(({ why }) => why)).toEqual(['server-left', 'compromised']);
    expect((await again.give(pool, fe1)).keys.map(({ epoch }) => epoch)).toEqual([3]);
  });

  it('whose key was compromised keeps nothing void that it gets later, in another pool, also after a restart', async () => {
    const pool2 = 'pool2.contoso.example';
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool2, fe2);
    now += day;
    const at = now;
    await store.compromised(fe1, at);
    await store.compromised(gone, at);
    expect(rotated.map((one) => one.pool)).toEqual([pool]);
    now += day;
    // With other certificates.
    for (const server of [fe1, gone]) await store.give(pool2, server);
    const again = await open();
    for (const server of [fe1, gone]) await again.compromised(server, at);
    expect(rotated).toHaveLength(1);
    await again.compromised(fe1, now);
    expect(rotated.map((one) => one.pool)).toEqual([pool, pool2]);
  });

  it('makes nothing void that has begun since its key was declared compromised, because another server’s was', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool, fe2);
    const declared = now;
    now += 1;
    await store.compromised(fe2, now);
    // With another certificate.
    await store.give(pool, fe1);
    now += 1;
    await store.compromised(fe1, declared);
    expect(rotated).toHaveLength(1);
  });

  it('makes void what it had once, also where the clock was ahead when its key was declared compromised', async () => {
    const store = await open();
    await store.give(pool, fe1);
    const ahead = now + 365 * day;
    await store.compromised(fe1, ahead);
    await store.give(pool, fe1);
    await (await open()).compromised(fe1, ahead);
    expect(rotated).toHaveLength(1);
  });

  it('makes void what it had until its key is declared compromised, although a clock that was ahead has settled one before', async () => {
    const store = await open();
    await store.give(pool, fe1);
    now += 365 * day;
    const ahead = now;
    await store.compromised(fe1, ahead);
    now -= 364 * day;
    // With another certificate.
    await store.give(pool, fe1);
    await store.compromised(fe1, now);
    expect(rotated).toHaveLength(2);
    const again = await open();
    await again.give(pool, fe1);
    for (const since of [ahead, now, ahead]) await again.compromised(fe1, since);
    expect(rotated, 'each is settled').toHaveLength(2);
  });

  it('makes void what began in the future, where a clock that was ahead has made it', async () => {
    now += 365 * day;
    const store = await open();
    await store.give(pool, fe1);
    now -= 364 * day;
    await store.compromised(fe1, now);
    expect(rotated.map(({ why }) => why)).toEqual(['compromised']);
  });

  it('is owed that over a restart where its key is about to be declared compromised, until it is done', async () => {
    await (await open()).owe(gone, now);
    const store = await open();
    expect([...store.owed]).toEqual([[gone, now]]);
    await store.give(pool, fe1);
    await store.compromised(gone, now - 1);
    expect([...store.owed]).toEqual([[gone, now]]);
    await store.compromised(gone, now);
    expect([...store.owed, ...(await open()).owed]).toEqual([]);
    const settled = async () => JSON.parse(await readFile(file, 'utf8')).settled;
    expect(await settled()).toEqual([[gone, now]]);
    now += issuingAuthorityLifetimeMs;
    await store.compromised(fe1, now);
    expect(await settled(), 'as long as it may be on a list').toEqual([[fe1, now]]);
  });

  it('is remembered for as long as a key that it had still opens', async () => {
    const store = await open();
    await store.give(pool, fe1);
    await store.give(pool, gone);
    await store.reconcile(members(fe1));
    const former = async () => JSON.parse(await readFile(file, 'utf8')).pools[0].former;
    expect(await former()).toEqual([[gone, now]]);
    for (let passed = 0; passed < 3; passed++) {
      now += 6 * day;
      await store.rotateDue();
    }
    expect(await former()).toBeUndefined();
    rotated = [];
    await store.compromised(gone, now);
    expect(rotated).toEqual([]);
  });

  it('takes nothing along that is given to a pool of the same name later', async () => {
    const store = await open();
    const before = await store.give(pool, fe1);
    await store.reconcile(new Map());
    const after = await store.give(pool, fe1);
    expect(after.keys[0].key).not.toEqual(before.keys[0].key);
  });
});
