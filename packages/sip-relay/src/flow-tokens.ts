import { randomBytes } from 'node:crypto';

const bootBytes = 6;

/**
 * Names of client connections as they stand in tokens: they cannot be guessed, and are valid for this process only.
 */
export class FlowNames {
  readonly #boot = randomBytes(bootBytes).toString('base64url');

  /**
   * The name of a connection.
   * @param connection - by its number
   */
  of(connection: { readonly id: number }): string {
    return `${this.#boot}.${connection.id}`;
  }

  /**
   * The number of the connection that a name was made for.
   * @returns undefined for a name that this process did not make
   */
  idOf(name: string): number | undefined {
    const dot = name.indexOf('.');
    return name.slice(0, dot) === this.#boot ? Number(name.slice(dot + 1)) : undefined;
  }
}
