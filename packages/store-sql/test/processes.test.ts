import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { AccountDirectory, FeedPosition } from '@entente/accounts/directory';
import { openStore } from '@entente/store-sql';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { issuer } from './records.ts';

let folder: string;
const running: ChildProcessWithoutNullStreams[] = [];

/** What a process has acknowledged. */
interface Acknowledged {
  readonly serials: Set<string>;
  readonly numbers: Set<number>;
  readonly accounts: Set<string>;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-store-sql-'));
});
afterEach(async () => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

/** Starts a process that writes, and resolves once it has acknowledged some certificates. */
async function startWriting(first: number, seen: Acknowledged, atLeast: number) {
  const script = fileURLToPath(new URL('./writing-process.ts', import.meta.url));
  const node = ['--conditions=@entente/source', '--import', 'tsx'];
  const child = spawn(process.execPath, [...node, script, folder, `${first}`]);
  running.push(child);
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += String(text);
  });
  const before = seen.serials.size;
  const enough = new Promise<void>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [what, value = ''] = line.split(' ');
      if (what === 'serial') seen.serials.add(value);
      if (what === 'account') seen.accounts.add(value);
      if (what === 'crl') {
        if (seen.numbers.has(Number(value))) reject(new Error(`CRL number ${value} was given twice`));
        seen.numbers.add(Number(value));
      }
      if (seen.serials.size >= before + atLeast) resolve();
    });
    child.on('exit', () => reject(new Error(complaint)));
  });
  await enough;
  return {
    async kill() {
      child.kill('SIGKILL');
      // `close` comes after the last line of what it has written.
      await once(child, 'close');
    },
  };
}

describe('a second process', () => {
  it('is refused while the first runs, and told what to do; after kill -9 it opens', async () => {
    const seen = { serials: new Set<string>(), numbers: new Set<number>(), accounts: new Set<string>() };
    const writing = await startWriting(0, seen, 1);
    await expect(openStore(folder)).rejects.toMatchObject({
      code: 'ENTENTE_PKI_LEDGER_LOCKED',
      place: join(folder, 'authority.sqlite'),
      remedy: expect.stringContaining('stop the authority'),
    });
    await writing.kill();
    await using store = await openStore(folder);
    expect(store.standing()).toEqual({ ok: true });
  });

  it('is refused in the same process too, and the first one keeps its lock', async () => {
    await using first = await openStore(folder);
    const locked = { code: 'ENTENTE_PKI_LEDGER_LOCKED' };
    await expect(openStore(folder)).rejects.toMatchObject(locked);
    await expect(openStore(folder)).rejects.toMatchObject(locked);
    expect(await first.ledger.nextCrlNumber(issuer)).toBe(1);
  });

  it('opens at once after the first has closed', async () => {
    for (let number = 1; number <= 3; number++) {
      await using store = await openStore(folder);
      expect(await store.ledger.nextCrlNumber(issuer)).toBe(number);
    }
  });
});

/** The addresses of the whole feed; its versions rise. */
async function told(accounts: AccountDirectory): Promise<readonly string[]> {
  const addresses: string[] = [];
  let last = 0;
  for (let position: FeedPosition | undefined, more = true; more; ) {
    const page = await accounts.changes(position, 1_000);
    if (!page.ok) throw new Error(page.refusal.message);
    for (const { address, version } of page.changes) {
      expect(version).toBeGreaterThan(last);
      last = version;
      addresses.push(address);
    }
    ({ more, position } = page);
  }
  return addresses;
}

describe('a process that is killed while it writes', () => {
  it('has lost nothing that it acknowledged, and no number is given twice', async () => {
    const seen = { serials: new Set<string>(), numbers: new Set<number>(), accounts: new Set<string>() };
    for (let round = 0; round < 4; round++) {
      const writing = await startWriting(round * 1_000_000, seen, 100 + round * 37);
      await writing.kill();
    }
    await using store = await openStore(folder);
    const { accounts, ledger } = store;
    const lost: string[] = [];
    for (const serialHex of seen.serials) {
      if ((await ledger.find(issuer, serialHex)) === undefined) lost.push(serialHex);
    }
    for (const address of seen.accounts) if ((await accounts.find(address)) === undefined) lost.push(address);
    expect(lost).toEqual([]);
    expect(seen.accounts.size).toBeGreaterThan(0);
    expect(await told(accounts)).toEqual(expect.arrayContaining([...seen.accounts]));
    expect(await ledger.nextCrlNumber(issuer)).toBeGreaterThan(Math.max(...seen.numbers));
  });
});
