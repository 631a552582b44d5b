import { type Account, checkAccount } from '@entente/accounts';
import type { AccountDirectory, FeedPosition } from '@entente/accounts/directory';
import type { Problem } from '@entente/pki';

/** Changes that are read at once. */
const pageSize = 1_000;

/**
 * Refuses an account whose number another user has, or gets by an account of the same order that was looked at before.
 * @param account - as it is to be
 */
export type RefuseNumber = (account: NumberedAccount) => Problem | undefined;

type NumberedAccount = Pick<Account, 'address' | 'number'>;

/** What an order that replaces accounts does with numbers. */
export interface ReplacedNumbers {
  /** For each account of the order: why it is refused. */
  readonly problems: readonly (Problem | undefined)[];
  /** Users whose numbers others get by the same order: they give them up first, so that at no time two users have one number. */
  readonly givenUp: readonly string[];
}

/**
 * Decides an order that replaces accounts as a whole: a number is free where its user gets another one, or none, by the same order, so that two
 * users swap their numbers in one.
 * @param accounts - as they are to be; `undefined`: one that is refused for something else, and keeps what it has
 */
export type ReplaceNumbers = (accounts: readonly (NumberedAccount | undefined)[]) => ReplacedNumbers;

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
  alone<T>(give: (refuse: RefuseNumber, replace: ReplaceNumbers) => Promise<T>): Promise<T> {
    const given = this.#last.then(async () => {
      await this.#follow();
      return give(this.#refusals(new Set()), (accounts) => this.#replaced(accounts));
    });
    this.#last = given.catch(() => undefined);
    return given;
  }

  #replaced(accounts: readonly (NumberedAccount | undefined)[]): ReplacedNumbers {
    const leaving = this.#leaving(accounts);
    for (;;) {
      const refuse = this.#refusals(leaving);
      const problems = accounts.map((account) => account && refuse(account));
      // One that is refused keeps its number, and then those are refused that were to have it.
      const staying = accounts.filter(
        (account, index) => problems[index] && leaving.delete(account!.address),
      );
      if (staying.length > 0) continue;
      const wanted = new Set(
        accounts.flatMap((account, index) => (problems[index] ? [] : [account?.number])),
      );
      const givenUp = [...leaving].filter((address) => wanted.has(this.#numbers.get(address)));
      return { problems, givenUp };
    }
  }

  /** Users whose number an order takes from them. One who is in it twice keeps what it has. */
  #leaving(accounts: readonly (NumberedAccount | undefined)[]): Set<string> {
    const leaving = new Set<string>();
    const met = new Set<string>();
    for (const account of accounts) {
      if (account === undefined) continue;
      const { address, number } = account;
      const had = this.#numbers.get(address);
      if (!met.has(address) && had !== undefined && had !== number) leaving.add(address);
      else leaving.delete(address);
      met.add(address);
    }
    return leaving;
  }

  /** @param leaving - users who have their numbers no longer */
  #refusals(leaving: ReadonlySet<string>): RefuseNumber {
    const claimed = new Map<string, string>();
    return ({ address, number }) => {
      if (number === undefined || this.#numbers.get(address) === number) return undefined;
      // What cannot be a number the directory refuses, with its own reason.
      if (!checkAccount({ address, number, verifiers: {}, state: 'enabled', rights: [] }).ok)
        return undefined;
      const others = [...(this.#users.get(number) ?? [])]
        .filter((one) => one !== address && !leaving.has(one))
        .sort();
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
