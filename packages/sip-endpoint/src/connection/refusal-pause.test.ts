import type { Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { RefusalShare } from '../budget/refusal-share.ts';
import { RefusalPause } from './refusal-pause.ts';

afterEach(() => void vi.useRealTimers());

function clientRefused(times: number, isModest: boolean, share = new RefusalShare()) {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let now = 10_000;
  const done: string[] = [];
  const socket = { pause: () => void done.push('pause') } as unknown as Readable;
  const pause = new RefusalPause(
    socket,
    () => void done.push('resume'),
    { most: 64, share: () => share },
    () => now,
  );
  for (let i = 0; i < times; i++) pause.refused(isModest);
  const pass = (ms: number): void => {
    now += ms;
    vi.advanceTimersByTime(ms);
  };
  return { done, pass, pause };
}

describe('a client whose requests are refused at once', () => {
  it('is not read from after 64 within half a second, until that is over', () => {
    expect(clientRefused(63, false).done).toEqual([]);
    const { done, pass, pause } = clientRefused(100, false);
    expect([done, pause.isPaused]).toEqual([['pause'], true]);
    pass(500);
    expect([done, pause.isPaused]).toEqual([['pause', 'resume'], false]);
    for (let i = 0; i < 63; i++) pause.refused(false);
    expect(pause.isPaused).toBe(false);
  });

  it('is read from where they come over longer than that', () => {
    const { done, pass, pause } = clientRefused(63, false);
    pass(500);
    for (let i = 0; i < 63; i++) pause.refused(false);
    expect(done).toEqual([]);
  });

  it('is read from eight times as long where it sends no more than others while there is too much to do, and not for ever', () => {
    expect(clientRefused(511, true).done).toEqual([]);
    expect(clientRefused(512, true).done).toEqual(['pause']);
  });

  it('has no more over several connections than over one', () => {
    const share = new RefusalShare();
    expect(clientRefused(40, false, share).done).toEqual([]);
    expect(clientRefused(24, false, share).done).toEqual(['pause']);
    expect(clientRefused(40, false).done).toEqual([]);
  });

  it('is not read on once its connection is closed', () => {
    const { done, pass, pause } = clientRefused(64, false);
    pause.end();
    pass(1_000);
    expect(done).toEqual(['pause']);
  });
});
