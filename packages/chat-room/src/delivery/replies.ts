import { MemberRate } from '../member-rate.ts';
import type { StoredMessage } from '../store/stored.ts';

/** What answers a command: a text of the room itself, or a message of its history. */
export type CommandReply = string | StoredMessage;

/** What {@link Replies} needs. */
export interface RepliesOptions {
  /** Reads a message again, whose bytes are not kept while it waits; undefined where it was removed. */
  readonly message: (number: number) => Promise<StoredMessage | undefined>;
  /** Sends one of them to a member, and gives the final status. */
  readonly send: (room: string, to: string, reply: CommandReply) => Promise<number>;
  /** Milliseconds from any beginning, which go on evenly when the clock is set. */
  readonly steadyNow: () => number;
  /** Something could not be read or sent. */
  readonly onFault: (error: unknown) => void;
}

/** Answers to commands that are on their way to one member of a room at most. */
export const mostRepliesOfMember = 4;
/** Parts of answers that one member gets at once, in all rooms together: two histories as long as they may be. */
export const partsAtOnce = 100;
/** How many more each second. */
const partsPerSecond = 1;
/** Members whose parts are remembered; of more, the one that has asked longest ago is forgotten. */
const maxRemembered = 10_000;

/** What became of an answer: it is being sent; or as many are on their way to the member; or the member has had as many parts as it may get now. */
export type ReplyOutcome = 'begun' | 'under-way' | 'too-many';

/**
 * Sends the answers to commands, the parts of each one after the other. Somebody who does not answer gets no further part, and has few answers under
 * way: what a member asks for and never takes costs the room nothing. Each part goes to every device of the member, because a MESSAGE does not say from
 * which one it comes (RFC 3428 §4): so parts are counted, not commands.
 */
export class Replies {
  readonly #options: RepliesOptions;
  /** How many are under way to each member of each room. */
  readonly #underWay = new Map<string, number>();
  readonly #parts = new MemberRate(partsAtOnce, partsPerSecond, maxRemembered);

  /** @param options - how they are read and sent */
  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /**
   * Begins to send an answer.
   * @param room - that answers
   * @param to - member
   * @param replies - its parts
   * @returns whether it has begun, or why not
   */
  send(room: string, to: string, replies: readonly CommandReply[]): ReplyOutcome {
    const key = `${room} ${to}`;
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= mostRepliesOfMember) return 'under-way';
    if (!this.#parts.take(to, this.#options.steadyNow(), replies.length)) return 'too-many';
    this.#underWay.set(key, underWay + 1);
    const parts = replies.map((reply) => (typeof reply === 'string' ? reply : reply.number));
    void this.#sendAll(room, to, parts)
      .catch(this.#options.onFault)
      .finally(() => {
        const left = (this.#underWay.get(key) ?? 1) - 1;
        if (left === 0) this.#underWay.delete(key);
        else this.#underWay.set(key, left);
      });
    return 'begun';
  }

  async #sendAll(room: string, to: string, parts: readonly (string | number)[]): Promise<void> {
    const { message, send } = this.#options;
    for (const part of parts) {
      const reply = typeof part === 'string' ? part : await message(part);
      if (reply === undefined) continue;
      const status = await send(room, to, reply);
      if (status >= 300 && !isOfPart(status)) return;
    }
  }
}

/** What a member answers who is not there, or whose server is not: a further part would be taken no more than this one. */
const ofNobody: ReadonlySet<number> = new Set([404, 408, 430, 480]);

/** Whether a refusal is of one part alone: a client that cannot read it may read the next. */
function isOfPart(status: number): boolean {
  return status >= 400 && status < 500 && !ofNobody.has(status);
}
