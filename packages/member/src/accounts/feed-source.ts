import type { FeedPosition } from '@entente/accounts/directory';
import type { FedPage } from '@entente/accounts/feed';

/** A page with the text that it was read from. */
export interface ReadPage {
  readonly page: FedPage;
  /** On one line. */
  readonly text: string;
}

/** Why a page was not read, as it is logged. */
export interface FeedFailure {
  readonly fields: { readonly event: string; readonly remedy: string };
  readonly message: string;
}

/** Where a follower of the accounts reads them. */
export interface FeedSource {
  /** For the log. */
  readonly place: string;
  /**
   * Reads a page.
   * @param since - position after the page before; absent to begin
   * @param signal - gives up
   * @returns `lost` where it cannot say what has changed since, and the reader must begin again
   */
  page(since: FeedPosition | undefined, signal: AbortSignal): Promise<ReadPage | 'lost'>;
  /** Calls a listener when there may be news; returns what ends it. */
  onNews(listener: () => void): () => void;
  /** @param error - that `page` has thrown */
  failure(error: unknown): FeedFailure;
  /**
   * The fault of a feed that is none.
   * @param sentence - what was expected and found
   * @param remedy - default to look at what writes it
   */
  unreadable(sentence: string, remedy?: string): Error;
  /** What is wrong with it now, as far as it is known without asking. */
  standing():
    | { readonly ok: true }
    | { readonly ok: false; readonly sentence: string; readonly remedy: string };
}

/** Most changes of a page. */
export const pageLimit = 1_000;
