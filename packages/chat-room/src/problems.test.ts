import { describe, expect, it } from 'vitest';
import { ChatRoomFault } from './fault.ts';
import { roomProblems } from './problems.ts';

const faultOf = (sentence: string, remedy: string) =>
  new ChatRoomFault('ENTENTE_CHAT_STORE_UNAVAILABLE', { sentence, place: 'rooms.sqlite', remedy });
const failing = faultOf('the database cannot be used: disk is full', 'make space');

const asked = (
  isFailing: boolean,
  isNearlyFull: boolean,
  store: { readonly closedBy?: ChatRoomFault; readonly flushMs?: number } = {},
) =>
  roomProblems({
    store: { closedBy: undefined, flushMs: 999, failedBy: isFailing ? failing : undefined, ...store },
    rooms: { isNearlyFull },
    deliveries: { pending: 150_000 },
    maxPending: 200_000,
  });

describe('the problems of a chat server', () => {
  it('are none where all is well', () => expect(asked(false, false)).toEqual([]));

  it('are a store that cannot be written, which stops it, with what it said, and too many deliveries that wait, which do not', () =>
    expect(asked(true, true)).toMatchObject([
      { part: 'rooms', message: failing.message, remedy: 'make space', stops: true },
      {
        part: 'deliveries',
        stops: false,
        message: 'expected fewer than three quarters of 200000 deliveries that wait, found 150000',
      },
    ]));

  it('are a disk that is slow, which stops nothing', () =>
    expect(asked(false, false, { flushMs: 4_000.4 })).toMatchObject([
      {
        part: 'rooms-disk',
        stops: false,
        message: 'expected a disk that stores a change within 1000 ms, found one that took 4000 ms',
        remedy: expect.stringContaining('a faster one'),
      },
    ]));

  it('are a database whose thread has ended, with what it said, which stops it', () => {
    const closedBy = faultOf('the thread of the database has ended', 'it is started again');
    expect(asked(true, false, { closedBy })).toEqual([
      { part: 'rooms', message: closedBy.message, remedy: closedBy.remedy, stops: true },
    ]);
  });
});
