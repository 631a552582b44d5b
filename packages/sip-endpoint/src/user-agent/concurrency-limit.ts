interface Waiting {
  readonly size: number;
  readonly begin: () => void;
  isOver: boolean;
}

/** Of what has begun already, the least that is worth a shorter list. */
const leastToForget = 1_024;

/** Lets so much be under way at once; what comes beyond that waits, in the order in which it came. */
export class Turns {
  readonly #most: number;
  readonly #mostInSize: number;
  #begun = 0;
  #size = 0;
  #queue: Waiting[] = [];
  #head = 0;
  #waiting = 0;

  /**
   * @param most - that are under way at once
   * @param mostInSize - how large they may be together; one alone may be larger
   */
  constructor(most: number, mostInSize: number = Number.POSITIVE_INFINITY) {
    this.#most = most;
    this.#mostInSize = mostInSize;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * Waits for a turn.
   * @param size - of what is to begin
   * @param signal - ends the waiting
   * @returns what ends the turn; to end it twice does nothing
   * @throws the reason of the signal
   */
  take(size: number, signal?: AbortSignal): Promise<() => void> {
    if (this.#waiting === 0 && this.#has(size)) return Promise.resolve(this.begin(size));
    return new Promise((resolve, reject) => {
      const aborted = () => {
        end();
        reject(signal?.reason);
        // It may have been the one that the others wait behind, for it is large.
        this.#next();
      };
      const end = () => {
        waiting.isOver = true;
        this.#waiting--;
        signal?.removeEventListener('abort', aborted);
      };
      const waiting: Waiting = {
        size,
        isOver: false,
        begin: () => {
          end();
          resolve(this.begin(size));
        },
      };
      this.#waiting++;
      this.#queue.push(waiting);
      if (signal?.aborted === true) aborted();
      else signal?.addEventListener('abort', aborted, { once: true });
    });
  }

  /**
   * Takes a turn at once, whatever is under way: it counts for those who come later.
   * @param size - of what begins
   * @returns what ends the turn
   */
  begin(size: number): () => void {
    this.#begun++;
    this.#size += size;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#begun--;
      this.#size -= size;
      this.#next();
    };
  }

  #has(size: number): boolean {
    return this.#begun === 0 || (this.#begun < this.#most && this.#size + size <= this.#mostInSize);
  }

  #next(): void {
    for (; this.#head < this.#queue.length; this.#head++) {
      const first = this.#queue[this.#head] as Waiting;
      if (first.isOver) continue;
      if (!this.#has(first.size)) break;
      first.begin();
    }
    if (this.#head < leastToForget && this.#head < this.#queue.length) return;
    if (this.#head * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
