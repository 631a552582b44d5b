import type { Metric } from '@entente/host';
import type { ChatRooms } from './chat-rooms.ts';
import type { Deliveries } from './delivery/deliveries.ts';

/**
 * The metrics of group chat. No label names a room or a member.
 * @param parts - that are counted
 */
export function chatMetrics({
  deliveries,
  rooms,
}: {
  readonly deliveries: Pick<Deliveries, 'pending' | 'made'>;
  readonly rooms: Pick<ChatRooms, 'rooms'>;
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
      name: 'entente_chat_deliveries_total',
      type: 'counter',
      help: 'Deliveries whose end is known, by what became of them.',
      samples: () =>
        Object.entries(deliveries.made).map(([outcome, value]) => ({ labels: { outcome }, value })),
    },
  ];
}
