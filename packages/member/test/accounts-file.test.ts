import { copyFile, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { formatFeedPage, KnownAccounts } from '@entente/accounts/feed';
import { PkiFault } from '@entente/pki';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountsFile } from '../src/accounts/accounts-file.ts';
import { MemberFiles } from '../src/files/member-files.ts';

const start = Date.UTC(2026, 5, 1);
const minute = 60_000;
const verifiers = verifiersOf('alice@contoso.example', 'secret') ?? {};
const account = (name: string): Account => ({
  address: `${name}@contoso.example`,
  verifiers,
  state: 'enabled',
  rights: [],
});
const position = (version: number, epoch = 'one') => ({ epoch, version, begun: 0 });
const change = (name: string) => {
  const one = account(name);
  return { address: one.address, account: one };
};
const page = (name: string, version: number) =>
  formatFeedPage({ view: 'verifiers', changes: [change(name)], position: position(version), more: false });
const knownOf = (...names: readonly string[]) => {
  const known = new KnownAccounts();
  known.apply(names.map(change));
  return known;
};

let folder: string;
let events: unknown[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-accounts-file-'));
  events = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const log = createTestLog(({ fields }) => void events.push((fields as { event?: unknown }).event));
const open = (files: MemberFiles = new MemberFiles(folder)) => new AccountsFile(files, log);
const inFolder = (name: string) => join(folder, name);
const confirmedAt = async () => (await open().restore())?.confirmedAt;

describe('a file of accounts whose disk does not answer', () => {
  it('has what came meanwhile added in one go, in its order', async () => {
    const files = new MemberFiles(folder);
    const file = open(files);
    await file.replace(knownOf('alice'), position(1));
    let thaw = (): void => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const appended: string[] = [];
    const append = files.append.bind(files);
    files.append = async (name, text, bytes) => {
      appended.push(text);
      await frozen;
      return append(name, text, bytes);
    };
    const names = ['alice', 'bob', 'carol', 'dave'];
    const pages = names.slice(1).map((name, at) => page(name, at + 2));
    const adding = pages.map((text, at) => file.add(text, 1, knownOf(...names), position(at + 2)));
    expect(appended, 'one write is under way').toEqual([`${pages[0]}\n`]);
    thaw();
    await Promise.all(adding);
    expect(appended.slice(1)).toEqual([`${pages[1]}\n${pages[2]}\n`]);
    const restored = await open().restore();
    expect(restored?.position).toEqual(position(4));
    expect([...(restored?.known.all() ?? [])].map(({ address }) => address)).toEqual(
      names.map((name) => `${name}@contoso.example`),
    );
  });
});

describe('when the accounts of a file were confirmed', () => {
  it('is what was recorded, whatever the time of the file is', async () => {
    const file = open();
    await file.replace(knownOf('alice'), position(1));
    expect(await confirmedAt(), 'nothing says so').toBe(0);
    await file.confirm(start);
    await utimes(inFolder('accounts.jsonl'), new Date(), new Date());
    expect(await confirmedAt()).toBe(start);
    await file.add(page('bob', 2), 1, knownOf('alice', 'bob'), position(2));
    expect(await confirmedAt(), 'and what has come since is no older').toBe(start);
  });

  it('is recorded once a minute, and at once for what the record is not of', async () => {
    const file = open();
    await file.replace(knownOf('alice'), position(5));
    await file.confirm(start);
    await file.confirm(start + minute - 1);
    expect(await confirmedAt()).toBe(start);
    await file.confirm(start + minute);
    expect(await confirmedAt()).toBe(start + minute);
    await file.replace(knownOf('alice'), position(9, 'two'));
    expect(await confirmedAt(), 'of another feed').toBe(0);
    await file.confirm(start + minute + 1);
    expect(await confirmedAt()).toBe(start + minute + 1);
    const next = open();
    await next.restore();
    await next.confirm(start + minute + 2);
    expect(await confirmedAt(), 'and not more often after a restart').toBe(start + minute + 1);
  });

  it('is not that of a newer file, where the accounts alone were put back from a copy', async () => {
    const file = open();
    await file.replace(knownOf('alice'), position(1));
    await file.confirm(start);
    await copyFile(inFolder('accounts.jsonl'), inFolder('copy'));
    await file.add(page('bob', 2), 1, knownOf('alice', 'bob'), position(2));
    await file.confirm(start + 5 * minute);
    expect(await confirmedAt()).toBe(start + 5 * minute);
    await copyFile(inFolder('copy'), inFolder('accounts.jsonl'));
    expect(await confirmedAt()).toBe(0);
  });

  it('is not known where the record cannot be read', async () => {
    const file = open();
    await file.replace(knownOf('alice'), position(1));
    for (const text of ['', 'null', '{}', '{"at":"today","epoch":"one","version":1}', '{"at":5}']) {
      await writeFile(inFolder('accounts-confirmed.json'), text);
      expect(await confirmedAt(), text).toBe(0);
    }
  });
});

describe('a file with many accounts', () => {
  it('is written line by line, so that all of them may be longer than a string can be', async () => {
    const names = Array.from({ length: 2_001 }, (_, index) => `user${index}`);
    const parts: string[] = [];
    const files = new MemberFiles(folder);
    files.write = async (_, content) => {
      expect(typeof content).not.toBe('string');
      parts.push(...(content as Iterable<string>));
    };
    await open(files).replace(knownOf(...names), position(1));
    expect(parts).toHaveLength(3);
    await writeFile(inFolder('accounts.jsonl'), parts.join(''), { mode: 0o600 });
    expect((await open().restore())?.known.size).toBe(2_001);
  });

  it('is damaged where a line is longer than a page can be: all of them are read again', async () => {
    await open().replace(knownOf('alice'), position(1));
    const files = new MemberFiles(folder);
    const parts = { sentence: 'the file is not read', place: folder, remedy: 'restore it' };
    files.lines = async function* () {
      yield `${page('alice', 1)}\n`;
      throw new PkiFault('ENTENTE_PKI_FILE_TOO_LONG', parts);
    };
    expect(await open(files).restore()).toBeUndefined();
    expect(events).toEqual(['accounts-damaged']);
  });
});
