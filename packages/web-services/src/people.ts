import { type Account, parseAccountAddress } from '@entente/accounts';
import type { ChangedAccount } from '@entente/accounts/feed';
import { type PeopleDocument, webLimits } from '@entente/accounts/web';

interface Entry {
  /** What a search begins with. */
  readonly key: string;
  readonly address: string;
}

/** Up to so many changes are put in one by one; more are sorted together. */
const mostOneByOne = 256;

/**
 * The address book: users whose accounts are enabled, found by the beginning of their name or of a part of it, e.g. `smith` for
 * `bob.smith`. A search costs what it finds, however many users there are.
 */
export class People {
  readonly #byDomain = new Map<string, Entry[]>();

  /** @param accounts - all that are known */
  constructor(accounts: Iterable<Account>) {
    const all: Entry[] = [];
    for (const account of accounts) if (account.state === 'enabled') all.push(...entriesOf(account.address));
    this.#addAll(all);
  }

  /**
   * Takes over what has changed.
   * @param changes - of the feed of accounts
   */
  apply(changes: readonly ChangedAccount[]): void {
    const added: Entry[] = [];
    for (const { address, after, before } of changes) {
      const [was, is] = [before?.state === 'enabled', after?.state === 'enabled'];
      if (was === is) continue;
      if (is) added.push(...entriesOf(address));
      else for (const entry of entriesOf(address)) this.#remove(entry);
    }
    if (added.length > mostOneByOne) this.#addAll(added);
    else for (const entry of added) this.#add(entry);
  }

  /**
   * Finds users of one domain.
   * @param domain - of the user who searches
   * @param query - in lower case, at least as long as `webLimits` asks
   */
  search(domain: string, query: string): PeopleDocument {
    const entries = this.#byDomain.get(domain) ?? [];
    const found = new Set<string>();
    for (let at = placeOf(entries, { key: query, address: '' }); at < entries.length; at++) {
      const entry = entries[at] as Entry;
      if (!entry.key.startsWith(query)) break;
      if (found.size === webLimits.peopleFound && !found.has(entry.address))
        return { people: asPeople(found), isComplete: false };
      found.add(entry.address);
    }
    return { people: asPeople(found), isComplete: true };
  }

  #addAll(added: readonly Entry[]): void {
    const touched = new Set<Entry[]>();
    for (const entry of added) {
      const entries = this.#of(entry);
      entries.push(entry);
      touched.add(entries);
    }
    for (const entries of touched) entries.sort(compare);
  }

  #add(entry: Entry): void {
    const entries = this.#of(entry);
    entries.splice(placeOf(entries, entry), 0, entry);
  }

  #remove(entry: Entry): void {
    const entries = this.#of(entry);
    const at = placeOf(entries, entry);
    const found = entries[at];
    if (found !== undefined && compare(found, entry) === 0) entries.splice(at, 1);
  }

  #of({ address }: Entry): Entry[] {
    const domain = address.slice(address.lastIndexOf('@') + 1);
    const entries = this.#byDomain.get(domain);
    if (entries !== undefined) return entries;
    const none: Entry[] = [];
    this.#byDomain.set(domain, none);
    return none;
  }
}

/** One for the name, and one for each of its parts. */
function entriesOf(address: string): readonly Entry[] {
  const parsed = parseAccountAddress(address);
  if (!parsed.ok) return [];
  const name = parsed.value.username.toLowerCase();
  const starts = [0];
  for (let at = 1; at < name.length; at++) if ('.-_+'.includes(name[at - 1] as string)) starts.push(at);
  return [...new Set(starts.map((start) => name.slice(start)))]
    .filter((key) => key !== '')
    .map((key) => ({ key, address }));
}

function asPeople(found: Iterable<string>) {
  return [...found].sort().map((address) => ({ address }));
}

function compare(one: Entry, other: Entry): number {
  if (one.key !== other.key) return one.key < other.key ? -1 : 1;
  if (one.address === other.address) return 0;
  return one.address < other.address ? -1 : 1;
}

/** Where an entry is, or belongs. */
function placeOf(entries: readonly Entry[], entry: Entry): number {
  let [low, high] = [0, entries.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compare(entries[middle] as Entry, entry) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
