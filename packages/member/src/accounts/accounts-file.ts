import type { FeedPosition } from '@entente/accounts/directory';
import { type FeedView, formatFeedPage, KnownAccounts, parseFeedPage } from '@entente/accounts/feed';
import type { Log } from '@entente/tls';
import type { MemberFiles } from '../files/member-files.ts';

/** What an earlier run knew of the accounts. */
export interface RestoredAccounts {
  readonly known: KnownAccounts;
  readonly position: FeedPosition;
  /** When they were the present ones last, milliseconds since 1970. */
  readonly confirmedAt: number;
}

type Files = Pick<MemberFiles, 'append' | 'note' | 'noted' | 'path' | 'read' | 'write'>;

/** Accounts of a line; a page has as many at most. */
const perLine = 1_000;
/** Changes that are added before the file is written again as a whole, where there are fewer accounts than that. */
const fewestAdded = 1_000;

/**
 * The accounts, kept for a start without the authority: pages of the feed, one a line, each added when it came. A change costs as much as
 * itself, and one that is in the file is in force after a crash as well. The verifiers in it are secret: the file has mode 0600.
 */
export class AccountsFile {
  readonly #files: Files;
  readonly #log: Log;
  #added = 0;
  #isWhole = false;

  constructor(files: Files, log: Log) {
    this.#files = files;
    this.#log = log;
  }

  /**
   * What an earlier run has written. A last line that a crash has cut short is left out: its page is read again.
   * @returns undefined where there is nothing, or where the file is damaged, which is logged
   * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the file
   */
  async restore(): Promise<RestoredAccounts | undefined> {
    const text = await this.#files.read('accounts');
    if (text === undefined) return undefined;
    const known = new KnownAccounts();
    let position: FeedPosition | undefined;
    let changes = 0;
    for (let start = 0, end: number; start < text.length; start = end + 1) {
      end = text.indexOf('\n', start);
      if (end === -1) break;
      const page = parseFeedPage(text.slice(start, end));
      if (page === undefined) {
        this.#log.warn(
          { event: 'accounts-damaged', place: this.#files.path('accounts') },
          'the file with the accounts cannot be read; they are all read again',
        );
        return undefined;
      }
      known.apply(page.changes);
      changes += page.changes.length;
      position = page.position;
    }
    this.#isWhole = position !== undefined && text.endsWith('\n');
    // It goes on growing from where the earlier run has left it, to the same bound.
    this.#added = changes - known.size;
    const confirmedAt = (await this.#files.noted('accounts')) ?? 0;
    return position === undefined ? undefined : { known, position, confirmedAt };
  }

  /**
   * Adds a page.
   * @param page - as the authority sent it
   * @param changes - how many are in it
   * @param known - everything, the page included
   * @param position - after the page
   */
  async add(page: string, changes: number, known: KnownAccounts, position: FeedPosition): Promise<void> {
    if (changes === 0 && this.#isWhole) return;
    this.#added += changes;
    if (!this.#isWhole || this.#added > Math.max(known.size, fewestAdded)) {
      await this.replace(known, position);
      return;
    }
    await this.#kept(() => this.#files.append('accounts', `${page}\n`));
  }

  /**
   * Writes the file again.
   * @param known - everything
   * @param position - up to which it is known
   */
  async replace(known: KnownAccounts, position: FeedPosition): Promise<void> {
    const accounts = [...known.all()];
    const view: FeedView = 'verifiers';
    const lines: string[] = [];
    for (let start = 0; start === 0 || start < accounts.length; start += perLine) {
      const changes = accounts.slice(start, start + perLine);
      lines.push(`${formatFeedPage({ view, changes, position, more: false })}\n`);
    }
    this.#added = 0;
    await this.#kept(() => this.#files.write('accounts', lines.join('')));
  }

  /**
   * Notes that what is in the file is everything that there was at a time.
   * @param at - milliseconds since 1970
   */
  async confirm(at: number): Promise<void> {
    if (this.#isWhole) await this.#kept(() => this.#files.note('accounts', at));
  }

  /** What could not be written is written whole the next time. */
  async #kept(write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#isWhole = true;
    } catch (error) {
      this.#isWhole = false;
      this.#log.warn(
        { event: 'accounts-not-kept' },
        `the accounts were not written: ${(error as Error).message}; after a restart those before are in force until all are read again`,
      );
    }
  }
}
