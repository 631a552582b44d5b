import { afterEach, expect, it, vi } from 'vitest';
import { startFrontEnd } from './wire-network.ts';

afterEach(() => vi.restoreAllMocks());

it('a front end says that the clock of its machine was set since it started, where it goes by that clock', async () => {
  const now = Date.now.bind(Date);
  vi.spyOn(Date, 'now').mockImplementation(() => now() + 60_000);
  const set = (lines: readonly Record<string, unknown>[]) =>
    lines.filter(({ event }) => event === 'clock-set');
  await using network = await startFrontEnd();
  expect(set(network.lines)).toMatchObject([{ event: 'clock-set' }]);
  await using other = await startFrontEnd({ clock: now });
  expect(set(other.lines)).toEqual([]);
});
