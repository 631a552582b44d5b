import { parseAccountAddress } from '@entente/accounts';
import type { Answer, Refusal } from '@entente/application';
import type { Clock } from '@entente/tls';
import type { ChatBounds } from '../bounds.ts';
import type { CommandReply, ReplyOutcome } from '../delivery/replies.ts';
import { refusals } from '../refusals.ts';
import type { RoomStore } from '../room-store/room-store.ts';
import type { MemberRole } from '../store/stored.ts';
import { type Command, helpText, maxRepeated } from './command.ts';
import type { Room } from './room.ts';

/** What commands are carried out with. */
export interface RoomCommandsOptions {
  readonly store: RoomStore;
  readonly bounds: Pick<ChatBounds, 'maxMembers'>;
  readonly clock: Clock;
  /** Whether an address may be one of a user: at a domain of the organisation, and not a room. */
  readonly mayBeUser: (address: string) => boolean;
  /** Sends replies to the member, after the command is answered. */
  readonly reply: (room: string, to: string, replies: readonly CommandReply[]) => ReplyOutcome;
}

/** Members whom one answer names. */
const maxNamed = 100;
const done: Answer = { status: 200 };

/** Carries out what members and moderators ask of a room. A change is on the disk before it is answered 200. */
export class RoomCommands {
  readonly #options: RoomCommandsOptions;

  /** @param options - store, bounds, how to reply */
  constructor(options: RoomCommandsOptions) {
    this.#options = options;
  }

  /**
   * Carries out a command.
   * @param room - it was sent to
   * @param sender - a member; or anyone of the organisation, who joins
   * @param command - as read
   * @throws ChatRoomFault where a change could not be stored
   */
  async carryOut(room: Room, sender: string, command: Command): Promise<Answer | Refusal> {
    const reply = (...replies: readonly CommandReply[]) => this.#reply(room, sender, replies);
    switch (command.kind) {
      case 'help':
        return reply(helpText);
      case 'join':
        return this.#join(room, sender);
      case 'leave':
        return this.#remove(room, sender);
      case 'members':
        return reply(membersText(room));
      case 'history': {
        const messages = await this.#options.store.history(room.address, command.count);
        return messages.length === 0 ? reply('no messages yet') : reply(...messages);
      }
      case 'receipts':
        return reply(await this.#receipts(room, sender, command.id));
      case 'unknown':
        return refusals.unknownCommand(command.text);
      default:
        return this.#moderate(room, sender, command);
    }
  }

  #reply(room: Room, sender: string, replies: readonly CommandReply[]): Answer | Refusal {
    const outcome = this.#options.reply(room.address, sender, replies);
    if (outcome === 'begun') return done;
    return outcome === 'under-way' ? refusals.repliesUnderWay(sender) : refusals.tooManyReplies(sender);
  }

  async #join(room: Room, sender: string): Promise<Answer | Refusal> {
    return room.roleOf(sender) === undefined ? this.#add(room, sender, 'member') : done;
  }

  async #moderate(
    room: Room,
    sender: string,
    command: Extract<Command, { readonly address: string } | { readonly kind: 'add' }>,
  ): Promise<Answer | Refusal> {
    if (room.roleOf(sender) !== 'moderator') return refusals.notModerator(sender, room.address);
    if (command.kind === 'add') return this.#addUser(room, command.text);
    const { address, kind } = command;
    if (kind === 'remove')
      return room.isNamed(address) && address !== sender
        ? refusals.namedModerator(address, room.address)
        : this.#remove(room, address);
    if (room.roleOf(address) === undefined) return refusals.notMember(address, room.address);
    return this.#add(room, address, kind);
  }

  /** Only somebody who could also write to the room: others, as users of partners, nobody vouches for here. */
  async #addUser(room: Room, text: string): Promise<Answer | Refusal> {
    const parsed = parseAccountAddress(text);
    if (!parsed.ok || !this.#options.mayBeUser(parsed.value.address))
      return refusals.notUser(text.slice(0, maxRepeated));
    const { address } = parsed.value;
    return room.roleOf(address) === undefined ? this.#add(room, address, 'member') : done;
  }

  async #add(room: Room, address: string, role: MemberRole): Promise<Answer | Refusal> {
    const { bounds, clock, store } = this.#options;
    const isNew = room.roleOf(address) === undefined;
    if (isNew && room.size + room.arriving.size >= bounds.maxMembers)
      return refusals.full(room.address, bounds.maxMembers);
    // The configuration says who moderates in any case.
    const given = room.isNamed(address) ? 'moderator' : role;
    if (isNew) room.arriving.add(address);
    try {
      await store.setMember({ room: room.address, address, role: given }, clock.now());
      room.set(address, given);
      return done;
    } finally {
      room.arriving.delete(address);
    }
  }

  async #remove(room: Room, address: string): Promise<Answer | Refusal> {
    if (room.roleOf(address) === undefined) return refusals.notMember(address, room.address);
    await this.#options.store.removeMember(room.address, address);
    room.remove(address);
    return done;
  }

  async #receipts(room: Room, sender: string, id: string | undefined): Promise<string> {
    const counts = await this.#options.store.receipts(room.address, sender, id);
    if (counts === undefined) return 'no such message of yours';
    const { delivered, failed, total } = counts;
    const waiting = total - delivered - failed;
    return `${counts.id}: delivered to ${delivered} of ${total}, not delivered to ${failed}, ${waiting} under way`;
  }
}

function membersText(room: Room): string {
  const named = room.members.slice(0, maxNamed).map((address) => {
    return room.roleOf(address) === 'moderator' ? `${address} (moderator)` : address;
  });
  const more = room.size - named.length;
  return [`${room.size} members`, ...named, ...(more > 0 ? [`and ${more} more`] : [])].join('\n');
}
