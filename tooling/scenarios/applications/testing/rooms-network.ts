import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type RoomEntry,
  type RunningChatRooms,
  type ServeChatRoomsOptions,
  serveChatRooms,
} from '@entente/chat-room';
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
  const folder = await mkdtemp(join(tmpdir(), 'entente-rooms-'));
  const network = await startApplicationNetwork(options.network);
  const file = join(folder, 'rooms.sqlite');
  let chat: RunningChatRooms | undefined;
  const stop = async () => {
    await chat?.[Symbol.asyncDispose]();
    await network[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await network.frontEnd(0);
    await network.frontEnd(1);
    chat = await serveChatRooms({
      rooms,
      file,
      logger: network.lines.logger('chat1.contoso.example'),
      ...options,
      start: (handlers) => network.application(handlers),
    });
    return { network, chat, file, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
