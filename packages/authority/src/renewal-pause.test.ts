import { expect, it } from 'vitest';
import { RenewalPause } from './renewal-pause.ts';

const now = Date.UTC(2026, 5, 1);
const hour = 3_600_000;

it('lasts for an hour by the clock of the authority, which may be set to and fro', () => {
  const pause = new RenewalPause();
  expect(pause.isOn(now, 'first')).toBe(false);
  pause.failed(now, 'first');
  for (const [at, isOn] of [
    [now, true],
    [now + hour - 1, true],
    [now - hour + 1, true],
    [now + hour, false],
    [now - hour, false],
  ] as const)
    expect([at - now, pause.isOn(at, 'first')]).toEqual([at - now, isOn]);
});

it('ends where another issuing authority issues by now: that may have been all that was missing', () => {
  const pause = new RenewalPause();
  pause.failed(now, 'first');
  expect(pause.isOn(now, 'second')).toBe(false);
  pause.failed(now, 'second');
  expect(pause.isOn(now, 'second')).toBe(true);
});
