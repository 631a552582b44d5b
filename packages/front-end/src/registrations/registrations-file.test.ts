import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type KeptRecord, RegistrationsFile } from './registrations-file.ts';

let folder: string;
let path: string;
const opened: RegistrationsFile[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-registrations-'));
  path = join(folder, 'registrations.jsonl');
});
afterEach(async () => {
  for (const file of opened.splice(0)) await file[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A run of a server, with what its file told it at the start. */
async function run(kind = 'pool') {
  const known = new Map<string, unknown>();
  const lines: Record<string, unknown>[] = [];
  const log = (fields: object, msg: string) => void lines.push({ ...fields, msg });
  const file = await RegistrationsFile.open(
    { path, kind, logger: { info: log, warn: log }, clock: () => Date.UTC(2026, 0, 2) },
    (key, value) => {
      known.set(key, value);
      return true;
    },
    () => known as Iterable<KeptRecord>,
  );
  opened.push(file);
  return {
    file,
    known,
    lines,
    keep(key: string, value: unknown) {
      known.set(key, value);
      return file.keep(key, value);
    },
  };
}

describe('registrations in a file', () => {
  it('are there in the next run once they are acknowledged, though the process is killed', async () => {
    const first = await run();
    await first.keep('alice', 1);
    await Promise.all([first.keep('alice', 2), first.keep('bob', 1)]);
    // Nothing is closed.
    const second = await run();
    expect([...second.known]).toEqual([
      ['alice', 2],
      ['bob', 1],
    ]);
    expect(second.lines).toMatchObject([
      { event: 'registrations-restored', count: 2, writtenAt: '2026-01-02T00:00:00.000Z' },
    ]);
  });

  it('are read by the owner of the file alone, also where others could before', async () => {
    await writeFile(`${path}.new`, 'left over', { mode: 0o644 });
    const { file } = await run();
    await file.keep('alice', 1);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('lose the line that a crash of the machine tore, which is logged', async () => {
    const first = await run();
    await first.keep('alice', 1);
    await first.keep('bob', 1);
    await truncate(path, (await stat(path)).size - 4);
    const { known, lines } = await run();
    expect([...known.keys()]).toEqual(['alice']);
    expect(lines[0]).toMatchObject({ event: 'registrations-damaged', place: path, lines: 1 });
    expect(await readFile(path, 'utf8'), 'the file is whole again').toMatch(/\["alice",1\]\n$/);
  });

  it.each<[string, string]>([
    ['holds something else', 'users: []\n'],
    ['was written for another store', '{"format":"entente-registrations-1","kind":"redis"}\n["alice",1]\n'],
  ])('are ignored where the file %s, which is logged', async (_, text) => {
    await writeFile(path, text);
    const { known, lines } = await run();
    expect(known.size).toBe(0);
    expect(lines).toMatchObject([{ event: 'registrations-damaged', lines: 0 }]);
  });

  it('are written again before the file grows without end, with what comes meanwhile', async () => {
    const { file, keep } = await run();
    const kept: Promise<void>[] = [];
    for (let i = 0; i < 20_000; i++) {
      kept.push(keep(`user${i % 10}`, i));
      if (i % 10 === 0) await kept.at(-1);
    }
    await Promise.all(kept);
    await file[Symbol.asyncDispose]();
    const text = await readFile(path, 'utf8');
    expect(text.split('\n').length).toBeLessThan(50);
    const { known } = await run();
    expect([...known].sort()).toEqual(
      Array.from({ length: 10 }, (_, i) => [`user${i}`, 19_990 + i] as const),
    );
  });

  it('of one user that change while another write is under way are written once, as they are then', async () => {
    const { keep } = await run();
    const long = 'x'.repeat(10_000);
    await Promise.all(Array.from({ length: 500 }, (_, i) => keep('alice', `${i} ${long}`)));
    expect((await stat(path)).size, 'of 5 MB').toBeLessThan(50_000);
    const { known } = await run();
    expect([...known]).toEqual([['alice', `499 ${long}`]]);
  });

  it('that were acknowledged are there although the server was started twice, which is logged', async () => {
    const first = await run();
    await first.keep('alice', 1);
    // It reads the file and writes it again, and ends, for instance because its port is taken.
    await run();
    await first.keep('bob', 1);
    await Promise.all([first.keep('carol', 1), first.keep('alice', 2)]);
    const next = await run();
    expect([...next.known].sort()).toEqual([
      ['alice', 2],
      ['bob', 1],
      ['carol', 1],
    ]);
    expect(first.lines).toMatchObject([{ event: 'registrations-replaced', place: path }]);
  });

  it.each([
    ['emptied', 0],
    ['cut off', 60],
  ])(
    'that were acknowledged are there although the file was %s while the server runs, which is logged',
    async (_, size) => {
      const first = await run();
      await Promise.all([first.keep('alice', 1), first.keep('bob', 1)]);
      await truncate(path, size);
      await first.keep('carol', 1);
      // Nothing is closed.
      const next = await run();
      expect([...next.known.keys()].sort()).toEqual(['alice', 'bob', 'carol']);
      expect(first.lines).toMatchObject([{ event: 'registrations-replaced', place: path }]);
    },
  );

  it('do not fail a registration where nothing can be written, which is logged once', async () => {
    await rm(folder, { recursive: true });
    const { keep, lines } = await run();
    await keep('alice', 1);
    await keep('alice', 2);
    expect(lines).toMatchObject([
      { event: 'registrations-not-kept', place: path, remedy: expect.stringContaining('space') },
    ]);
  });

  it('that a later run appended to a torn line are read', async () => {
    const first = await run();
    await first.keep('alice', 1);
    await appendFile(path, '["bob"');
    const second = await run();
    await second.keep('carol', 1);
    expect([...(await run()).known.keys()]).toEqual(['alice', 'carol']);
  });
});
