import { createHash, randomUUID } from 'node:crypto';
import type { Answer, ApplicationMessage, Refusal } from '@entente/application';
import { addressOfRecord, parseMediaType, type SipRequest } from '@entente/sip';
import type { Clock, Log } from '@entente/tls';
import type { ChatBounds } from './bounds.ts';
import type { Deliveries } from './delivery/deliveries.ts';
import type { CommandReply, ReplyOutcome } from './delivery/replies.ts';
import { RoomCounts } from './delivery/room-counts.ts';
import { ChatRoomFault } from './fault.ts';
import { messageIdHeader } from './headers.ts';
import { refusals } from './refusals.ts';
import { parseCommand } from './room/command.ts';
import { Room, type RoomEntry } from './room/room.ts';
import { RoomCommands } from './room/room-commands.ts';
import type { RoomStore } from './room-store/room-store.ts';

/** What {@link ChatRooms} needs. */
export interface ChatRoomsOptions {
  readonly rooms: readonly RoomEntry[];
  readonly store: RoomStore;
  readonly deliveries: Deliveries;
  readonly bounds: ChatBounds;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether an address is at a domain of the organisation, or of one of its applications. */
  readonly isOurs: (address: string) => boolean;
  /** Sends the answer to a command. */
  readonly reply: (room: string, to: string, replies: readonly CommandReply[]) => ReplyOutcome;
}

/** How often the size of the database is looked at: once for so many messages. */
const sizeEvery = 64;
/** Messages that give way at once where the database is full. */
const removedAtOnce = 64;
/** How often they do before one message is refused. */
const maxRounds = 4;
/** The part of the deliveries that may wait at which an administrator hears of it: so many percent. */
const nearlyFull = 75;
/** Characters of the longest Content-Type that is kept and passed on. */
const maxTypeLength = 128;

/** Rooms: who may send to them, what is stored and delivered, and what members ask of them. */
export class ChatRooms {
  readonly #options: ChatRoomsOptions;
  readonly #rooms: ReadonlyMap<string, Room>;
  readonly #commands: RoomCommands;
  /** Deliveries of messages that are being stored: they count as waiting, so that many messages at once keep to the bound. */
  readonly #storing = new RoomCounts();
  #bytes = 0;
  #makingRoom: Promise<number> | undefined;
  #sinceSize = sizeEvery;

  /** @param options - rooms, store, bounds */
  constructor(options: ChatRoomsOptions) {
    this.#options = options;
    this.#rooms = new Map(options.rooms.map((entry) => [entry.address, new Room(entry, options.bounds)]));
    this.#commands = new RoomCommands({
      ...options,
      mayBeUser: (address) => !this.#rooms.has(address) && options.isOurs(address),
    });
  }

  /** Rooms that are served. */
  get rooms(): readonly Room[] {
    return [...this.#rooms.values()];
  }

  /** Whether so many deliveries wait that messages of large rooms are refused, or soon will be. */
  get isNearlyFull(): boolean {
    const { bounds, deliveries } = this.#options;
    return deliveries.pending * 100 >= bounds.maxPending * nearlyFull;
  }

  /** Whether somebody is a member of a room. */
  readonly isMember = (room: string, address: string): boolean =>
    this.#rooms.get(room)?.roleOf(address) !== undefined;

  /** Reads members from the store, and makes those moderators whom the configuration names. */
  async load(): Promise<void> {
    const { clock, rooms, store } = this.#options;
    for (const { address, role, room } of await store.members()) this.#rooms.get(room)?.set(address, role);
    for (const { address: room, moderators } of rooms)
      for (const address of moderators) {
        await store.setMember({ room, address, role: 'moderator' }, clock.now());
        this.#rooms.get(room)?.set(address, 'moderator');
      }
  }

  /** Goes on with deliveries that were not made before the last stop. */
  async resume(): Promise<void> {
    const { deliveries, store } = this.#options;
    for (const { member, number, room, triedMs } of await store.pending())
      deliveries.add(number, room, [member], triedMs);
  }

  /**
   * A MESSAGE to a room. It is answered 200 when it is on the disk with a delivery for each member.
   * @param message - as the application got it
   */
  async receive({ request, sender, text }: ApplicationMessage): Promise<Answer | Refusal> {
    const { bounds, clock } = this.#options;
    const address = addressOfRecord(request.uri) ?? '';
    const room = this.#rooms.get(address);
    if (room === undefined) return refusals.unknownRoom(address);
    if (sender.address === undefined) return refusals.notIdentified();
    if (sender.isPrivate) return refusals.anonymous();
    if (request.has(messageIdHeader)) return refusals.fromRoom();
    const notAccepted = refuseBody(request, bounds.maxMessageBytes);
    if (notAccepted !== undefined) return notAccepted;
    const author = sender.address;
    const command = parseCommand(text);
    const isMember = room.roleOf(author) !== undefined;
    // Nothing is kept of somebody who is not a member, but the one command that makes a member, and that it was sent.
    if (!isMember && !(room.isOpen && command?.kind === 'join'))
      return command?.kind === 'join' ? refusals.notOpen(address) : refusals.notMember(author, address);
    if (!room.rate.take(author, clock.now())) return refusals.rate(author);
    try {
      if (command === undefined) return await this.#post(room, author, request);
      return await this.#commands.carryOut(room, author, command);
    } catch (error) {
      // Each of them in the log would be more to write for a disk that is too slow; health says it, and the log of refusals.
      if (error instanceof ChatRoomFault && error.code === 'ENTENTE_CHAT_STORE_BUSY')
        return refusals.busy(error.message);
      this.#options.log.error(
        { event: 'room-not-stored', err: error },
        'a change of a room could not be stored',
      );
      return refusals.store((error as Error).message);
    }
  }

  async #post(room: Room, author: string, request: SipRequest): Promise<Answer | Refusal> {
    const { bounds, clock, deliveries, store } = this.#options;
    const members = room.members.filter((member) => member !== author);
    const crowded = this.#tooMany(room.address, members.length);
    if (crowded !== undefined) return crowded;
    const message = {
      id: randomUUID(),
      room: room.address,
      author,
      // What a client sends again after a lost answer has the same of all three (RFC 3261 §8.1.1).
      source: sourceOf(author, request),
      sentAt: clock.now(),
      contentType: request.contentType ?? 'text/plain',
      body: Uint8Array.from(request.body),
    };
    this.#storing.add(room.address, members.length);
    try {
      if (await this.#isFull()) return refusals.storageFull(bounds.maxBytes);
      const { id, isNew, number } = await store.addMessage(message, members, bounds.maxHistory);
      if (isNew) deliveries.add(number, room.address, members);
      return { status: 200, headers: { [messageIdHeader]: id } };
    } finally {
      this.#storing.add(room.address, -members.length);
    }
  }

  /** A room has no more waiting than are free for all: one whose members answer nothing leaves half for the others, and several of them some. */
  #tooMany(room: string, more: number): Refusal | undefined {
    const { bounds, deliveries } = this.#options;
    const free = bounds.maxPending - deliveries.pending - this.#storing.all;
    if (more > free) return refusals.tooManyDeliveries(bounds.maxPending);
    const waiting = deliveries.pendingOf(room) + this.#storing.of(room);
    return waiting + more > free ? refusals.tooManyOfRoom(room, waiting, free) : undefined;
  }

  async #isFull(): Promise<boolean> {
    const { bounds, store } = this.#options;
    if (this.#sinceSize++ >= sizeEvery || this.#bytes > bounds.maxBytes) {
      this.#sinceSize = 0;
      this.#bytes = await store.bytes();
      for (let round = 0; round < maxRounds && this.#bytes > bounds.maxBytes; round++) {
        if ((await this.#makeRoom()) === 0) break;
        this.#bytes = await store.bytes();
      }
    }
    return this.#bytes > bounds.maxBytes;
  }

  /** The room that takes the most gives up the oldest of its history: who fills the database keeps nobody out. Once for all that wait for it. */
  #makeRoom(): Promise<number> {
    this.#makingRoom ??= this.#options.store.makeRoom(removedAtOnce).finally(() => {
      this.#makingRoom = undefined;
    });
    return this.#makingRoom;
  }
}

/** Of bounded length, whatever a client has written. */
function sourceOf(author: string, { callId, cseq }: SipRequest): string {
  return createHash('sha256').update(`${author} ${callId} ${cseq.sequence}`).digest('base64url');
}

function refuseBody(request: SipRequest, most: number): Refusal | undefined {
  const { contentType } = request;
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'text/plain') return refusals.body(type?.slice(0, maxTypeLength) ?? 'no Content-Type');
  if ((contentType ?? '').length > maxTypeLength) return refusals.body('a long Content-Type');
  // It goes on as it is, now and whenever a member asks for it again: clients refuse what they cannot read.
  if (!parseMediaType(contentType ?? '').ok) return refusals.body('a Content-Type that cannot be read');
  if (request.has('Content-Encoding')) return refusals.body('Content-Encoding');
  return request.bodyLength > most ? refusals.tooLong(request.bodyLength, most) : undefined;
}
