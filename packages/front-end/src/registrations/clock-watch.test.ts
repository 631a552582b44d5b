import { expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

function start() {
  const clocks = { steady: 1_000_000, system: 1_000_000 };
  const lines: { readonly fields: object; readonly message: string }[] = [];
  const watch = new ClockWatch({
    clock: () => clocks.steady,
    system: () => clocks.system,
    log: { warn: (fields, message) => void lines.push({ fields, message }) },
  });
  /** A second passes by both clocks, and that of the machine is set. */
  const second = (setMs = 0) => {
    clocks.steady += 1_000;
    clocks.system += 1_000 + setMs;
    watch.look();
  };
  return { lines, second };
}

it('says once by how much the clock of the machine was set since the start, and again where it is set back', () => {
  const { lines, second } = start();
  for (let i = 0; i < 3; i++) second();
  second(4_999);
  expect(lines).toEqual([]);
  second(3_595_001);
  for (let i = 0; i < 3; i++) second();
  expect(lines).toHaveLength(1);
  expect(lines[0]?.fields).toMatchObject({
    event: 'clock-set',
    behindMs: 3_600_000,
    remedy: expect.stringContaining('restart this server'),
  });
  expect(lines[0]?.message).toContain('3600 seconds behind it');
  second(-3_700_000);
  expect(lines.slice(1)).toMatchObject([
    { fields: { behindMs: -100_000 }, message: expect.stringContaining('100 seconds ahead of it') },
  ]);
});
