/** What one place holds. */
const slabBytes = 262_144;
/** What is written in one piece, at most: as much as goes into one TLS record. */
const mostBytes = 16_384;
/** Places that are full and wait for a kernel to take what is in them: 2 MiB together. */
const mostWaiting = 7;

/** One place, and how many writes of it have not been taken. */
class Slab {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(slabBytes);
  used = 0;
  waiting = 0;
  /** Whether another one has taken its place. */
  isFull = false;
  readonly taken: () => void;

  constructor(emptied: (slab: Slab) => void) {
    this.taken = () => {
      this.waiting--;
      if (this.waiting > 0) return;
      this.used = 0;
      emptied(this);
    };
  }
}

/** The bytes of a text, until they are taken. */
export interface WrittenText {
  readonly bytes: Buffer;
  /** To be called once, when nobody reads the bytes any more. */
  readonly taken: () => void;
}

/**
 * Makes bytes of the text that goes to sockets, in one place that is used again once all of it is taken. Given the text, Node takes memory for each write and copies
 * the text twice: 4 % of what a MESSAGE takes.
 */
export class WriteSlab {
  #slab: Slab | undefined;
  /** Places that are full and not empty yet. */
  #waiting = 0;
  readonly #emptied = (slab: Slab): void => {
    if (!slab.isFull) return;
    // Another one is in use: this one is left to the collector.
    slab.isFull = false;
    this.#waiting--;
  };

  /**
   * @param text - latin1, one character a byte
   * @returns its bytes; undefined where it is long, or where peers who take nothing have all the room
   */
  write(text: string): WrittenText | undefined {
    const { length } = text;
    if (length > mostBytes) return undefined;
    const slab = this.#withRoom(length);
    if (slab === undefined) return undefined;
    const { bytes, taken, used } = slab;
    bytes.write(text, used, length, 'latin1');
    slab.used = used + length;
    slab.waiting++;
    return { bytes: bytes.subarray(used, used + length), taken };
  }

  #withRoom(length: number): Slab | undefined {
    const slab = this.#slab;
    if (slab !== undefined && slab.used + length <= slabBytes) return slab;
    if (slab !== undefined) {
      if (this.#waiting === mostWaiting) return undefined;
      slab.isFull = true;
      this.#waiting++;
    }
    this.#slab = new Slab(this.#emptied);
    return this.#slab;
  }
}
