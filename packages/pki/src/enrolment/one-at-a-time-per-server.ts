/** Lets one after the other do something for the same server; different servers do not wait for each other. */
export class Turns {
  readonly #last = new Map<string, Promise<unknown>>();

  /**
   * @param server - FQDN
   * @param action - begins when those before it, of the same server, have ended
   * @returns its outcome
   */
  async take<T>(server: string, action: () => Promise<T>): Promise<T> {
    const before = this.#last.get(server) ?? Promise.resolve();
    const turn = before.then(action, action);
    this.#last.set(server, turn);
    try {
      return await turn;
    } finally {
      if (this.#last.get(server) === turn) this.#last.delete(server);
    }
  }
}
