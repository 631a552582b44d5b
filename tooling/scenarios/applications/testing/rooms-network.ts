import { join } from 'node:path';
import {
  type RoomEntry,
  type RunningChatRooms,
  type ServeChatRoomsOptions,
  serveChatRooms,
} from '@entente/chat-room';
import { Opened } from '../../harness/opened.ts';
import { type ApplicationNetwork, startApplicationNetwork } from './application-network.ts';

export const lobby = 'lobby@chat.contoso.example';

/** Two front ends and a chat server on real sockets, with its database in a folder of its own. */
export async function startRoomsNetwork(
  rooms: readonly RoomEntry[],
  options: Pick<ServeChatRoomsOptions, 'bounds' | 'clock'> & {
    readonly network?: Parameters<typeof startApplicationNetwork>[0];
  } = {},
): Promise<
  {
    readonly network: ApplicationNetwork;
    readonly chat: RunningChatRooms;
    readonly file: string;
  } & AsyncDisposable
> {
  const opened = new Opened();
  return opened.orEnd(async () => {
    const file = join(await opened.folder(), 'rooms.sqlite');
    const network = opened.use(await startApplicationNetwork({ frontEnds: 2, ...options.network }));
    const chat = opened.use(
      await serveChatRooms({
        rooms,
        file,
        logger: network.lines.logger('chat1.contoso.example'),
        ...options,
        start: (handlers) => network.application(handlers),
      }),
    );
    return { network, chat, file, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() };
  });
}
