import { expect, vi } from 'vitest';

/**
 * Set-up file of every test file: a poll moves no test clock. By itself vitest lets 50 ms of a fake clock pass with each look, and so a test
 * of what happens in time depends on how often it looked, which is how slow the machine was.
 */
const known = expect.poll;

function stillPoll(...[look, options]: Parameters<typeof known>): ReturnType<typeof known> {
  return known(look, vi.isFakeTimers() ? { ...options, interval: 0 } : options);
}

if (known.name !== stillPoll.name) expect.poll = stillPoll as typeof known;
