import type { ServerProblem } from '@entente/host';
import type { ChatRooms } from './chat-rooms.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { RoomStore } from './room-store/room-store.ts';

/** A disk that takes so many milliseconds to store a change is slow: authors and deliveries wait for it. */
export const slowFlushMs = 1_000;

/**
 * What needs an administrator of a chat server.
 * @param parts - that are asked
 */
export function roomProblems({
  deliveries,
  maxPending,
  rooms,
  store,
}: {
  readonly deliveries: Pick<Deliveries, 'pending'>;
  readonly maxPending: number;
  readonly rooms: Pick<ChatRooms, 'isNearlyFull'>;
  readonly store: Pick<RoomStore, 'closedBy' | 'failedBy' | 'flushMs'>;
}): readonly ServerProblem[] {
  const problems: ServerProblem[] = [];
  const { flushMs } = store;
  // Of a thread that ends, what it was asked for is lost as well.
  const fault = store.closedBy ?? store.failedBy;
  if (fault !== undefined)
    problems.push({ part: 'rooms', message: fault.message, remedy: fault.remedy, stops: true });
  if (flushMs >= slowFlushMs)
    problems.push({
      part: 'rooms-disk',
      message: `expected a disk that stores a change within ${slowFlushMs} ms, found one that took ${Math.round(flushMs)} ms`,
      remedy:
        'look what else writes to the disk of the database, and whether it is sound; or stop the server, move rooms.sqlite* to a faster one, and name it with file',
      stops: false,
    });
  if (rooms.isNearlyFull)
    problems.push({
      part: 'deliveries',
      message: `expected fewer than three quarters of ${maxPending} deliveries that wait, found ${deliveries.pending}`,
      remedy:
        'look for too-many-deliveries-of-room in the log, which names the rooms; a moderator takes members who answer nothing out of them with /remove',
      stops: false,
    });
  return problems;
}
