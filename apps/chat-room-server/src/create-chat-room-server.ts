import { join } from 'node:path';
import { serveApplication } from '@entente/application';
import { type RunningChatRooms, serveChatRooms } from '@entente/chat-room';
import {
  type AcceptedPort,
  loadConfig,
  pathBeside,
  type RunningServer,
  RunningSettings,
} from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
import type { Member } from '@entente/member';
import { logTransactions, type MemberServerParts, openMemberServer } from '@entente/sip-relay';
import { type ChatRoomServerConfig, chatRoomServerConfig } from './config.ts';

/** The ports for which it uses plugins. */
export const acceptedPorts: readonly AcceptedPort[] = [exporterPort];

/** A running chat server. */
export interface ChatRoomServer extends RunningServer {
  /** What it is in the domain. */
  readonly member: Member;
  /** The service. */
  readonly rooms: RunningChatRooms;
}

/**
 * Starts a chat server: joins the domain, opens its database, serves its rooms, and goes on with deliveries that were not made.
 * @param config - see `config.ts`
 * @param parts - log, the configuration file that paths are relative to, and a clock other than the machine's
 * @throws faults with code, place and remedy
 */
export async function createChatRoomServer(
  config: ChatRoomServerConfig,
  parts: MemberServerParts,
): Promise<ChatRoomServer> {
  const { clock, configFile } = parts;
  const directory = pathBeside(configFile, config.directory);
  const opened = await openMemberServer(config, parts, acceptedPorts);
  const { logger, member, plugins } = opened;
  try {
    const { concurrency, file, limits, maxBytes, maxBytesInFlight, maxHistory, maxMembers, maxMessageBytes } =
      config;
    const rooms = await serveChatRooms({
      rooms: config.rooms,
      file: file === undefined ? join(directory, 'rooms.sqlite') : pathBeside(configFile, file),
      bounds: given({ concurrency, maxBytes, maxHistory, maxMembers, maxMessageBytes, ...config.rate }),
      logger,
      ...(clock === undefined ? {} : { clock }),
      start: (handlers) => serveApplication({ ...handlers, member, logger, limits, maxBytesInFlight }),
    });
    const settings = new RunningSettings({
      config,
      read: () => loadConfig(configFile, chatRoomServerConfig),
      logger,
      whileDebug: logTransactions,
    });
    const problems = () => [...member.problems(), ...plugins.problems(), ...rooms.problems()];
    return {
      member,
      rooms,
      log: logger,
      get drainMs() {
        return settings.drainMs;
      },
      reload: async () => settings.reload(),
      metrics: rooms.metrics,
      problems,
      drain: (withinMs) => rooms.drain(withinMs),
      async [Symbol.asyncDispose]() {
        settings[Symbol.dispose]();
        await rooms[Symbol.asyncDispose]();
        await opened[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}

/** What the configuration sets; the rest is as it is by default. */
function given<T extends object>(settings: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const set = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(set) as { [K in keyof T]: Exclude<T[K], undefined> };
}
