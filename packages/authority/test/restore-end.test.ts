import { authorityFolder, readRestoredMark, writeRestoredMark } from '@entente/pki/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RestoreEnd } from '../src/restored/restore-end.ts';
import { day, RollingRoot, start, tick } from './rolling-root.ts';

const hour = 3_600_000;
/** The longest life of a certificate. */
const life = 90 * day;

describe('the time after a restore', () => {
  let run: RollingRoot;
  const mark = () => readRestoredMark(authorityFolder(run.directory));

  beforeAll(async () => {
    run = await RollingRoot.start();
  });
  afterAll(() => run[Symbol.asyncDispose]());

  it('does not end because an authority starts with a clock that is ahead, or has one for a moment', async () => {
    await writeRestoredMark(authorityFolder(run.directory), { takenAt: start, restoredAt: start });
    await run.restart();
    const jumped = await mark();
    expect(jumped).toMatchObject({ jumpedAt: start });
    let time = start + 20 * life;
    const end = new RestoreEnd(jumped, { directory: run.directory, now: () => time });
    for (let i = 0; i < 20; i++) {
      time += i * life;
      await end.look();
    }
    expect(await mark()).toEqual(jumped);
    time = start + tick;
    for (let i = 0; i < 50; i++) {
      time += hour;
      await end.look();
    }
    expect(await mark()).toEqual(jumped);
    run.clock.time = start + life;
    await run.restart();
    expect(await mark()).toEqual(jumped);
  });

  it('ends once everything from before has expired for six hours', async () => {
    const jumped = { takenAt: start, restoredAt: start, jumpedAt: start };
    await writeRestoredMark(authorityFolder(run.directory), jumped);
    run.clock.time = start + life;
    await run.restart();
    for (let i = 0; i < 24; i++) await run.clock.advance(hour / 4);
    expect(await mark()).toBeDefined();
    await run.clock.advance(hour / 4);
    expect(await mark()).toBeUndefined();
  });
});
