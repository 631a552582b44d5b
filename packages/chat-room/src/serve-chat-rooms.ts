import type { Application, ApplicationHandlers } from '@entente/application';
import type { Logger, Metric, ServerProblem } from '@entente/host';
import { type Clock, systemClock } from '@entente/tls';
import { boundsOf, type ChatBounds } from './bounds.ts';
import { ChatRooms } from './chat-rooms.ts';
import { Deliveries } from './delivery/deliveries.ts';
import { Replies } from './delivery/replies.ts';
import { RunTime } from './delivery/run-time.ts';
import { ChatRoomFault } from './fault.ts';
import { authorHeader, messageIdHeader } from './headers.ts';
import { chatMetrics } from './metrics.ts';
import { roomProblems } from './problems.ts';
import type { RoomEntry } from './room/room.ts';
import { RoomStore } from './room-store/room-store.ts';
import type { StoredMessage } from './store/stored.ts';

/** What group chat is made of. */
export interface ServeChatRoomsOptions {
  /** The rooms that there are, each at an address of the application. */
  readonly rooms: readonly RoomEntry[];
  /** The SQLite file. */
  readonly file: string;
  /** Bounds of rooms and of the database; what is left out is as in `defaultChatBounds`. */
  readonly bounds?: Partial<ChatBounds>;
  /** Receives what goes wrong with rooms, deliveries and the database. */
  readonly logger: Logger;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /**
   * Starts the application with what rooms do with requests: `serveApplication` or `joinApplication` of `@entente/application`.
   */
  readonly start: (handlers: ApplicationHandlers) => Promise<Application>;
}

/** Group chat that runs. */
export interface RunningChatRooms extends AsyncDisposable {
  /** The application that `start` gave. */
  readonly application: Application;
  /** What it counts; `docs/reference/metrics.md` lists them. */
  readonly metrics: readonly Metric[];
  /** What needs an administrator. */
  problems(): readonly ServerProblem[];
  /** Resolves once nothing is owed to any member. */
  settled(): Promise<void>;
  /**
   * Begins no more deliveries, and closes each connection when nothing is under way on it. What is not delivered goes on after the next start.
   * @param withinMs - milliseconds, 0 or more
   * @returns true when none is open any more, false when the time was over before
   */
  drain(withinMs: number): Promise<boolean>;
}

/**
 * Serves rooms: messages are stored before they are answered, and delivered to every member.
 * @param options - rooms, file, bounds, and how the application is started
 * @throws ChatRoomFault where a bound is not one, the file cannot be opened, or a room has an address that is not the application's; what `start` throws
 */
export async function serveChatRooms(options: ServeChatRoomsOptions): Promise<RunningChatRooms> {
  const { clock = systemClock, logger: log, rooms: entries } = options;
  const bounds = boundsOf(options.bounds);
  const store = await RoomStore.open(options.file, {
    onEnded: (err) =>
      log.error(
        { event: 'room-store-ended', err },
        'the thread of the database has ended; it is started again',
      ),
  });
  let application: Application | undefined;
  const running = () => application as Application;
  const send = async (message: StoredMessage, member: string) =>
    (await deliver(running(), message, member)).status;
  const steadyNow = () => performance.now();
  const replies = new Replies({
    steadyNow,
    message: (number) => store.message(number),
    send: async (room, to, reply) =>
      (typeof reply === 'string'
        ? await running().message(`sip:${room}`, `sip:${to}`, reply)
        : await deliver(running(), reply, to)
      ).status,
    onFault: (error) =>
      log.warn({ event: 'reply-not-sent', err: error }, 'the answer to a command could not be sent'),
  });
  const deliveries = new Deliveries({
    store,
    send,
    isMember: (room, address) => rooms.isMember(room, address),
    bounds,
    clock,
    steadyNow,
    log,
  });
  const rooms: ChatRooms = new ChatRooms({
    rooms: entries,
    store,
    deliveries,
    bounds,
    clock,
    log,
    isOurs: (address) => running().isOurs(`sip:${address}`),
    reply: (room, to, parts) => replies.send(room, to, parts),
  });
  const runTime = new RunTime({
    store,
    clock,
    steadyNow,
    onFault: (error) =>
      log.error(
        { event: 'room-not-stored', err: error },
        'for how long this server runs could not be stored',
      ),
  });
  const stop = async () => {
    deliveries.stop();
    await runTime.end();
    await application?.[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
  };
  try {
    await rooms.load();
    application = await options.start({ onMessage: (message) => rooms.receive(message) });
    for (const { address } of entries)
      if (!application.hasAddress(`sip:${address}`)) throw notOwn(address, application.fqdn);
    await rooms.resume();
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    application,
    metrics: [
      ...application.metrics,
      ...chatMetrics({ deliveries, maxPending: bounds.maxPending, rooms, store }),
    ],
    problems: () => roomProblems({ store, rooms, deliveries, maxPending: bounds.maxPending }),
    settled: () => deliveries.settled(),
    drain(withinMs) {
      deliveries.stop();
      return running().drain(withinMs);
    },
    [Symbol.asyncDispose]: stop,
  };
}

/** One copy of a message to one member: the body as the author wrote it, the author in a field of its own. */
function deliver(application: Application, message: StoredMessage, member: string) {
  const { author, body, contentType, id, room, sentAt } = message;
  return application.request('MESSAGE', `sip:${room}`, `sip:${member}`, {
    displayName: author,
    headers: {
      [authorHeader]: `<sip:${author}>`,
      [messageIdHeader]: id,
      Date: new Date(sentAt).toUTCString(),
    },
    contentType,
    body,
  });
}

function notOwn(address: string, fqdn: string): ChatRoomFault {
  return new ChatRoomFault('ENTENTE_CHAT_ROOM_ADDRESS', {
    sentence: `expected a room at an address of ${fqdn}, found ${address}`,
    place: address,
    remedy: `use an address at the FQDN of the server or its pool; or give it the address: entente topology add user ${address} --home ${fqdn}, then sign and publish`,
  });
}
