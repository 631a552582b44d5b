import { createTestAuthority, createTestLog, type TestAuthority } from '@entente/testkit';
import type { Clock } from '@entente/tls';
import { type CertificateList, decodeCrl, decodePem } from '@entente/x509';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LastKnown } from '../src/files/last-known.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 5, 1);

/** A clock that a test moves. */
class TestClock implements Clock {
  time = start;
  #waiting: { readonly at: number; readonly run: () => void }[] = [];
  now(): number {
    return this.time;
  }
  after(delayMs: number, run: () => void): () => void {
    const entry = { at: this.time + delayMs, run };
    this.#waiting.push(entry);
    return () => {
      this.#waiting = this.#waiting.filter((one) => one !== entry);
    };
  }
  advance(ms: number): void {
    this.time += ms;
    const due = this.#waiting.filter(({ at }) => at <= this.time);
    this.#waiting = this.#waiting.filter(({ at }) => at > this.time);
    for (const { run } of due) run();
  }
}

describe('what a member last knew', () => {
  let authority: TestAuthority;
  let written: string | undefined;
  let writes: number;
  let warnings: string[];
  const files = {
    path: () => 'last-known.json',
    read: async () => written,
    write: async (_: string, text: string) => {
      written = text;
      writes += 1;
    },
  };
  const log = createTestLog(({ level, message }) => level === 'warn' && warnings.push(message));
  const open = () => LastKnown.open(files, log);
  const listOf = async (thisUpdate: number): Promise<CertificateList> => {
    const blocks = decodePem(await authority.crl([], { number: 1, thisUpdate }));
    const decoded = blocks.ok && blocks.value[0] !== undefined ? decodeCrl(blocks.value[0].der) : undefined;
    if (decoded?.ok !== true) throw new Error('no list');
    return decoded.value;
  };

  beforeAll(async () => {
    authority = await createTestAuthority('Contoso Root');
  });
  beforeEach(() => {
    written = undefined;
    writes = 0;
    warnings = [];
  });

  it('of signed times is the latest, over a restart too, whatever lists there are then', async () => {
    const known = await open();
    expect(known.latestSigned).toBeUndefined();
    await known.signed({ crls: [await listOf(start), await listOf(start + hour)] });
    expect(known.latestSigned).toBe(start + hour);
    await known.signed({ crls: [await listOf(start)] });
    expect((await open()).latestSigned).toBe(start + hour);
  });

  it('of confirmations is the last one, even where the clock was corrected backwards', async () => {
    const known = await open();
    await known.confirmed(start + 1000 * hour);
    await known.confirmed(start);
    expect(known.confirmedAt).toBe(start);
    expect((await open()).confirmedAt).toBe(start);
  });

  it('is written down once a minute and not at every confirmation', async () => {
    const known = await open();
    for (let second = 0; second < 60; second++) await known.confirmed(start + second * 1000);
    expect(writes).toBe(1);
    await known.confirmed(start + 60_000);
    expect(writes).toBe(2);
  });

  it('is nothing where the file is damaged, and that is said', async () => {
    for (const text of ['', '{"latestSigned":', '{"confirmedAt":"yesterday"}', 'null', '{"confirmedAt":5}']) {
      written = text;
      warnings = [];
      const known = await open();
      expect([known.latestSigned, known.confirmedAt], text).toEqual([undefined, undefined]);
      expect(warnings, text).toHaveLength(1);
    }
  });

  it('stays in memory where it cannot be written', async () => {
    const known = await LastKnown.open(
      { ...files, write: () => Promise.reject(new Error('disk full')) },
      log,
    );
    await known.confirmed(start);
    expect(known.confirmedAt).toBe(start);
    expect(warnings).toEqual([expect.stringContaining('disk full')]);
  });

  it('writes nothing more once it is disposed of', async () => {
    const known = await open();
    await known[Symbol.asyncDispose]();
    await known.confirmed(start);
    expect(writes).toBe(0);
  });

  describe('and writes down slowly', () => {
    /** Each write waits until the test lets it go on. */
    const openSlow = async () => {
      const held: (() => void)[] = [];
      const write = async (name: string, text: string) => {
        await new Promise<void>((resolve) => held.push(resolve));
        await files.write(name, text);
      };
      return { known: await LastKnown.open({ ...files, write }, log), held };
    };

    it('is on disk before its end, where it was being written: a later run may have the directory then', async () => {
      const { held, known } = await openSlow();
      const order: string[] = [];
      const writing = known.confirmed(start);
      await expect.poll(() => held.length).toBe(1);
      const closing = known[Symbol.asyncDispose]().then(() => order.push(`closed after ${writes}`));
      setImmediate(() => held[0]?.());
      await Promise.all([writing, closing]);
      expect(order).toEqual(['closed after 1']);
    });

    it('is never overtaken by what was known earlier', async () => {
      const { held, known } = await openSlow();
      const earlier = known.confirmed(start);
      const later = known.confirmed(start + hour);
      await expect.poll(() => held.length).toBeGreaterThan(0);
      // Whoever waits now goes on, the last one first.
      const goOn = setInterval(() => held.pop()?.(), 1);
      await Promise.all([earlier, later]);
      clearInterval(goOn);
      expect((await open()).confirmedAt).toBe(start + hour);
    });
  });

  it('tells when the last confirmation becomes too old, and not while new ones come', async () => {
    const clock = new TestClock();
    let lapses = 0;
    await using known = await open();
    await known.confirmed(clock.now());
    known.watch({ clock, refuseAfterMs: () => 96 * hour, lapsed: () => void lapses++ });
    clock.advance(95 * hour);
    await known.confirmed(clock.now());
    clock.advance(95 * hour);
    expect(lapses).toBe(0);
    clock.advance(hour);
    expect(lapses).toBe(1);
  });
});
