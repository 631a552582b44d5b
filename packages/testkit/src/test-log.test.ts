import { expect, it } from 'vitest';
import { createTestLog, type TestLogLine } from './test-log.ts';

it('a log for tests has the fields of `child` in each line, as a logger has: the nearest to the line counts', () => {
  const lines: TestLogLine[] = [];
  const log = createTestLog((line) => void lines.push(line));
  const child = log.child({ plugin: 'one', part: 'outer' });
  child.child({ part: 'inner' }).warn({ event: 'refused' }, 'a plugin was refused');
  child.info({ event: 'started', plugin: 'two' }, 'a plugin was started');
  log.error({ event: 'fault' }, 'something failed');
  expect(lines).toEqual([
    {
      level: 'warn',
      fields: { plugin: 'one', part: 'inner', event: 'refused' },
      message: 'a plugin was refused',
    },
    {
      level: 'info',
      fields: { plugin: 'two', part: 'outer', event: 'started' },
      message: 'a plugin was started',
    },
    { level: 'error', fields: { event: 'fault' }, message: 'something failed' },
  ]);
});
