import type { Account, AccountRight } from '../account.ts';
import { checkAccount } from '../check-account.ts';
import { type AccountRefusal, refuse } from '../refusal.ts';

/** Characters of a text with accounts. */
export const maxAccountsText = 134_217_728;
/** Accounts of one text. */
const maxAccounts = 1_000_000;
/** Refusals that are kept one by one; the rest is counted. */
const maxRefusals = 1_000;

/** An account, and the line on which it begins. */
export interface ReadAccount {
  /** From 1. */
  readonly line: number;
  /** Checked, in the form in which it is stored. */
  readonly account: Account;
}

/** A line that no account was read from. */
export interface RefusedLine {
  /** From 1. */
  readonly line: number;
  /** Why, and what to do about it. */
  readonly refusal: AccountRefusal;
}

/** What was read from a text. Lines that are refused do not keep the others from being read. */
export interface AccountsRead {
  /** At most 1,000,000, in the order of the text, no address twice. */
  readonly accounts: readonly ReadAccount[];
  /** The first 1,000. */
  readonly refused: readonly RefusedLine[];
  /** All of them. */
  readonly refusedCount: number;
}

/** What accounts have whose line does not say otherwise. */
export interface AccountDefaults {
  /** FQDN of a pool or front end; default none of their own, which is the pool of their domain. */
  readonly home?: string;
  /** Default none. */
  readonly rights?: readonly AccountRight[];
}

/** Why a line has no account. */
export type Refused = { readonly refusal: AccountRefusal };

/** Collects what is read from a text, each address once. */
export class AccountCollector {
  readonly #accounts: ReadAccount[] = [];
  readonly #lines = new Map<string, number>();
  readonly #refused: RefusedLine[] = [];
  #refusedCount = 0;

  /** @param read - an account that is not yet checked, or why a line has none */
  add(line: number, read: Account | Refused): void {
    const refused = 'refusal' in read ? read : this.#take(line, read);
    if (refused !== undefined) this.refuse(line, refused);
  }

  /** Refuses a line, or with line 1 the whole text. */
  refuse(line: number, { refusal }: Refused): void {
    this.#refusedCount++;
    if (this.#refused.length < maxRefusals) this.#refused.push({ line, refusal });
  }

  /** Refuses a text that is too long. @param length - characters that are known of it @returns whether it is */
  refuseLength(length: number): boolean {
    if (length <= maxAccountsText) return false;
    this.refuse(1, refuse('text-too-large', { unit: 'characters', most: maxAccountsText }));
    return true;
  }

  result(): AccountsRead {
    return { accounts: this.#accounts, refused: this.#refused, refusedCount: this.#refusedCount };
  }

  #take(line: number, account: Account): Refused | undefined {
    const checked = checkAccount(account);
    if (!checked.ok) return checked;
    const { address } = checked.account;
    const before = this.#lines.get(address);
    if (before !== undefined) return refuse('address-repeated', { address, line: before });
    if (this.#accounts.length >= maxAccounts) {
      return refuse('text-too-large', { unit: 'accounts', most: maxAccounts });
    }
    this.#lines.set(address, line);
    this.#accounts.push({ line, account: checked.account });
    return undefined;
  }
}
