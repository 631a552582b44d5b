import type { Verifiers } from '@entente/accounts';
import type { FeedPosition } from '@entente/accounts/directory';
import { type ChangedAccount, type FedChange, KnownAccounts } from '@entente/accounts/feed';
import type { Clock, Log } from '@entente/tls';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { MemberProblem } from '../follow/member-problem.ts';
import { SingleFlight } from '../follow/single-flight.ts';
import type { AccountsConfirmation } from './accounts-confirmation.ts';
import type { AccountsFile } from './accounts-file.ts';
import { orderNewVerifiers } from './change-verifiers.ts';
import type { FeedSource, ReadPage } from './feed-source.ts';
import { AccountsWentBack, wentBackRemedy, whatWentBack } from './feed-went-back.ts';
import type { FollowedAccounts, VerifiersRefusal } from './followed-accounts.ts';

/** What follows the accounts. */
export interface AccountsFollowerOptions {
  readonly source: FeedSource;
  /** Takes what users change themselves, wherever the accounts are read. */
  readonly authority: Pick<AuthorityClient, 'transport' | 'url'>;
  /** Where they are read from a directory, whose news may get lost: it is then asked from time to time. */
  readonly confirmation?: AccountsConfirmation | undefined;
  readonly file: Pick<AccountsFile, 'add' | 'confirm' | 'replace' | 'restore' | 'settled'>;
  /** Accounts that are read at most: they are kept in memory. Default: a million. */
  readonly maxAccounts?: number;
  readonly clock: Clock;
  readonly log: Log;
}

const defaultMaxAccounts = 1_000_000;
/** Pages that are held back at most. */
const mostHeld = 100;
/** Milliseconds between two questions whether what is known is everything, where that is confirmed here. */
const askAgainMs = 15_000;
/** For a directory that has lost its accounts. */
const remedy =
  'Copy accounts.jsonl out of the folder of this server, and bring the accounts back with entente user import and the copy. Where they are meant to be gone, stop this server, remove that file, and start it.';
const firstRetryMs = 500;
const longestRetryMs = 30_000;

/**
 * Follows a feed of accounts: reads all of it once, then what has changed, each time that there is news. What was known stays in force while
 * its source cannot be asked, and while everything is read again.
 */
export class AccountsFollower implements FollowedAccounts, AsyncDisposable {
  readonly known = new KnownAccounts();
  readonly #options: AccountsFollowerOptions;
  readonly #stop = new AbortController();
  readonly #reading: SingleFlight;
  readonly #listeners = new Set<(changes: readonly ChangedAccount[]) => void>();
  /** What has become of accounts that were known, by address, until the first listener comes: some servers never listen. */
  #untold: Map<string, ChangedAccount> | undefined = new Map();
  #position: FeedPosition | undefined;
  /** That another feed, which has lost most of the accounts, has taken the place of the one that was read. */
  #emptied: MemberProblem | undefined;
  readonly #wentBack = new AccountsWentBack();
  /** Why it was not read the last time. */
  #failed: { readonly message: string; readonly remedy: string } | undefined;
  #retryMs = firstRetryMs;
  #cancelRetry = (): void => {};
  #stopListening = (): void => {};

  constructor(options: AccountsFollowerOptions) {
    this.#options = options;
    this.#reading = new SingleFlight(() => this.#read(), this.#stop.signal);
  }

  /** Takes what an earlier run has kept, reads what is newer, then follows. Without the source what was kept is in force. */
  async start(): Promise<void> {
    const restored = await this.#options.file.restore();
    if (restored !== undefined) {
      this.known.replace(restored.known);
      this.#position = restored.position;
      // A clock that was ahead then makes nothing last longer.
      this.#options.confirmation?.confirm(Math.min(restored.confirmedAt, this.#options.clock.now()));
    }
    this.#stopListening = this.#options.source.onNews(() => void this.#reading.run());
    await this.#reading.run();
  }

  onChange(listener: (changes: readonly ChangedAccount[]) => void): () => void {
    const own = (changes: readonly ChangedAccount[]): void => listener(changes);
    this.#listeners.add(own);
    const missed = [...(this.#untold?.values() ?? [])];
    this.#untold = undefined;
    this.#tell(missed);
    return () => void this.#listeners.delete(own);
  }

  async changeVerifiers(
    address: string,
    from: Verifiers,
    to: Verifiers,
  ): Promise<VerifiersRefusal | undefined> {
    const { authority } = this.#options;
    const refused = await orderNewVerifiers(authority, { address, from, to }, this.#stop.signal);
    // In force here before it is acknowledged: the client signs in again at once.
    if (refused === undefined) await this.#reading.run();
    return refused;
  }

  get isStale(): boolean {
    return this.#options.confirmation?.isStale === true;
  }

  get confirmedAt(): number | undefined {
    return this.#options.confirmation?.at;
  }

  /**
   * That nobody can sign in, where no accounts were ever read; that what is known may be out of date, where that is found here; and which accounts
   * went back to an older state.
   */
  problems(): readonly MemberProblem[] {
    const wentBack = this.#wentBack.problems(this.known, this.#options.clock.now());
    return [...this.#readingProblems(), ...wentBack];
  }

  #readingProblems(): readonly MemberProblem[] {
    const { confirmation, source } = this.#options;
    if (this.#position === undefined) {
      const message = `the accounts are not known: there are none of an earlier run, and ${confirmation === undefined ? 'the authority' : source.place} has given none, so that no user can sign in`;
      const remedy =
        confirmation === undefined
          ? 'See the log for why; start the authority, or make it reachable.'
          : (this.#hindrance?.remedy ?? 'See the log for why.');
      return [{ part: 'accounts', message, remedy, stops: true }];
    }
    if (confirmation === undefined && this.#emptied !== undefined) return [this.#emptied];
    const { message, remedy } = this.#hindrance ?? {};
    if (message === undefined || remedy === undefined) return [];
    const found = confirmation?.problem(message, remedy);
    return found === undefined ? [] : [found];
  }

  /** Afterwards nothing is reported or written. Requests under way end with their source. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#stopListening();
    this.#cancelRetry();
    this.#listeners.clear();
    await this.#reading.settled();
    await this.#options.file.settled();
  }

  get #maxAccounts(): number {
    return this.#options.maxAccounts ?? defaultMaxAccounts;
  }

  /** What is in the way of reading now. */
  get #hindrance(): { readonly message: string; readonly remedy: string } | undefined {
    const standing = this.#options.source.standing();
    return standing.ok ? this.#failed : { message: standing.sentence, remedy: standing.remedy };
  }

  async #read(): Promise<void> {
    const { clock, confirmation, file, log, source } = this.#options;
    this.#cancelRetry();
    const again = (waitMs: number): void => {
      this.#cancelRetry = clock.after(waitMs, () => void this.#reading.run());
    };
    try {
      const asked = clock.now();
      await this.#follow();
      if (this.#stop.signal.aborted) return;
      this.#retryMs = firstRetryMs;
      this.#failed = undefined;
      if (confirmation === undefined) return;
      confirmation.confirm(asked);
      void file.confirm(asked);
      again(askAgainMs);
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const {
        fields: { event, ...others },
        message,
      } = source.failure(error);
      this.#failed = { message, remedy: others.remedy };
      log.warn(
        { event, ...others, peer: source.place },
        `the accounts were not read, and those before stay in force: ${message}`,
      );
      confirmation?.look(others.remedy);
      const waitMs = this.#retryMs * (0.5 + Math.random());
      this.#retryMs = Math.min(this.#retryMs * 2, longestRetryMs);
      again(waitMs);
    }
  }

  async #follow(): Promise<void> {
    const { log } = this.#options;
    /** Pages after which there are too many: a later one may have those that are removed. */
    const held: ReadPage[] = [];
    while (this.#position !== undefined) {
      const next = await this.#page(held.at(-1)?.page.position ?? this.#position);
      if (this.#stop.signal.aborted) return;
      if (next === 'lost') {
        log.warn(
          { event: 'accounts-begun-again' },
          'nobody can say what has changed since, so that all accounts are read again; those before stay in force meanwhile',
        );
        break;
      }
      this.#emptied = undefined;
      held.push(next);
      // First: a page that counts and is not in the file would be missing in it after a restart.
      const changes = held.flatMap(({ page }) => page.changes);
      if (next.page.more && held.length < mostHeld && !this.#hasRoom(this.known, changes)) continue;
      this.#checkSize(this.known, changes);
      for (const one of held.splice(0)) this.#take(one);
      if (!next.page.more) return;
    }
    await this.#readAll();
  }

  /** Its file is not waited for: the next page may take an account away. */
  #take({ page, text }: ReadPage): void {
    this.#position = page.position;
    this.#tell(this.known.apply(page.changes));
    void this.#options.file.add(text, page.changes.length, this.known, page.position);
  }

  /** Everything, which counts once it is there: until then nobody is signed out because a later page has them. */
  async #readAll(): Promise<void> {
    const { file, log } = this.#options;
    const fresh = new KnownAccounts();
    let position: FeedPosition | undefined;
    for (let more = true; more; ) {
      const next = await this.#page(position);
      if (this.#stop.signal.aborted) return;
      if (next === 'lost')
        throw this.#options.source.unreadable('expected all accounts, found another feed half way');
      ({ more, position } = next.page);
      this.#checkSize(fresh, next.page.changes);
      fresh.apply(next.page.changes);
    }
    if (position === undefined) return;
    this.#checkEmptied(fresh, position);
    this.#reportWentBack(fresh, position);
    this.#position = position;
    this.#tell(this.known.replace(fresh));
    log.info({ event: 'accounts', count: this.known.size }, `accounts that are known: ${this.known.size}`);
    void file.replace(this.known, position);
  }

  async #page(since: FeedPosition | undefined): Promise<ReadPage | 'lost'> {
    const read = await this.#options.source.page(since, this.#stop.signal);
    if (read === 'lost') return read;
    const { more, position } = read.page;
    // One that says there is more without going on would be asked for ever.
    if (more && position.version <= (since?.version ?? 0))
      throw this.#options.source.unreadable('expected a page of accounts, found something else');
    return read;
  }

  /**
   * A database that was lost and made again has no accounts, and one that is being filled has few: what is known here may be the last copy.
   * Accounts that somebody has removed are gone in the feed that they were in.
   */
  #checkEmptied(fresh: KnownAccounts, position: FeedPosition): void {
    const { known } = this;
    this.#emptied = undefined;
    if (!this.#isOtherHistory(position)) return;
    let left = 0;
    for (const { address } of known.all()) if (fresh.of(address) !== undefined) left++;
    if (2 * left >= known.size) return;
    const { place, unreadable } = this.#options.source;
    const sentence = `${place} is another feed than the one before, and has ${left} of the ${known.size} accounts that are known here`;
    this.#emptied = { part: 'accounts', message: `${sentence}; these stay in force`, remedy, stops: false };
    throw unreadable(sentence, remedy);
  }

  #isOtherHistory({ epoch, version }: FeedPosition): boolean {
    const before = this.#position;
    return before !== undefined && (epoch !== before.epoch || version < before.version);
  }

  /** Those who have made the changes know that they were stored. */
  #reportWentBack(fresh: KnownAccounts, position: FeedPosition): void {
    const found = this.#isOtherHistory(position) ? whatWentBack(this.known, fresh) : undefined;
    if (found === undefined) return;
    const { clock, log, source } = this.#options;
    const { place } = source;
    log.warn(
      { event: 'accounts-went-back', peer: place, ...found, remedy: wentBackRemedy },
      this.#wentBack.report(place, found, fresh, clock.now()),
    );
  }

  #hasRoom(known: KnownAccounts, changes: readonly FedChange[]): boolean {
    const isThere = new Map(changes.map(({ account, address }) => [address, account !== undefined]));
    let { size } = known;
    for (const [address, is] of isThere) size += Number(is) - Number(known.of(address) !== undefined);
    return size <= this.#maxAccounts;
  }

  #checkSize(known: KnownAccounts, changes: readonly FedChange[]): void {
    if (this.#hasRoom(known, changes)) return;
    throw this.#options.source.unreadable(
      `expected at most ${this.#maxAccounts} accounts, found more`,
      'remove accounts that nobody uses any more, with entente user remove, or divide the users among several networks',
    );
  }

  /** In an account that was not known nobody has signed in. */
  #keepUntold(change: ChangedAccount): void {
    const before = this.#untold?.get(change.address)?.before ?? change.before;
    if (before !== undefined) this.#untold?.set(change.address, { ...change, before });
  }

  #tell(changes: readonly ChangedAccount[]): void {
    if (changes.length === 0) return;
    for (const change of changes) this.#keepUntold(change);
    for (const listener of [...this.#listeners]) {
      try {
        listener(changes);
      } catch (fault) {
        this.#options.log.error(
          { event: 'fault', err: fault },
          'a listener to changes of accounts has failed',
        );
      }
    }
  }
}
