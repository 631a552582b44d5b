import { appendFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, formatAuditLine } from '@entente/pki/audit';
import { auditCompliance } from '@entente/pki/audit/compliance';
import { openStore, type SqlStore } from '@entente/store-sql';
import { topologyVersionsCompliance } from '@entente/topology/versions/compliance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFolder } from './copy-folder.ts';

let folder: string;
let directory: string;
const opened: SqlStore[] = [];

async function openTracked(at = directory): Promise<SqlStore> {
  const store = await openStore(at);
  opened.push(store);
  return store;
}
/** What a crash leaves: the files as they are at this moment. */
async function afterCrash(): Promise<SqlStore> {
  const left = join(folder, 'after');
  await copyFolder(directory, left);
  return openTracked(left);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-other-records-'));
  directory = join(folder, 'ca');
  await mkdir(directory);
});
afterEach(async () => {
  for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

const record = (changes: Partial<AuditRecord> = {}): AuditRecord => ({
  at: 1_750_000_000_000,
  action: 'token-ordered',
  actor: 'administrator:alice',
  outcome: 'done',
  details: {},
  ...changes,
});

describe('an audit trail in SQLite', () => {
  for (const { check, rule } of auditCompliance({ durable: true })) {
    it(rule, async () => {
      const { audit } = await openTracked();
      await check({ trail: audit, reopen: async () => (await afterCrash()).audit });
    });
  }

  it('finds few among many, with one more page where there is one', async () => {
    const { audit } = await openTracked();
    const at = [1, 4_000, 6_000, 11_000];
    const all = Array.from({ length: 11_000 }, (_, index) =>
      audit.record(record({ subject: at.includes(index + 1) ? 'rare' : 'usual' })),
    );
    // As many at once as may wait.
    await Promise.allSettled(all);
    const page = await audit.read({ limit: 2, subject: 'rare' });
    const rest = await audit.read({
      limit: 2,
      subject: 'rare',
      ...(page.next === undefined ? {} : { before: page.next }),
    });
    const numbers = [...page.records, ...rest.records].map(({ number }) => number);
    expect(numbers).toEqual(at.filter((number) => number <= 10_000).reverse());
  });

  it('keeps a record with NUL in what a caller has named', async () => {
    const { audit } = await openTracked();
    await audit.record(record({ subject: 'a\0b', details: { message: 'c\0d' } }));
    const { records } = await audit.read({ limit: 1 });
    expect(records).toMatchObject([{ subject: 'a\uFFFDb', details: { message: 'c\0d' } }]);
  });

  it('is unavailable, and not damaged, where the storage is closed under it', async () => {
    const store = await openTracked();
    await store[Symbol.asyncDispose]();
    await expect(store.audit.record(record())).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUDIT_CLOSED' });
  });
});

describe('versions of the topology in SQLite', () => {
  for (const { check, rule } of topologyVersionsCompliance({ durable: true })) {
    it(rule, async () => {
      const { topologies } = await openTracked();
      await check({ versions: topologies, reopen: async () => (await afterCrash()).topologies });
    });
  }
});

describe('what an earlier release has left', () => {
  const trail = () => join(directory, 'audit.jsonl');
  const line = (number: number) => formatAuditLine({ ...record({ subject: `s${number}` }), number });
  const version = (number: number) => join(directory, 'topologies', `${number}.json`);

  it('is taken over once, and renamed: the trail goes on after its last number', async () => {
    await writeFile(trail(), `${line(1)}${line(2)}`);
    await appendFile(trail(), '{"number":3,"at');
    await mkdir(join(directory, 'topologies'));
    for (const number of [1, 10]) await writeFile(version(number), `signed ${number}`);
    const { audit, topologies } = await openTracked();
    await audit.record(record());
    expect((await audit.read({ limit: 9 })).records.map(({ number }) => number)).toEqual([3, 2, 1]);
    expect(await topologies.numbers()).toEqual([1, 10]);
    expect(await topologies.read(10)).toBe('signed 10');
    const names = await readdir(directory);
    expect(names).toEqual(expect.arrayContaining(['audit.jsonl.imported', 'topologies.imported']));
    expect(names).not.toContain('audit.jsonl');
  });

  it('is only renamed where a crash came between the two', async () => {
    await writeFile(trail(), line(1));
    await mkdir(join(directory, 'topologies'));
    await writeFile(version(1), 'signed');
    await (await openTracked())[Symbol.asyncDispose]();
    await rename(`${trail()}.imported`, trail());
    await rename(join(directory, 'topologies.imported'), join(directory, 'topologies'));
    const { audit, topologies } = await openTracked();
    expect((await audit.read({ limit: 9 })).records).toHaveLength(1);
    expect(await topologies.numbers()).toEqual([1]);
  });

  it('is refused with a line that is no record, and with other records beside it', async () => {
    await writeFile(trail(), `${line(1)}no record\n${line(2)}`);
    const damaged = { code: 'ENTENTE_PKI_AUDIT_DAMAGED', place: `${trail()}:2` };
    await expect(openStore(directory)).rejects.toMatchObject(damaged);
    await rm(trail());
    const { audit } = await openTracked();
    await audit.record(record());
    for (const store of opened.splice(0)) await store[Symbol.asyncDispose]();
    await writeFile(trail(), line(1));
    await expect(openStore(directory)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
  });
});
