import { type AccountDirectory, AccountsFault } from '@entente/accounts/directory';
import { accountVersion, formatFeedPage, parseFeedPage } from '@entente/accounts/feed';
import { type FeedSource, pageLimit } from './feed-source.ts';

/** A directory that a server reads itself, e.g. of `readPostgresAccounts`. */
export interface ReadDirectory extends Pick<AccountDirectory, 'changes' | 'onChange' | 'place'> {
  /** Whether it can be read now; default as long as nothing has shown otherwise. */
  standing?(): ReturnType<FeedSource['standing']>;
}

/**
 * The feed of a directory that this server reads itself. What it says is checked as what an authority says is: a row that another program
 * has written, and that is not an account, is refused.
 * @param directory - is only read
 */
export function directoryFeed(directory: ReadDirectory): FeedSource {
  const { place } = directory;
  const unreadable = (
    sentence: string,
    remedy = 'correct the row with entente user passwd, or remove it; nothing but Entente may write accounts',
  ): AccountsFault => new AccountsFault('ENTENTE_ACCOUNTS_DAMAGED', { sentence, place, remedy });
  return {
    place,
    onNews: (listener) => directory.onChange(listener),
    unreadable,
    standing: () => directory.standing?.() ?? { ok: true },
    failure(error) {
      const { message, remedy } = error as Error & { readonly remedy?: string };
      return { fields: { event: 'accounts-unavailable', remedy: remedy ?? otherRemedy }, message };
    },
    async page(since) {
      const read = await directory.changes(since, pageLimit);
      if (!read.ok) return 'lost';
      const { more, position } = read;
      const changes = read.changes.map(({ address, record, version }) => ({
        address,
        ...(record === undefined ? {} : { account: record.account }),
        // That of the account, as an authority writes it: its place in the feed moves with its contact list too.
        version: accountVersion(record?.version ?? version, position.epoch),
      }));
      const text = formatFeedPage({ view: 'verifiers', changes, position, more });
      const page = parseFeedPage(text);
      if (page === undefined) throw unreadable('expected accounts, found a row that is none');
      return { page, text };
    },
  };
}

const otherRemedy =
  'check that the directory of accounts can be reached; no restart of this server is needed';
