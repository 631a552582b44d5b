import { createTestLog } from '@entente/testkit';
import { beforeEach, describe, expect, it } from 'vitest';
import { LastKnownFile, readLastKnown } from '../src/files/last-known-file.ts';
import { hour } from './sample-domain.ts';

const start = Date.UTC(2026, 5, 1);

describe('the file of what was last known', () => {
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
  const restore = () => readLastKnown(files, log);
  const open = async () => new LastKnownFile(files, log, await restore());

  beforeEach(() => {
    written = undefined;
    writes = 0;
    warnings = [];
  });

  it('holds both times over a restart', async () => {
    const known = { latestSigned: start + hour, confirmedAt: start };
    await (await open()).keep(known);
    expect(await restore()).toEqual(known);
    expect(warnings).toEqual([]);
  });

  it('holds the last trust state over a restart', async () => {
    const known = { trustState: { sequence: 7, hash: 'ab'.repeat(32), signedAt: start } };
    const file = await open();
    await file.keep(known);
    expect(await restore()).toEqual(known);
    await file.keep({ trustState: { ...known.trustState, sequence: 8, hash: 'cd'.repeat(32) } });
    expect((await restore()).trustState?.sequence, 'and is written at once').toBe(8);
  });

  it('is written once a minute and not at every confirmation, also after a restart', async () => {
    const file = await open();
    for (let second = 0; second < 60; second++) await file.keep({ confirmedAt: start + second * 1_000 });
    expect(writes).toBe(1);
    await file.keep({ confirmedAt: start + 60_000 });
    expect(writes).toBe(2);
    await (await open()).keep({ confirmedAt: start + 60_001 });
    expect(writes).toBe(2);
  });

  it('is written at once where a later time was signed, or the clock was corrected backwards', async () => {
    const file = await open();
    await file.keep({ confirmedAt: start });
    await file.keep({ confirmedAt: start + 1, latestSigned: start });
    expect(await restore()).toEqual({ confirmedAt: start + 1, latestSigned: start });
    await file.keep({ confirmedAt: start - hour, latestSigned: start });
    expect((await restore()).confirmedAt).toBe(start - hour);
  });

  it('says nothing where it is damaged, which is logged', async () => {
    for (const text of [
      '',
      '{"latestSigned":',
      '{"confirmedAt":"yesterday"}',
      'null',
      '{"confirmedAt":5}',
      '{"trustState":{"sequence":1}}',
      '{"trustState":5}',
    ]) {
      written = text;
      warnings = [];
      expect(await restore(), text).toEqual({});
      expect(warnings, text).toHaveLength(1);
    }
  });

  it('is written again with the next times where it could not be written, which is logged', async () => {
    let full = true;
    const file = new LastKnownFile(
      {
        write: (name, text) =>
          full ? Promise.reject(new Error('disk full')) : files.write(name, String(text)),
      },
      log,
      {},
    );
    await file.keep({ confirmedAt: start });
    expect(warnings).toEqual([expect.stringContaining('disk full')]);
    full = false;
    await file.keep({ confirmedAt: start + 1 });
    expect(await restore()).toEqual({ confirmedAt: start + 1 });
  });

  it('is not written any more once it is disposed of', async () => {
    const file = await open();
    await file[Symbol.asyncDispose]();
    await file.keep({ confirmedAt: start });
    expect(writes).toBe(0);
  });

  describe('that is written slowly', () => {
    /** Each write waits until the test lets it go on. */
    const openSlow = () => {
      const held: (() => void)[] = [];
      const write = async (name: string, text: string) => {
        await new Promise<void>((resolve) => held.push(resolve));
        await files.write(name, text);
      };
      return { file: new LastKnownFile({ write }, log, {}), held };
    };

    it('is whole before the end of its member: a later run may have the directory then', async () => {
      const { file, held } = openSlow();
      const order: string[] = [];
      const writing = file.keep({ confirmedAt: start });
      await expect.poll(() => held.length).toBe(1);
      const closing = file[Symbol.asyncDispose]().then(() => order.push(`closed after ${writes}`));
      setImmediate(() => held[0]?.());
      await Promise.all([writing, closing]);
      expect(order).toEqual(['closed after 1']);
    });

    it('never goes back to what was known earlier', async () => {
      const { file, held } = openSlow();
      const earlier = file.keep({ confirmedAt: start });
      const later = file.keep({ confirmedAt: start + hour });
      await expect.poll(() => held.length).toBeGreaterThan(0);
      // Whatever waits now goes on, the last one first.
      const goOn = setInterval(() => held.pop()?.(), 1);
      await Promise.all([earlier, later]);
      clearInterval(goOn);
      expect(await restore()).toEqual({ confirmedAt: start + hour });
    });
  });
});
