import { mkdir, mkdtemp, open, rm, rmdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type KeptRecord, RegistrationsFile } from './registrations-file.ts';

let folder: string;
let path: string;
let now: number;
/** What happens once a disk has not answered for a while. */
const timers = new Set<() => void>();
const opened: RegistrationsFile[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'entente-registrations-'));
  path = join(folder, 'registrations.jsonl');
  now = Date.UTC(2026, 0, 2);
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const file of opened.splice(0)) await file[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

/** A run of a server; `tries` counts how often the file was written again, or would have been. */
async function run() {
  const known = new Map<string, unknown>();
  const events: unknown[] = [];
  const log = ({ event }: { event?: unknown }) => void events.push(event);
  const count = { tries: 0 };
  const file = await RegistrationsFile.open(
    {
      path,
      kind: 'pool',
      logger: { info: log, warn: log },
      clock: () => now,
      after: (ms, run) => {
        expect(ms).toBe(2_000);
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
    (key, value) => {
      known.set(key, value);
      return true;
    },
    () => {
      count.tries++;
      return known as Iterable<KeptRecord>;
    },
  );
  opened.push(file);
  return {
    known,
    events,
    count,
    problems: () => file.problems(),
    keep(key: string, value: unknown) {
      known.set(key, value);
      return file.keep(key, value);
    },
  };
}

/** What a server knows that starts now, although the one before was killed. */
async function restarted() {
  return Object.fromEntries((await run()).known);
}

/** What every open file has its methods from. */
async function handles() {
  const handle = await open(folder);
  await handle.close();
  return Object.getPrototypeOf(handle) as typeof handle;
}

/** The disk has room for half of what is written next, and for nothing else until it is freed. */
async function fillDisk() {
  const every = await handles();
  const { appendFile: append } = every;
  let isHalf = true;
  const spy = vi.spyOn(every, 'appendFile').mockImplementation(async function (this: typeof every, text) {
    if (isHalf) await append.call(this, String(text).slice(0, String(text).length / 2));
    isHalf = false;
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  });
  return { free: () => spy.mockRestore() };
}

describe('registrations on a disk that was full', () => {
  it('are all there in the next run, also what could not be written', async () => {
    const { keep } = await run();
    await keep('alice', 1);
    const disk = await fillDisk();
    await keep('alice', 2);
    disk.free();
    await keep('bob', 1);
    await keep('carol', 1);
    expect(await restarted()).toEqual({ alice: 2, bob: 1, carol: 1 });
  });

  it('are kept from the first change on where nothing could be written at the start', async () => {
    await mkdir(`${path}.new`);
    const { keep } = await run();
    await rmdir(`${path}.new`);
    await keep('alice', 1);
    expect(await restarted()).toEqual({ alice: 1 });
  });

  it('are appended behind half a line while the file cannot be written again', async () => {
    const { keep } = await run();
    await keep('alice', 1);
    const disk = await fillDisk();
    await keep('bob', 1);
    disk.free();
    await mkdir(`${path}.new`);
    await keep('carol', 1);
    await keep('dave', 1);
    await rmdir(`${path}.new`);
    expect(await restarted()).toEqual({ alice: 1, carol: 1, dave: 1 });
  });

  it('are written again after a pause where that has failed, which is logged once', async () => {
    const { count, events, keep } = await run();
    const disk = await fillDisk();
    count.tries = 0;
    await keep('alice', 1);
    expect(count.tries, 'it is the next change that tries').toBe(0);
    for (let i = 0; i < 5; i++) await keep('bob', i);
    expect(count.tries).toBe(1);
    await expect(stat(`${path}.new`), 'what was begun takes no room').rejects.toThrow('ENOENT');
    now += 9_999;
    await keep('bob', 5);
    expect(count.tries).toBe(1);
    now += 1;
    await keep('bob', 6);
    expect(count.tries).toBe(2);
    disk.free();
    now += 10_000;
    await keep('carol', 1);
    await keep('dave', 1);
    expect(count.tries, 'it is whole again').toBe(3);
    expect(events).toEqual(['registrations-not-kept']);
    expect(await restarted()).toEqual({ alice: 1, bob: 6, carol: 1, dave: 1 });
  });

  it('are a problem of the server, with what to do, until they are written', async () => {
    const { keep, problems } = await run();
    await keep('alice', 1);
    expect(problems()).toEqual([]);
    const disk = await fillDisk();
    await keep('alice', 2);
    expect(problems()).toEqual([
      {
        part: 'files',
        message: expect.stringContaining(`${path} can be written, found: ENOSPC`),
        remedy: expect.stringContaining('space'),
        stops: false,
      },
    ]);
    disk.free();
    await keep('bob', 1);
    expect(problems()).toEqual([]);
  });

  it('are waited for no longer where the disk does not answer, are a problem until it does, and are written then', async () => {
    const { events, keep, problems } = await run();
    await keep('alice', 1);
    expect(timers.size).toBe(0);
    const every = await handles();
    const { appendFile: append } = every;
    let thaw = (): void => {};
    const frozen = new Promise<void>((resolve) => {
      thaw = resolve;
    });
    const spy = vi.spyOn(every, 'appendFile').mockImplementation(async function (this: typeof every, text) {
      await frozen;
      await append.call(this, String(text));
    });
    const waiting = keep('alice', 2);
    for (const late of timers) late();
    await waiting;
    await keep('bob', 1);
    await keep('carol', 1);
    expect(spy, 'and no write piles up').toHaveBeenCalledTimes(1);
    expect(events).toEqual(['registrations-not-kept']);
    expect(problems()).toMatchObject([
      { part: 'files', message: expect.stringContaining(path), remedy: expect.stringContaining('fsfreeze') },
    ]);
    thaw();
    await expect.poll(problems).toEqual([]);
    await keep('dave', 1);
    expect(await restarted()).toEqual({ alice: 2, bob: 1, carol: 1, dave: 1 });
  });

  it('are not written any more once the file is closed', async () => {
    await mkdir(`${path}.new`);
    const { count, keep } = await run();
    await opened[0]?.[Symbol.asyncDispose]();
    await rmdir(`${path}.new`);
    await keep('alice', 1);
    expect(count.tries).toBe(0);
  });
});

describe('a file of registrations', () => {
  it('is written again before long lines of one user make it grow without end', async () => {
    // How long a disk takes is not the rule.
    vi.spyOn(await handles(), 'sync').mockResolvedValue();
    const { keep } = await run();
    let largest = 0;
    for (let i = 0; i < 400; i++) {
      await keep('alice', `${i} ${'x'.repeat(50_000)}`);
      largest = Math.max(largest, (await stat(path)).size);
    }
    expect(largest, 'of 20 MB that were written').toBeLessThan(10_000_000);
  });

  it('with much in it is not written again for every few changes', async () => {
    const { count, keep } = await run();
    const long = 'x'.repeat(50_000);
    await Promise.all(Array.from({ length: 200 }, (_, i) => keep(`user${i}`, long)));
    // The 10 MB above are more than the floor; of 15 MB more, each is within twice of what the file has.
    count.tries = 0;
    for (let i = 0; i < 300; i++) await keep(`user${i % 200}`, long);
    expect(count.tries).toBeLessThanOrEqual(1);
  });
});
