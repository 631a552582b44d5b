import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { StoreKeys } from './follow-store.ts';
import { putScript } from './put-script.ts';

/** New bindings of an address of record. */
export interface BindingsChange {
  readonly aor: string;
  /** Version of the bindings that the decision was made on; 0 for none. */
  readonly expected: number;
  /** As JSON; empty for none. */
  readonly bindings: string;
  /** Milliseconds for which the store keeps them. */
  readonly lifeMs: number;
}

/** Another server was faster; `found` is what is there, with its version. */
export interface NotWritten {
  readonly isDone: false;
  readonly epoch: string;
  readonly found: string;
}

/** What became of a change. */
export type WrittenChange =
  | { readonly isDone: true; readonly epoch: string; readonly number: number }
  | NotWritten;

/** Changes in one command: the store does nothing else for some milliseconds. */
const maxChanges = 256;
/** Changes that the store keeps for servers that were away: about 5 MB, and fewer where they are long. */
const keptChanges = 10_000;
/** What they may take with changes as long as the longest of those that are written: a user with many long bindings who registers again and again fills no memory. */
const keptBytes = 16_777_216;
/** Bytes of a change beside its bindings: names, address, epoch. */
const besideBytes = 512;
const epochBytes = 12;

interface Waiting {
  readonly change: BindingsChange;
  readonly resolve: (written: WrittenChange) => void;
  readonly reject: (error: Error) => void;
}

/** The command that runs the script: its hash is sent, and its text where the store does not know it. */
interface PutCommand {
  putBindings(keys: number, ...keysAndValues: readonly string[]): Promise<unknown>;
}

/**
 * Writes changes to the store. One command is under way at a time; what comes meanwhile goes together in the next one. A store that flushes
 * every command to its disk does so once for all of them, and both sides have a fraction of the work.
 */
export class ChangeWriter {
  readonly #redis: Redis & PutCommand;
  readonly #keys: StoreKeys;
  readonly #send = (): void => void this.#sendNext();
  #waiting: Waiting[] = [];
  #isSending = false;

  /**
   * @param redis - the connection
   * @param keys - names in the store
   */
  constructor(redis: Redis, keys: StoreKeys) {
    redis.defineCommand('putBindings', { lua: putScript });
    this.#redis = redis as Redis & PutCommand;
    this.#keys = keys;
  }

  /**
   * Writes a change. Of an address of record one is under way at a time.
   * @param change - what is decided
   * @throws what the command fails of: whether the store has it is not known
   */
  write(change: BindingsChange): Promise<WrittenChange> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ change, resolve, reject });
      if (this.#isSending) return;
      this.#isSending = true;
      // After all that this turn decides.
      process.nextTick(this.#send);
    });
  }

  async #sendNext(): Promise<void> {
    while (this.#waiting.length > 0) {
      const sent = this.#waiting.splice(0, maxChanges);
      try {
        const [epoch, ...answers] = (await this.#put(sent)) as [string, ...[number, string][]];
        for (const [index, waiting] of sent.entries()) settle(waiting, epoch, answers[index]);
      } catch (error) {
        for (const { reject } of sent) reject(error as Error);
      }
    }
    this.#isSending = false;
  }

  #put(sent: readonly Waiting[]): Promise<unknown> {
    const { bindings: key, changes, state } = this.#keys;
    const keys = [state, changes];
    const longest = Math.max(...sent.map(({ change }) => Buffer.byteLength(change.bindings)));
    const kept = Math.min(keptChanges, Math.floor(keptBytes / (longest + besideBytes)));
    const values = [randomBytes(epochBytes).toString('base64url'), String(kept)];
    for (const { change } of sent) {
      keys.push(key(change.aor));
      values.push(String(change.expected), change.bindings, String(Math.ceil(change.lifeMs)), change.aor);
    }
    return this.#redis.putBindings(keys.length, ...keys, ...values);
  }
}

function settle({ reject, resolve }: Waiting, epoch: string, answer: [number, string] | undefined): void {
  const [outcome, text] = answer ?? [2, 'the store has not answered'];
  if (outcome === 1) resolve({ isDone: true, epoch, number: Number(text) });
  else if (outcome === 0) resolve({ isDone: false, epoch, found: text });
  else reject(new Error(text));
}
