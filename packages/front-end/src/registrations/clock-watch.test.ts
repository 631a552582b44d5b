import { createTestLog, type TestLogLine } from '@entente/testkit';
import { expect, it } from 'vitest';
import { ClockWatch } from './clock-watch.ts';

function start() {
  const clocks = { steady: 1_000_000, system: 1_000_000 };
  const lines: TestLogLine[] = [];
  const watch = new ClockWatch({
    clock: () => clocks.steady,
    system: () => clocks.system,
    log: createTestLog((line) => void lines.push(line)),
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

it('says that nothing is to be done once the clock of the machine is right again', () => {
  const { lines, second } = start();
  second(3_600_000);
  second(-3_599_600);
  for (let i = 0; i < 3; i++) second();
  expect(lines).toHaveLength(2);
  expect(lines[1]).toEqual({
    level: 'info',
    fields: { event: 'clock-set', behindMs: 400 },
    message: 'the clock of the machine is again as at the start: registrations are written by it',
  });
});
