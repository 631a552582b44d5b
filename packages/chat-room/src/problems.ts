import type { ServerProblem } from '@entente/host';
import type { ChatRooms } from './chat-rooms.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { RoomStore } from './store/room-store.ts';

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
  readonly store: Pick<RoomStore, 'isFailing'>;
}): readonly ServerProblem[] {
  const problems: ServerProblem[] = [];
  if (store.isFailing)
    problems.push({
      part: 'rooms',
      message: 'a change of a room could not be stored',
      remedy: 'look at the disk of the database; messages are refused until it can be written',
      stops: true,
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
