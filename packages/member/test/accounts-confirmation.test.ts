import { createTestLog, StepClock } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { AccountsConfirmation } from '../src/accounts/accounts-confirmation.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 5, 1);

function confirmation() {
  const clock = new StepClock(start);
  const lines: { readonly fields: object; readonly text: string }[] = [];
  const log = createTestLog(
    ({ fields, message }) => void lines.push({ fields: fields as object, text: message }),
  );
  const watched = new AccountsConfirmation({ place: 'a database', refuseAfterMs: () => hour, clock, log });
  return { clock, lines, watched };
}

describe('accounts that a server reads itself', () => {
  it('that nothing has ever confirmed are said to be so, without a time', () => {
    const { lines, watched } = confirmation();
    watched.confirm(0);
    watched.look('start the database');
    expect(watched.isStale).toBe(true);
    expect(lines).toMatchObject([
      {
        fields: { event: 'accounts-stale', place: 'a database', remedy: 'start the database' },
        text: 'the accounts were never confirmed: no request is accepted any more',
      },
    ]);
    expect(lines[0]?.fields).not.toHaveProperty('since');
    expect(watched.problem('it cannot be reached', 'start it')).toEqual({
      part: 'accounts',
      message:
        'the accounts at a database were never confirmed: it cannot be reached; no request is accepted any more',
      remedy: 'start it',
      stops: true,
    });
  });

  it('that were confirmed are said to be so, with the time', () => {
    const { clock, lines, watched } = confirmation();
    watched.confirm(start);
    expect(watched.problem('it cannot be reached', 'start it')).toMatchObject({
      message: expect.stringContaining('were last confirmed at 2026-06-01T00:00:00.000Z'),
      stops: false,
    });
    clock.move(hour);
    watched.look('start the database');
    expect(lines).toMatchObject([
      {
        fields: { since: '2026-06-01T00:00:00.000Z' },
        text: expect.stringContaining('last confirmed at 2026'),
      },
    ]);
  });
});
