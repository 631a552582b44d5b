const numbers = 2 ** 32;
const maxWaitingSegments = 1_024;

/** Puts the segments of one direction of a TCP connection in order. */
export class ByteStream {
  #next: number | undefined;
  readonly #waiting = new Map<number, Buffer>();

  /** @param sequence - of the segment with which the connection begins (RFC 9293 §3.4) */
  begin(sequence: number): void {
    this.#next = (sequence + 1) % numbers;
    this.#waiting.clear();
  }

  /**
   * @param sequence - number of the first byte
   * @param bytes - a segment; one that was sent before is left out
   * @returns the bytes that are next, in order
   * @throws Error where so much is missing that the capture cannot be whole
   */
  take(sequence: number, bytes: Buffer): Buffer[] {
    // A connection that is older than the capture: its first segment is as good a start as any.
    this.#next ??= sequence;
    if (bytes.length === 0) return [];
    this.#waiting.set(sequence, bytes);
    const ready: Buffer[] = [];
    for (let found = this.#takeNext(); found !== undefined; found = this.#takeNext()) ready.push(found);
    if (this.#waiting.size > maxWaitingSegments) throw new Error('the capture lost segments of a connection');
    return ready;
  }

  #takeNext(): Buffer | undefined {
    const next = this.#next as number;
    for (const [sequence, bytes] of this.#waiting) {
      const known = (next - sequence + numbers) % numbers;
      if (known >= numbers / 2) continue;
      this.#waiting.delete(sequence);
      if (known >= bytes.length) continue;
      this.#next = (sequence + bytes.length) % numbers;
      return bytes.subarray(known);
    }
    return undefined;
  }
}
