import { activationTime, type IssuerRecord, nextStep, type RolloverView, settleMs } from '@entente/pki';
import { describe, expect, it } from 'vitest';

const day = 86_400_000;
const minute = 60_000;
const record = (number: number, notBefore: number, changes: Partial<IssuerRecord> = {}): IssuerRecord => ({
  number,
  id: number.toString(16).padStart(16, '0'),
  stage: 'prepared',
  notBefore,
  notAfter: notBefore + 600 * day,
  preparedAt: notBefore,
  ...changes,
});
const active = record(1, 0, { stage: 'active', activatedAt: 0 });
const view = (issuers: readonly IssuerRecord[], changes: Partial<RolloverView> = {}): RolloverView => ({
  issuers,
  revoked: new Set(),
  lastEnd: new Map(),
  keys: new Set(issuers.map(({ number }) => number)),
  ...changes,
});

describe('a successor that is valid in a few minutes by the clock of the authority', () => {
  const time = 500 * day;
  /** The machine of the root is four minutes ahead; its answers are accepted. */
  const ahead = time + 4 * minute;

  it.each([
    ['was revoked', view([active, record(2, ahead)], { revoked: new Set([1]) })],
    ['must not issue below its root', view([active, record(2, ahead)], { withdrawn: new Set([1]) })],
    [
      'is of the future',
      view([
        record(1, 0, { stage: 'retiring', retiringSince: 1 }),
        record(2, time + day, { stage: 'active', activatedAt: 1 }),
        record(3, ahead),
      ]),
    ],
    [
      'is about to end',
      view([{ ...active, notAfter: time + settleMs }, record(2, ahead, { preparedAt: time - day })]),
    ],
    ['is old', view([active, record(2, ahead, { preparedAt: time - day })])],
  ])('takes over then, and not before, where the active one %s', (_why, state) => {
    const { number = 0 } = state.issuers.at(-1) ?? {};
    expect(nextStep(state, time)?.kind).not.toBe('activate');
    expect(nextStep(state, ahead - 1)?.kind).not.toBe('activate');
    expect(nextStep(state, ahead)).toEqual({ kind: 'activate', number });
  });

  it('is said to take over then', () => {
    const state = view([active, record(2, ahead)], { revoked: new Set([1]) });
    expect(activationTime(active, record(2, ahead), state, time)).toBe(ahead);
  });
});
