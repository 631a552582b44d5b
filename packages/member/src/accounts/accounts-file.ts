import type { FeedPosition } from '@entente/accounts/directory';
import { type FeedView, formatFeedPage, KnownAccounts, parseFeedPage } from '@entente/accounts/feed';
import type { Log } from '@entente/tls';
import type { MemberFiles } from '../files/member-files.ts';
import { unwrittenRemedy } from '../files/write-failure.ts';
import { SingleFlight } from '../follow/single-flight.ts';

/** What an earlier run knew of the accounts. */
export interface RestoredAccounts {
  readonly known: KnownAccounts;
  readonly position: FeedPosition;
  /** When they were the present ones last, milliseconds since 1970; 0 where nothing says so of these. */
  readonly confirmedAt: number;
}

type Files = Pick<MemberFiles, 'append' | 'lines' | 'path' | 'read' | 'write'>;

/** Accounts of a line; a page has as many at most. */
const perLine = 1_000;
/** Milliseconds by which the time of the last confirmation on disk may be older than it is. */
const confirmAfterMs = 60_000;
/** Characters of pages that wait at most, while another write is under way: beyond that the file is written again as a whole. */
const mostWaiting = 1_048_576;
/** Changes that are added before the file is written again as a whole, where there are fewer accounts than that. */
const fewestAdded = 1_000;

/**
 * The accounts, kept for a start without the authority: pages of the feed, one a line, each added when it came. A change costs as much as
 * itself, and one that is in the file is in force after a crash as well. One write is under way at a time, and what comes meanwhile is written
 * in one go. The verifiers in it are secret: the file has mode 0600.
 */
export class AccountsFile {
  readonly #files: Files;
  readonly #log: Log;
  #added = 0;
  #isWhole = false;
  /** That the file has. */
  #bytes = 0;
  /** Up to which the file has them. */
  #position: FeedPosition | undefined;
  #confirmed: Confirmed | undefined;
  #waiting: Waiting | undefined;
  /** When everything that waits was everything that there was. */
  #toConfirm: number | undefined;
  readonly #writing = new SingleFlight(() => this.#write(), new AbortController().signal);

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
    const known = new KnownAccounts();
    let position: FeedPosition | undefined;
    let changes = 0;
    let bytes = 0;
    let isWhole = true;
    try {
      for await (const line of this.#files.lines('accounts')) {
        isWhole = line.endsWith('\n');
        if (!isWhole) break;
        bytes += Buffer.byteLength(line);
        const page = parseFeedPage(line);
        if (page === undefined) return this.#damaged();
        known.apply(page.changes);
        changes += page.changes.length;
        position = page.position;
      }
    } catch (error) {
      if ((error as { readonly code?: unknown }).code === 'ENTENTE_PKI_FILE_TOO_LONG') return this.#damaged();
      throw error;
    }
    if (position === undefined) return undefined;
    this.#isWhole = isWhole;
    this.#bytes = bytes;
    this.#position = position;
    // It goes on growing from where the earlier run has left it, to the same bound.
    this.#added = changes - known.size;
    const text = await this.#files.read('accountsConfirmed');
    const confirmed = text === undefined ? undefined : confirmedIn(text);
    this.#confirmed = confirmed;
    return { known, position, confirmedAt: isOf(confirmed, position) ? confirmed.at : 0 };
  }

  #damaged(): undefined {
    this.#log.warn(
      { event: 'accounts-damaged', place: this.#files.path('accounts') },
      'the file with the accounts cannot be read; they are all read again',
    );
  }

  /**
   * Adds a page.
   * @param page - as the authority sent it
   * @param changes - how many are in it
   * @param known - everything, the page included
   * @param position - after the page
   * @returns once it is written, or has failed, which is logged
   */
  add(page: string, changes: number, known: KnownAccounts, position: FeedPosition): Promise<void> {
    if (changes === 0 && this.#isWhole) return this.settled();
    this.#added += changes;
    const before = this.#waiting === undefined ? '' : this.#waiting.pages;
    const isMuch = this.#added > Math.max(known.size, fewestAdded);
    const isWhole = isMuch || before === undefined || before.length + page.length > mostWaiting;
    this.#waiting = { known, pages: isWhole ? undefined : `${before}${page}\n`, position };
    return this.#writing.run();
  }

  /**
   * Writes the file again.
   * @param known - everything
   * @param position - up to which it is known
   * @returns once it is written, or has failed, which is logged
   */
  replace(known: KnownAccounts, position: FeedPosition): Promise<void> {
    this.#waiting = { known, pages: undefined, position };
    return this.#writing.run();
  }

  /** Waits for what is being written. */
  settled(): Promise<void> {
    return this.#writing.settled();
  }

  /**
   * Notes that what is in the file is everything that there was at a time. The time of the file itself says nothing: a folder that was
   * restored, or copied, has files of now.
   * @param at - milliseconds since 1970
   */
  confirm(at: number): Promise<void> {
    this.#toConfirm = at;
    return this.#writing.run();
  }

  async #write(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting !== undefined) await this.#writeAccounts(waiting);
    const at = this.#toConfirm;
    // What came meanwhile is written first: it is confirmed with it.
    if (at === undefined || this.#waiting !== undefined) return;
    this.#toConfirm = undefined;
    await this.#writeConfirmed(at);
  }

  async #writeAccounts({ known, pages, position }: Waiting): Promise<void> {
    await this.#kept(position, async () => {
      if (pages !== undefined && this.#isWhole && (await this.#append(pages))) return;
      this.#added = 0;
      this.#bytes = 0;
      // Line by line: all of them may be longer than a string can be.
      await this.#files.write('accounts', this.#counted(linesOf(known, position)));
    });
  }

  /**
   * Behind what another one has left there, a later run would take these accounts for all that there are: each page says up to where it knows them.
   * @returns false where the file is not the one that this server has written
   */
  async #append(pages: string): Promise<boolean> {
    const isAdded = await this.#files.append('accounts', pages, this.#bytes);
    if (isAdded) {
      this.#bytes += Buffer.byteLength(pages);
      return true;
    }
    const place = this.#files.path('accounts');
    this.#log.warn(
      { event: 'accounts-damaged', place },
      'the file with the accounts was emptied or replaced while this server runs; it is written again with all of them',
    );
    return false;
  }

  *#counted(lines: Iterable<string>): Iterable<string> {
    for (const line of lines) {
      this.#bytes += Buffer.byteLength(line);
      yield line;
    }
  }

  async #writeConfirmed(at: number): Promise<void> {
    const [before, position] = [this.#confirmed, this.#position];
    if (!this.#isWhole || position === undefined) return;
    if (isOf(before, position) && Math.abs(at - before.at) < confirmAfterMs) return;
    const { epoch, version } = position;
    const next: Confirmed = { at, epoch, version };
    try {
      const written = { at: new Date(at).toISOString(), epoch, version };
      await this.#files.write('accountsConfirmed', `${JSON.stringify(written)}\n`);
      this.#confirmed = next;
    } catch (error) {
      this.#log.warn(
        { event: 'accounts-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `when the accounts were confirmed was not written: ${(error as Error).message}`,
      );
    }
  }

  /** What could not be written is written whole the next time. */
  async #kept(position: FeedPosition, write: () => Promise<void>): Promise<void> {
    try {
      await write();
      this.#isWhole = true;
      this.#position = position;
    } catch (error) {
      this.#isWhole = false;
      this.#log.warn(
        { event: 'accounts-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `the accounts were not written: ${(error as Error).message}; after a restart those before are in force until all are read again`,
      );
    }
  }
}

/** What is not in the file yet. */
interface Waiting {
  /** Everything, for a file that is written as a whole. */
  readonly known: KnownAccounts;
  /** To be added; undefined where the file is written as a whole. */
  readonly pages: string | undefined;
  /** After them. */
  readonly position: FeedPosition;
}

/** When everything in the file up to a position was everything that there was. */
interface Confirmed extends Pick<FeedPosition, 'epoch' | 'version'> {
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Whether it is of what the file has: one that was put back from an older copy lacks what was confirmed. */
function isOf(confirmed: Confirmed | undefined, { epoch, version }: FeedPosition): confirmed is Confirmed {
  return confirmed !== undefined && confirmed.epoch === epoch && confirmed.version <= version;
}

function confirmedIn(text: string): Confirmed | undefined {
  try {
    const { at, epoch, version } = JSON.parse(text) as Record<string, unknown>;
    const time = typeof at === 'string' ? Date.parse(at) : Number.NaN;
    if (Number.isNaN(time) || typeof epoch !== 'string' || !Number.isSafeInteger(version)) return undefined;
    return { at: time, epoch, version: version as number };
  } catch {
    return undefined;
  }
}

function* linesOf(known: KnownAccounts, position: FeedPosition): Iterable<string> {
  const accounts = [...known.all()];
  const view: FeedView = 'verifiers';
  for (let start = 0; start === 0 || start < accounts.length; start += perLine) {
    const changes = accounts.slice(start, start + perLine);
    yield `${formatFeedPage({ view, changes, position, more: false })}\n`;
  }
}
