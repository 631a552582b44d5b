/**
 * What a server has opened so far. It ends in the opposite order, each part whatever becomes of the others, as the `AsyncDisposableStack` of later
 * platforms does.
 */
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
      // Why it does not open says more than what an end may fail of.
      await this[Symbol.asyncDispose]().catch(() => {});
      throw fault;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const failed: unknown[] = [];
    for (const end of this.#ends.splice(0).reverse()) {
      try {
        await end();
      } catch (fault) {
        failed.push(fault);
      }
    }
    if (failed.length > 0) throw failed[0];
  }
}
