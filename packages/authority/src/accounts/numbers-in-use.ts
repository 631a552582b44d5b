import { type Account, checkAccount } from '@entente/accounts';
import type { AccountDirectory, FeedPosition } from '@entente/accounts/directory';
import type { Problem } from '@entente/pki';

/** Changes that are read at once. */
const pageSize = 1_000;

/**
 * Refuses an account whose number another user has, or gets by an account of the same order that was looked at before.
 * @param account - as it is to be
 */
export type RefuseNumber = (account: Pick<Account, 'address' | 'number'>) => Problem | undefined;

/**
 * Which users have which telephone numbers: a number of two users reaches neither of them. It follows the feed of the directory, because
 * no directory has to find an account by its number; where none is given, nothing is read. Two users who have the same number already
 * keep it, and may be changed otherwise.
 */
export class NumbersInUse {
  readonly #accounts: Pick<AccountDirectory, 'changes'>;
  readonly #numbers = new Map<string, string>();
  readonly #users = new Map<string, Set<string>>();
  #position: FeedPosition | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param accounts - the directory */
  constructor(accounts: Pick<AccountDirectory, 'changes'>) {
    this.#accounts = accounts;
  }

  /**
   * Gives numbers: one order after the other, so that of two that give the same number the second is refused.
   * @param give - stores what is not refused
   */
  alone<T>(give: (refuse: RefuseNumber) => Promise<T>): Promise<T> {
    const given = this.#last.then(async () => {
      await this.#follow();
      return give(this.#refusals());
    });
    this.#last = given.catch(() => undefined);
    return given;
  }

  #refusals(): RefuseNumber {
    const claimed = new Map<string, string>();
    return ({ address, number }) => {
      if (number === undefined || this.#numbers.get(address) === number) return undefined;
      // What cannot be a number the directory refuses, with its own reason.
      if (!checkAccount({ address, number, verifiers: {}, state: 'enabled', rights: [] }).ok)
        return undefined;
      const others = [...(this.#users.get(number) ?? [])].filter((one) => one !== address).sort();
      const other = others[0] ?? claimed.get(number);
      if (other === undefined) claimed.set(number, address);
      return other === undefined || other === address ? undefined : taken(number, other);
    };
  }

  async #follow(): Promise<void> {
    for (let more = true; more; ) {
      const page = await this.#accounts.changes(this.#position, pageSize);
      if (!page.ok) {
        // No directory refuses the beginning of its feed.
        if (this.#position === undefined) return;
        this.#position = undefined;
        this.#numbers.clear();
        this.#users.clear();
        continue;
      }
      for (const { address, record } of page.changes) this.#note(address, record?.account.number);
      this.#position = page.position;
      more = page.more;
    }
  }

  #note(address: string, number: string | undefined): void {
    const before = this.#numbers.get(address);
    if (before === number) return;
    if (before !== undefined) {
      const users = this.#users.get(before);
      users?.delete(address);
      if (users?.size === 0) this.#users.delete(before);
      this.#numbers.delete(address);
    }
    if (number === undefined) return;
    this.#numbers.set(address, number);
    const users = this.#users.get(number);
    if (users === undefined) this.#users.set(number, new Set([address]));
    else users.add(address);
  }
}

function taken(number: string, other: string): Problem {
  return {
    reason: 'number-taken',
    message: `expected a telephone number that no other user has, found ${number}, which ${other} has`,
    remedy: `give another number, or take it from the other one first: entente user number ${other} --none`,
    status: 409,
  };
}
