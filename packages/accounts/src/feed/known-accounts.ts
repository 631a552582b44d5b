import { object } from '@entente/options';
import type { CredentialRecord } from '@entente/sip';
import type { Account } from '../account.ts';
import { parseAccountAddress } from '../address.ts';
import { checks } from '../fault.ts';
import { sameVerifiers } from '../verifiers.ts';
import type { AccountVersion } from './account-version.ts';
import type { FedChange } from './feed-text.ts';

/** An account that is no longer what it was. */
export interface ChangedAccount {
  /** Address of record in its canonical form. */
  readonly address: string;
  /** Absent where it was not known. */
  readonly before?: Account;
  /** Absent where it was removed. */
  readonly after?: Account;
  /** The version that the account has since then, or that its removal has; absent where that is not told. */
  readonly version?: AccountVersion;
}

/** A user, as a server authenticates them. */
export interface KnownUser {
  /** As the last change of the feed has it. */
  readonly account: Account;
  /** What digests are verified with, whatever the state of the account: {@link account} says whether the user may sign in. */
  readonly credentials: CredentialRecord;
  /** Of that state of the account; absent where the feed does not say it. */
  readonly version?: AccountVersion;
}

/** The accounts that a server has in its memory. */
export class KnownAccounts {
  readonly #users = new Map<string, KnownUser>();
  /** By domain, then by name: each request of a user asks, and a key of both would be put together for each. */
  readonly #domains = new Map<string, Map<string, KnownUser>>();
  /** Addresses by telephone number. */
  readonly #numbers = new Map<string, Set<string>>();

  /** How many accounts are known. */
  get size(): number {
    return this.#users.size;
  }

  /**
   * @param address - canonical
   * @returns undefined where there is no account
   */
  of(address: string): Account | undefined {
    return this.#users.get(address)?.account;
  }

  /**
   * @param username - without escapes
   * @param domain - in lower case
   * @returns undefined where there is no account
   */
  find(username: string, domain: string): KnownUser | undefined {
    return this.#domains.get(domain)?.get(username);
  }

  /**
   * The users who have a telephone number; more than one where somebody has made a mistake.
   * @param number - `+` and digits
   */
  withNumber(number: string): readonly Account[] {
    return [...(this.#numbers.get(number) ?? [])].flatMap((address) => this.of(address) ?? []);
  }

  /**
   * @param address - canonical
   * @returns undefined where there is no account, or its version was not told
   */
  versionOf(address: string): AccountVersion | undefined {
    return this.#users.get(address)?.version;
  }

  /** Every account, in no particular order, as a page of the feed has it. */
  all(): Iterable<FedChange & { readonly account: Account }> {
    return [...this.#users.values()].map(({ account, version }) => ({
      address: account.address,
      account,
      ...versioned(version),
    }));
  }

  /**
   * Takes over what has changed.
   * @param changes - of a page of the feed
   * @returns the accounts that are not what they were
   */
  apply(changes: readonly FedChange[]): readonly ChangedAccount[] {
    return changes.flatMap(({ account: after, address, version }) => {
      const before = this.of(address);
      if (after === undefined) this.#remove(address);
      else this.#put(after, version);
      return isSame(before, after) ? [] : [changed({ address, before, after, version })];
    });
  }

  /**
   * Becomes what another one is: for a reader that has begun again.
   * @param others - everything that the feed has
   * @returns the accounts that are not what they were
   */
  replace(others: KnownAccounts): readonly ChangedAccount[] {
    const gone = [...this.#users.keys()].filter((address) => others.of(address) === undefined);
    return this.apply([...gone.map((address) => ({ address })), ...others.all()]);
  }

  #put(account: Account, version: AccountVersion | undefined): void {
    const parsed = parseAccountAddress(account.address);
    if (!parsed.ok) return;
    this.#forgetNumber(this.of(account.address));
    const { domain, username } = parsed.value;
    const user = {
      account,
      credentials: { username, realm: domain, ha1: account.verifiers },
      ...versioned(version),
    };
    this.#users.set(account.address, user);
    this.#keepNumber(account);
    const names = this.#domains.get(domain);
    if (names === undefined) this.#domains.set(domain, new Map([[username, user]]));
    else names.set(username, user);
  }

  #remove(address: string): void {
    const user = this.#users.get(address);
    if (user === undefined) return;
    this.#users.delete(address);
    this.#forgetNumber(user.account);
    const { realm, username } = user.credentials;
    this.#domains.get(realm)?.delete(username);
  }

  #keepNumber({ address, number }: Account): void {
    if (number === undefined) return;
    const users = this.#numbers.get(number);
    if (users === undefined) this.#numbers.set(number, new Set([address]));
    else users.add(address);
  }

  #forgetNumber(account: Account | undefined): void {
    if (account?.number === undefined) return;
    const users = this.#numbers.get(account.number);
    users?.delete(account.address);
    if (users?.size === 0) this.#numbers.delete(account.number);
  }
}

/**
 * Whether a change ends what a user has signed in to: the account was removed or disabled, or has another password. One that was disabled
 * before had nothing to end, and is ended all the same: it costs nothing.
 * @param change - of an account
 */
export function endsSessions(change: ChangedAccount): boolean {
  checks.argument(change, object, 'change of an account', 'give what apply of KnownAccounts has returned');
  const { after, before } = change;
  if (before === undefined) return false;
  return after?.state !== 'enabled' || !sameVerifiers(before.verifiers, after.verifiers);
}

function changed({
  address,
  after,
  before,
  version,
}: {
  readonly address: string;
  readonly before: Account | undefined;
  readonly after: Account | undefined;
  readonly version: AccountVersion | undefined;
}): ChangedAccount {
  return {
    address,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { after }),
    ...versioned(version),
  };
}

function versioned(version: AccountVersion | undefined): { readonly version?: AccountVersion } {
  return version === undefined ? {} : { version };
}

function isSame(one: Account | undefined, other: Account | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return (
    one.home === other.home &&
    one.state === other.state &&
    one.number === other.number &&
    one.rights.join() === other.rights.join() &&
    sameVerifiers(one.verifiers, other.verifiers)
  );
}
