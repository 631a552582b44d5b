const headEnd = '\r\n\r\n';

/**
 * The heads of the messages in a stream. A body is what its sender wrote for its receiver, names that the sender knows included: no server
 * of ours writes one, so none is looked at.
 */
export class ReceivedHeads {
  #heads = '';
  /** Of a message that is not complete. */
  #rest = '';
  /** Bytes of a body that are still to come. */
  #body = 0;

  /** What was received and not forgotten; the head of the last message may not be complete. */
  get text(): string {
    return this.#heads + this.#rest;
  }

  /** @param bytes - the next ones, one character a byte */
  push(bytes: string): void {
    this.#rest += bytes;
    for (;;) {
      const passed = Math.min(this.#body, this.#rest.length);
      this.#rest = this.#rest.slice(passed);
      this.#body -= passed;
      const end = this.#body > 0 ? -1 : this.#rest.indexOf(headEnd);
      if (end === -1) return;
      const head = this.#rest.slice(0, end + headEnd.length);
      this.#heads += head;
      this.#rest = this.#rest.slice(head.length);
      this.#body = Number(/^(?:Content-Length|l)[ \t]*:[ \t]*(\d+)/im.exec(head)?.[1] ?? 0);
    }
  }

  /** @param bytes - the last ones of the heads that are kept */
  forget(bytes: number): void {
    this.#heads = this.#heads.slice(-bytes);
  }
}
