import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuditTrail } from '../audit/audit-trail.ts';
import { auditCompliance } from '../audit/compliance/index.ts';
import { record } from '../audit/compliance/rule.ts';
import { openFileAuditTrail } from './file-audit-trail.ts';

describe('an audit trail in a file', () => {
  let folder: string;
  let count = 0;
  const path = () => join(folder, `${++count}.jsonl`);
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-audit-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const { rule, check } of auditCompliance({ durable: true })) {
    it(rule, async () => {
      const file = path();
      const opened: AuditTrail[] = [];
      const open = async () => {
        const trail = await openFileAuditTrail(file);
        opened.push(trail);
        return trail;
      };
      await check({ trail: await open(), reopen: open });
      for (const trail of opened) await trail[Symbol.asyncDispose]();
    });
  }

  it('is for its owner alone', async () => {
    const file = path();
    await using trail = await openFileAuditTrail(file);
    await trail.record(record());
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('cuts off a last line that a crash left incomplete, and refuses one that is no record', async () => {
    const file = path();
    await using trail = await openFileAuditTrail(file);
    await trail.record(record());
    const whole = await readFile(file, 'utf8');
    await appendFile(file, '{"at":17');
    await using again = await openFileAuditTrail(file);
    expect(await readFile(file, 'utf8')).toBe(whole);
    await again.record(record());
    expect((await again.read({ limit: 9 })).records.map(({ number }) => number)).toEqual([2, 1]);
    await writeFile(file, '{"number":1}\n');
    await expect(openFileAuditTrail(file)).rejects.toMatchObject({ code: 'ENTENTE_PKI_AUDIT_DAMAGED' });
  });

  it('reads records across the chunks that it reads', async () => {
    const file = path();
    await using trail = await openFileAuditTrail(file);
    const details = { text: 'ä'.repeat(3_000) };
    await Promise.all(Array.from({ length: 40 }, () => trail.record(record({ details }))));
    const { records } = await trail.read({ limit: 100 });
    expect(records.map(({ number }) => number)).toEqual(Array.from({ length: 40 }, (_, index) => 40 - index));
    expect(records.every((one) => one.details.text === details.text)).toBe(true);
  });
});
