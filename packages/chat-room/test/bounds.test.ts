import { defaultChatBounds, serveChatRooms } from '@entente/chat-room';
import { describe, expect, it } from 'vitest';
import { boundsOf } from '../src/bounds.ts';

/** What callers without a compiler pass. */
const given = (value: unknown) => value as never;

describe('the bounds of rooms', () => {
  it('are not misspelt, and are numbers: no room begins without them', async () => {
    for (const [bounds, place] of [
      [{ maxMessageByte: 100 }, 'bounds of serveChatRooms'],
      [{ maxMessageBytes: '8 kB' }, 'maxMessageBytes of serveChatRooms'],
      [{ maxBytes: Number.NaN }, 'maxBytes of serveChatRooms'],
      [{ maxMembers: -1 }, 'maxMembers of serveChatRooms'],
      [null, 'bounds of serveChatRooms'],
    ] as const)
      await expect(
        serveChatRooms(given({ rooms: [], file: '/nowhere/rooms.sqlite', bounds })),
      ).rejects.toMatchObject({ code: 'ENTENTE_CHAT_BOUND', place, remedy: expect.stringMatching(/./) });
  });

  it('are the default ones where they are undefined: nothing turns them off', () => {
    expect(boundsOf(given({ maxMessageBytes: undefined, maxBytes: undefined }))).toEqual(defaultChatBounds);
    expect(boundsOf(Object.freeze({ maxMembers: 3 }))).toEqual({ ...defaultChatBounds, maxMembers: 3 });
  });
});
