import type { Standing } from '@entente/store-sql';
import { createTestLog, type TestLogLine } from '@entente/testkit';
import { expect, it } from 'vitest';
import { AccountsAlarm } from './accounts-alarm.ts';

const place = 'postgresql://entente@db1.contoso.example/entente';
const since = Date.UTC(2026, 5, 1);
const away: Standing = {
  ok: false,
  since,
  sentence: 'PostgreSQL cannot be reached: connect ECONNREFUSED',
  remedy: 'check that PostgreSQL runs',
};

it('accounts that cannot be read any more are in the log once, with what to do, and once when they are back', () => {
  const lines: TestLogLine[] = [];
  let standing: Standing = { ok: true };
  const alarm = new AccountsAlarm(
    { place, standing: () => standing },
    createTestLog((line) => lines.push(line)),
  );
  alarm.look();
  expect(lines).toEqual([]);
  for (let round = 0; round < 2; round++) {
    standing = away;
    alarm.look();
    alarm.look();
    standing = { ok: true };
    alarm.look();
    alarm.look();
    const at = { place, since: '2026-06-01T00:00:00.000Z' };
    expect(lines.splice(0)).toEqual([
      {
        level: 'error',
        fields: { event: 'accounts-unavailable', ...at, remedy: 'check that PostgreSQL runs' },
        message: expect.stringContaining('ECONNREFUSED'),
      },
      { level: 'info', fields: { event: 'accounts-back', ...at }, message: expect.stringContaining(place) },
    ]);
  }
});
