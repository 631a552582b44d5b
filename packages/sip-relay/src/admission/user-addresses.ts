import { detached } from '@entente/sip';
import { userAddress } from '@entente/sip-proxy';

/** Users that are remembered at most, and how long name and realm may be together. */
const maxUsers = 4_096;
const maxLength = 256;

interface Known {
  readonly realm: string;
  readonly address: string;
}

/**
 * The addresses of record of users who have authenticated: one who answers a challenge with each request has the same each time. Nobody
 * else comes in here.
 */
export class UserAddresses {
  readonly #users = new Map<string, Known>();

  /** How many are remembered. */
  get size(): number {
    return this.#users.size;
  }

  /**
   * The address of a user.
   * @param username - of the user's credential record
   * @param realm - in which the user has authenticated
   * @returns `username@realm`, see `userAddress`
   */
  of(username: string, realm: string): string {
    const known = this.#users.get(username);
    if (known?.realm === realm) return known.address;
    const address = userAddress({ username }, realm);
    if (username.length + realm.length > maxLength) return address;
    // What is asked for often is there again at once.
    if (this.#users.size >= maxUsers) this.#users.clear();
    // The realm is how the sender has written our domain, and would keep the message.
    this.#users.set(detached(username), { realm: detached(realm), address: detached(address) });
    return address;
  }
}
