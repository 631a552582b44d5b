import { describe, expect, it } from 'vitest';
import { roomProblems } from './problems.ts';

const asked = (isFailing: boolean, isNearlyFull: boolean) =>
  roomProblems({
    store: { isFailing },
    rooms: { isNearlyFull },
    deliveries: { pending: 150_000 },
    maxPending: 200_000,
  });

describe('the problems of a chat server', () => {
  it('are none where all is well', () => expect(asked(false, false)).toEqual([]));

  it('are a store that cannot be written, which stops it, and too many deliveries that wait, which do not', () =>
    expect(asked(true, true)).toMatchObject([
      { part: 'rooms', stops: true },
      {
        part: 'deliveries',
        stops: false,
        message: 'expected fewer than three quarters of 200000 deliveries that wait, found 150000',
      },
    ]));
});
