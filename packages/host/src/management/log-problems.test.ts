import { expect, it } from 'vitest';
import { logProblems } from './log-problems.ts';

it.each([
  ['EPIPE', 'that its reader has ended', 'start what reads'],
  ['ENOSPC', 'ENOSPC', 'space'],
  ['EINVAL', 'EINVAL', 'see where standard output'],
])('a log that takes no lines is a problem that says what to do: %s', (code, found, remedy) => {
  expect(logProblems(code)).toEqual([
    {
      part: 'log',
      stops: false,
      message: expect.stringContaining(`found ${found}`),
      remedy: expect.stringContaining(remedy),
    },
  ]);
  expect(logProblems(undefined)).toEqual([]);
});
