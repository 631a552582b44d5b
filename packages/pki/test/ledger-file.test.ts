import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFile,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ledgerCompliance } from '@entente/pki/ledger/compliance';
import { ledgerFile, openLedgerFile } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-ledger-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const issuer = '0123456789abcdef';
const lockFile = () => join(directory, 'ledger.lock');
const inUse = { code: 'ENTENTE_PKI_LEDGER_LOCKED' };

describe('a ledger in one file', () => {
  for (const rule of ledgerCompliance({ durable: true })) {
    it(rule.rule, async () => {
      let ledger = await openLedgerFile(directory);
      try {
        await rule.check({
          ledger,
          reopen: async () => {
            await ledger[Symbol.asyncDispose]();
            ledger = await openLedgerFile(directory);
            return ledger;
          },
        });
      } finally {
        await ledger[Symbol.asyncDispose]();
      }
    });
  }

  it('is read by its owner alone', async () => {
    await using ledger = await openLedgerFile(directory);
    await ledger.nextCrlNumber(issuer);
    expect((await stat(join(directory, ledgerFile))).mode & 0o777).toBe(0o600);
  });

  it('is not written through a symbolic link', async () => {
    const elsewhere = join(directory, 'elsewhere');
    await writeFile(elsewhere, '');
    await symlink(elsewhere, join(directory, ledgerFile));
    await expect(openLedgerFile(directory)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
    expect((await readdir(directory)).sort()).toEqual(['elsewhere', ledgerFile]);
  });

  it('leaves out a last line that a crash has left incomplete, and goes on behind the line before', async () => {
    {
      await using ledger = await openLedgerFile(directory);
      await ledger.nextCrlNumber(issuer);
    }
    await appendFile(join(directory, ledgerFile), '{"type":"crl-number","iss');
    {
      await using ledger = await openLedgerFile(directory);
      expect(await ledger.nextCrlNumber(issuer)).toBe(2);
    }
    await using ledger = await openLedgerFile(directory);
    expect(await ledger.nextCrlNumber(issuer)).toBe(3);
  });

  it('refuses to open where a line before the last is no change', async () => {
    await writeFile(join(directory, ledgerFile), 'no change\n{"type":"crl-number"');
    await expect(openLedgerFile(directory)).rejects.toMatchObject({ code: 'ENTENTE_PKI_LEDGER_DAMAGED' });
    await rm(join(directory, ledgerFile));
    await using ledger = await openLedgerFile(directory);
    expect(await ledger.nextCrlNumber(issuer)).toBe(1);
  });
});

describe('the lock of a ledger', () => {
  it('refuses a second opener in the same process, and in another one', async () => {
    await using ledger = await openLedgerFile(directory);
    await expect(openLedgerFile(directory)).rejects.toMatchObject(inUse);
    await ledger[Symbol.asyncDispose]();

    const other = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    await once(other, 'spawn');
    await writeFile(lockFile(), JSON.stringify({ pid: other.pid }));
    await expect(openLedgerFile(directory)).rejects.toMatchObject(inUse);
    other.kill('SIGKILL');
    await once(other, 'exit');
    await (await openLedgerFile(directory))[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([ledgerFile]);
  });

  it.skipIf(process.platform !== 'linux')(
    'counts for nothing where another process has the number of its holder',
    async () => {
      await writeFile(lockFile(), JSON.stringify({ pid: process.ppid, started: '1' }));
      await using ledger = await openLedgerFile(directory);
      expect(await ledger.nextCrlNumber(issuer)).toBe(1);
    },
  );

  it('does not let two write that could not see each other: the one that was there first is refused', async () => {
    await using ledger = await openLedgerFile(directory);
    expect(await ledger.nextCrlNumber(issuer)).toBe(1);
    await appendFile(join(directory, ledgerFile), await readFile(join(directory, ledgerFile)));
    await expect(ledger.nextCrlNumber(issuer)).rejects.toMatchObject(inUse);
    await expect(ledger.revoked(issuer, 0)).rejects.toMatchObject(inUse);
  });

  it('acknowledges nothing where another one has written in the same moment', async () => {
    await using ledger = await openLedgerFile(directory);
    const path = join(directory, ledgerFile);
    const handle = await open(path);
    const handles = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const { appendFile: append } = handles;
    const spy = vi.spyOn(handles, 'appendFile').mockImplementationOnce(async function (
      this: typeof handle,
      lines,
    ) {
      await append.call(this, lines);
      spy.mockRestore();
      await appendFile(path, lines as Uint8Array);
    });
    await expect(ledger.nextCrlNumber(issuer)).rejects.toMatchObject(inUse);
    expect((await readFile(path, 'utf8')).trimEnd().split('\n')).toHaveLength(2);
  });

  it('lets nobody write to a file that was moved away: who opens the folder again would not find it', async () => {
    await using ledger = await openLedgerFile(directory);
    const file = join(directory, ledgerFile);
    await rename(file, `${file}.imported`);
    await expect(ledger.nextCrlNumber(issuer)).rejects.toMatchObject(inUse);
    expect(await readFile(`${file}.imported`, 'utf8')).toBe('');
  });

  it('lets nobody write to a file in whose place another one is', async () => {
    await using ledger = await openLedgerFile(directory);
    const file = join(directory, ledgerFile);
    await rename(file, `${file}.imported`);
    await writeFile(file, '');
    await expect(ledger.nextCrlNumber(issuer)).rejects.toMatchObject(inUse);
  });
});
