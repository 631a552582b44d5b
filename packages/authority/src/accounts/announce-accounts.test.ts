import { ChangeListeners } from '@entente/accounts/directory';
import { describe, expect, it } from 'vitest';
import { announceAccounts } from './announce-accounts.ts';

function start() {
  const changes = new ChangeListeners();
  const timers = new Set<() => void>();
  const events: string[] = [];
  const stop = announceAccounts(
    { onChange: (listener) => changes.add(listener) },
    { announce: ({ type }) => void events.push(type) },
    {
      now: () => 0,
      after(_ms, run) {
        timers.add(run);
        return () => void timers.delete(run);
      },
    },
  );
  const pass = () => {
    const due = [...timers];
    timers.clear();
    for (const run of due) run();
  };
  return { change: () => changes.tell(), events, pass, stop, timers };
}

describe('the event of changed accounts', () => {
  it('comes at once, and once for all changes that follow soon', () => {
    const { change, events, pass, timers } = start();
    change();
    expect(events).toHaveLength(1);
    for (let i = 0; i < 1_000; i++) change();
    expect(events).toHaveLength(1);
    pass();
    expect(events).toHaveLength(2);
    pass();
    pass();
    expect([events.length, timers.size]).toEqual([2, 0]);
    change();
    expect(events).toHaveLength(3);
  });

  it('comes no more after the end', () => {
    const { change, events, stop, timers } = start();
    change();
    change();
    stop();
    change();
    expect([events.length, timers.size]).toEqual([1, 0]);
  });
});
