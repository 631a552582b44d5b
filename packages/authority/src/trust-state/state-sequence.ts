import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '@entente/pki';
import { publicMode, writeWhole } from '@entente/pki/node';

/** Numbers that are reserved at once, for states that are signed within the same moment. */
const blockSize = 60;

/**
 * The sequence of the trust states of an authority, which never gives a number twice or goes back: numbers are reserved on disk before
 * they are used, and a run skips what the one before it had reserved. It is never behind the milliseconds since 1970, so that an authority
 * that was restored from a copy goes on after the numbers that it gave since the copy.
 */
export class StateSequence {
  readonly #path: string;
  readonly #now: () => number;
  #last: number;
  #reserved: number;

  private constructor(path: string, now: () => number, reserved: number) {
    this.#path = path;
    this.#now = now;
    this.#last = reserved;
    this.#reserved = reserved;
  }

  /**
   * @param directory - folder of the authority
   * @param now - milliseconds since 1970
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where the file cannot be read as it was written
   */
  static async open(directory: string, now: () => number): Promise<StateSequence> {
    const path = join(directory, 'state-sequence.json');
    return new StateSequence(path, now, await readReserved(path));
  }

  /**
   * The next number, which no other call gets, in this run or a later one. One call at a time.
   * @throws where it cannot be reserved; then no number was given
   */
  async next(): Promise<number> {
    const number = Math.max(this.#last + 1, Math.floor(this.#now()));
    if (number > this.#reserved) {
      const reserved = number + blockSize - 1;
      await writeWhole(this.#path, `${JSON.stringify({ reserved })}\n`, publicMode);
      this.#reserved = reserved;
    }
    this.#last = number;
    return number;
  }
}

/**
 * Makes the sequence of an authority jump, in its file.
 * @param directory - folder of the authority, which gives no numbers now
 * @param above - the next number is greater than this
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where the file cannot be read as it was written
 */
export async function raiseStateSequence(directory: string, above: number): Promise<void> {
  const path = join(directory, 'state-sequence.json');
  const reserved = Math.max(await readReserved(path), above);
  await writeWhole(path, `${JSON.stringify({ reserved })}\n`, publicMode);
}

async function readReserved(path: string): Promise<number> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
  try {
    const { reserved } = JSON.parse(text) as { reserved?: unknown };
    if (typeof reserved === 'number' && Number.isSafeInteger(reserved) && reserved > 0) return reserved;
  } catch {
    // Falls through to the fault below.
  }
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the number of the last trust state cannot be read',
    place: path,
    remedy: 'delete the file: the numbers go on from the time of the clock, so check that first',
  });
}
