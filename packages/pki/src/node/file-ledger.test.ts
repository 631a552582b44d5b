import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerCompliance } from '../ledger/compliance/index.ts';
import { entry, issuer, now } from '../ledger/compliance/rule.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { openFileLedger } from './file-ledger.ts';

let folder: string;
let path: string;
const opened: Ledger[] = [];

async function openTracked(): Promise<Ledger> {
  const ledger = await openFileLedger(path);
  opened.push(ledger);
  return ledger;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-ledger-'));
  path = join(folder, 'ledger.jsonl');
});

afterEach(async () => {
  for (const ledger of opened.splice(0)) await ledger[Symbol.asyncDispose]().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

describe('the ledger in a file', () => {
  for (const { rule, check } of ledgerCompliance({ durable: true })) {
    it(rule, async () => {
      const ledger = await openTracked();
      const reopen = async (): Promise<Ledger> => {
        // What a crash leaves: the file as it is at this moment.
        const left = await readFile(path);
        await ledger[Symbol.asyncDispose]();
        await writeFile(path, left);
        return openTracked();
      };
      await check({ ledger, reopen });
    });
  }

  it('is readable by its owner only', async () => {
    await openTracked();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('cuts off a torn last line and goes on', async () => {
    const before = await openTracked();
    await before.append(entry('01'));
    await before[Symbol.asyncDispose]();
    await appendFile(path, '{"type":"issued","entry":{"iss');
    const after = await openTracked();
    await after.append(entry('02'));
    await after[Symbol.asyncDispose]();
    const last = await openTracked();
    expect((await last.find(issuer, '01'))?.serialHex).toBe('01');
    expect((await last.find(issuer, '02'))?.serialHex).toBe('02');
  });

  it('recovers from a cut at every octet of the last line', async () => {
    const ledger = await openTracked();
    await ledger.append(entry('01'));
    await ledger.revoke(issuer, '01', { at: now, reason: 'superseded' });
    await ledger[Symbol.asyncDispose]();
    const whole = await readFile(path);
    const lastLine = whole.lastIndexOf(10, whole.length - 2) + 1;
    for (let cut = lastLine; cut < whole.length; cut++) {
      await writeFile(path, whole.subarray(0, cut));
      const after = await openFileLedger(path);
      expect((await after.find(issuer, '01'))?.revocation).toBeUndefined();
      await after[Symbol.asyncDispose]();
      expect((await stat(path)).size).toBe(lastLine);
    }
  });

  it('refuses to open when a line before the last is damaged, and names the line', async () => {
    await writeFile(path, `{"type":"issued"}\n{"type":"crl-number","issuer":"00","number":1}\n`);
    await expect(openFileLedger(path)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_DAMAGED',
      place: `${path}:1`,
    });
  });

  it('refuses a second opener', async () => {
    await openTracked();
    await expect(openFileLedger(path)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_LOCKED' });
  });

  it('takes over the lock of a process that no longer runs', async () => {
    await writeFile(`${path}.lock`, '999999999\n');
    const ledger = await openTracked();
    expect(await ledger.nextCrlNumber(issuer)).toBe(1);
  });

  it('keeps the order of concurrent changes', async () => {
    const ledger = await openTracked();
    const serials = Array.from({ length: 200 }, (_, index) => index.toString(16).padStart(4, '0'));
    await Promise.all(serials.map((serial) => ledger.append(entry(serial))));
    await ledger[Symbol.asyncDispose]();
    const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line).entry.serialHex)).toEqual(serials);
  });
});
