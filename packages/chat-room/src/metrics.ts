import type { Metric } from '@entente/host';
import type { ChatRooms } from './chat-rooms.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { RoomStore } from './room-store/room-store.ts';

/**
 * The metrics of group chat. No label names a room or a member.
 * @param parts - that are counted
 */
export function chatMetrics({
  deliveries,
  maxPending,
  rooms,
  store,
}: {
  readonly deliveries: Pick<Deliveries, 'pending' | 'largestPending' | 'made'>;
  readonly maxPending: number;
  readonly rooms: Pick<ChatRooms, 'rooms'>;
  readonly store: Pick<RoomStore, 'ended' | 'flushMs'>;
}): readonly Metric[] {
  return [
    {
      name: 'entente_chat_rooms',
      type: 'gauge',
      help: 'Rooms that are served.',
      samples: () => [{ value: rooms.rooms.length }],
    },
    {
      name: 'entente_chat_members',
      type: 'gauge',
      help: 'Members of all rooms; who is in two counts twice.',
      samples: () => [{ value: rooms.rooms.reduce((sum, { size }) => sum + size, 0) }],
    },
    {
      name: 'entente_chat_deliveries_pending',
      type: 'gauge',
      help: 'Deliveries that wait or are under way.',
      samples: () => [{ value: deliveries.pending }],
    },
    {
      name: 'entente_chat_deliveries_pending_largest_room',
      type: 'gauge',
      help: 'Those of the room that has most of them; a room has no more than are free.',
      samples: () => [{ value: deliveries.largestPending }],
    },
    {
      name: 'entente_chat_deliveries_pending_max',
      type: 'gauge',
      help: 'How many there may be, of all rooms.',
      samples: () => [{ value: maxPending }],
    },
    {
      name: 'entente_chat_store_flush_seconds',
      type: 'gauge',
      help: 'How long the disk took for the last change, or has taken for what it stores now.',
      samples: () => [{ value: store.flushMs / 1_000 }],
    },
    {
      name: 'entente_chat_store_ended_total',
      type: 'counter',
      help: 'How often the thread of the database has ended by itself, and was started again.',
      samples: () => [{ value: store.ended }],
    },
    {
      name: 'entente_chat_deliveries_total',
      type: 'counter',
      help: 'Deliveries whose end is known, by what became of them.',
      samples: () =>
        Object.entries(deliveries.made).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
  ];
}
