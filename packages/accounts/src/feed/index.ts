export {
  type AccountVersion,
  accountVersion,
  isAccountVersion,
  isBefore,
  isOfOneEpoch,
} from './account-version.ts';
export {
  type FedChange,
  type FedPage,
  type FeedView,
  feedMediaType,
  formatFeedPage,
  formatPosition,
  parseFeedPage,
  parsePosition,
} from './feed-text.ts';
export { type ChangedAccount, endsSessions, KnownAccounts, type KnownUser } from './known-accounts.ts';
