/** What a server has opened so far. It ends in the opposite order, as the `AsyncDisposableStack` of later platforms does. */
export class OpenedParts implements AsyncDisposable {
  readonly #ends: (() => unknown)[] = [];

  /**
   * @param part - ended with the server
   * @returns the same part
   */
  use<T extends AsyncDisposable>(part: T): T {
    this.defer(() => part[Symbol.asyncDispose]());
    return part;
  }

  /** @param end - called when the server ends; awaited */
  defer(end: () => unknown): void {
    this.#ends.push(end);
  }

  /**
   * Opens more of the server. Where that fails, everything that was opened before ends, so that the same can be tried again.
   * @param open - adds what it opens
   * @throws what `open` throws
   */
  async orEnd<T>(open: () => Promise<T>): Promise<T> {
    try {
      return await open();
    } catch (fault) {
      await this[Symbol.asyncDispose]();
      throw fault;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const end of this.#ends.splice(0).reverse()) await end();
  }
}
