import { createTestLog, type TestLogLine } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { ConfirmationAlarm } from '../src/follow/confirmation-alarm.ts';
import { startMember } from './hostile-authority.ts';
import { TestClock, topologyOf } from './sample-domain.ts';

const start = Date.UTC(2026, 5, 1);
const authority = 'https://ca.contoso.example';
const minute = 60_000;

describe('the alarm of a member whose authority is silent', () => {
  const open = (options: { confirmedAt?: number; alarmAfterSeconds?: number } = {}) => {
    const { confirmedAt = start, alarmAfterSeconds = 600 } = options;
    const clock = new TestClock(start);
    const lines: TestLogLine[] = [];
    const log = createTestLog((line) => void lines.push(line));
    const topology = topologyOf({ policies: { trustState: { alarmAfterSeconds } } });
    const confirmation = {
      confirmedAt,
      get now() {
        return clock.now();
      },
    };
    const alarm = new ConfirmationAlarm({ state: { topology, confirmation }, authority, clock, log });
    const confirm = () => {
      confirmation.confirmedAt = clock.now();
      alarm.check();
    };
    alarm.check();
    const events = () => lines.map(({ level, fields }) => [level, (fields as { event: string }).event]);
    return { alarm, clock, confirm, events, lines };
  };

  it('is logged once when it begins, with the time of the last confirmation and the remedy, and once when it ends', () => {
    const { clock, confirm, events, lines } = open();
    clock.advance(10 * minute - 1);
    expect(events()).toEqual([]);
    clock.advance(1);
    expect(lines).toMatchObject([
      {
        level: 'error',
        fields: {
          event: 'topology-unconfirmed',
          peer: authority,
          since: '2026-06-01T00:00:00.000Z',
          remedy: expect.stringContaining('reach the authority'),
        },
      },
    ]);
    clock.advance(24 * 60 * minute);
    expect(events()).toHaveLength(1);
    confirm();
    confirm();
    expect(events()).toEqual([
      ['error', 'topology-unconfirmed'],
      ['info', 'topology-confirmed'],
    ]);
    clock.advance(10 * minute);
    expect(events()).toHaveLength(3);
  });

  it('is logged within a minute where the clock jumps, as after a sleep of the machine', () => {
    const { clock, events } = open();
    clock.time += 60 * minute;
    clock.advance(minute);
    expect(events()).toEqual([['error', 'topology-unconfirmed']]);
  });

  it('has in its remedy the clock of the server too, for one that is ahead finds what was just confirmed old', () => {
    const { clock, lines } = open();
    clock.advance(11 * minute);
    expect(lines[0]?.fields).toMatchObject({ remedy: expect.stringContaining('the clock of this server') });
  });

  it('is not logged while the authority confirms in time', () => {
    const { clock, confirm, events } = open();
    for (let minutes = 0; minutes < 60; minutes += 9) {
      clock.advance(9 * minute);
      confirm();
    }
    expect(events()).toEqual([]);
  });

  it('is logged at the start of a member that was away for longer', () => {
    expect(open({ confirmedAt: start - 97 * 60 * minute }).events()).toEqual([
      ['error', 'topology-unconfirmed'],
    ]);
  });

  it('comes after the time that the topology sets', () => {
    const { clock, events } = open({ alarmAfterSeconds: 120 });
    clock.advance(2 * minute);
    expect(events()).toHaveLength(1);
  });

  it('begins and ends with what the authority answers to a member that follows it', async () => {
    await using member = await startMember({ confirmedAt: Date.now() - 60 * minute });
    member.answer('/state', (_, response) => void response.writeHead(500).end());
    await member.follower.start();
    const alarms = () => member.events.filter((event) => String(event).startsWith('topology-'));
    expect(alarms()).toEqual(['topology-unconfirmed']);
    member.answer('/state', member.goodState);
    await member.follower.refresh();
    expect(alarms()).toEqual(['topology-unconfirmed', 'topology-confirmed']);
  });

  it('watches no longer once it is disposed of', () => {
    const { alarm, clock, events } = open();
    alarm[Symbol.dispose]();
    expect(clock.waiting).toBe(0);
    clock.advance(60 * minute);
    expect(events()).toEqual([]);
  });
});
