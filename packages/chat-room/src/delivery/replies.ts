import type { StoredMessage } from '../store/stored.ts';

/** What answers a command: a text of the room itself, or a message of its history. */
export type CommandReply = string | StoredMessage;

/** What {@link Replies} needs. */
export interface RepliesOptions {
  /** Reads a message again, whose bytes are not kept while it waits; undefined where it was removed. */
  readonly message: (number: number) => Promise<StoredMessage | undefined>;
  /** Sends one of them to a member, and gives the final status. */
  readonly send: (room: string, to: string, reply: CommandReply) => Promise<number>;
  /** Something could not be read or sent. */
  readonly onFault: (error: unknown) => void;
}

/** Answers to commands that are on their way to one member of a room at most. */
export const mostRepliesOfMember = 4;

/**
 * Sends the answers to commands, the parts of each one after the other. Somebody who does not answer gets no further part, and has few answers under
 * way: what a member asks for and never takes costs the room nothing.
 */
export class Replies {
  readonly #options: RepliesOptions;
  /** How many are under way to each member of each room. */
  readonly #underWay = new Map<string, number>();

  /** @param options - how they are read and sent */
  constructor(options: RepliesOptions) {
    this.#options = options;
  }

  /**
   * Begins to send an answer.
   * @param room - that answers
   * @param to - member
   * @param replies - its parts
   * @returns false where as many as may be are on their way to the member already
   */
  send(room: string, to: string, replies: readonly CommandReply[]): boolean {
    const key = `${room} ${to}`;
    const underWay = this.#underWay.get(key) ?? 0;
    if (underWay >= mostRepliesOfMember) return false;
    this.#underWay.set(key, underWay + 1);
    const parts = replies.map((reply) => (typeof reply === 'string' ? reply : reply.number));
    void this.#sendAll(room, to, parts)
      .catch(this.#options.onFault)
      .finally(() => {
        const left = (this.#underWay.get(key) ?? 1) - 1;
        if (left === 0) this.#underWay.delete(key);
        else this.#underWay.set(key, left);
      });
    return true;
  }

  async #sendAll(room: string, to: string, parts: readonly (string | number)[]): Promise<void> {
    const { message, send } = this.#options;
    for (const part of parts) {
      const reply = typeof part === 'string' ? part : await message(part);
      if (reply === undefined) continue;
      if ((await send(room, to, reply)) >= 300) return;
    }
  }
}
