import type { Credentials } from '../admission/credentials.ts';

/** Credentials that others may take the place of, e.g. those of a file that was read again. */
export class ReplaceableCredentials implements Credentials {
  #current: Credentials;

  /** @param current - in force until they are replaced */
  constructor(current: Credentials) {
    this.#current = current;
  }

  /** @param others - are in force from the next request on */
  replace(others: Credentials): void {
    this.#current = others;
  }

  find(...asked: Parameters<Credentials['find']>): ReturnType<Credentials['find']> {
    return this.#current.find(...asked);
  }

  hasMd5(...asked: Parameters<Credentials['hasMd5']>): boolean {
    return this.#current.hasMd5(...asked);
  }
}
