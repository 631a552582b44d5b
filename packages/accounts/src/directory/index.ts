export { AccountsFault, type AccountsFaultCode, accountsClosed } from '../fault.ts';
export type {
  AccountChange,
  AccountDirectory,
  AccountHome,
  AccountOutcome,
  AccountPage,
  AccountQuery,
  AccountsOutside,
  ContactsOutcome,
  Expected,
  FeedPage,
  FeedPosition,
  RemovalOutcome,
} from './account-directory.ts';
export { decideContacts, decidePut, decideRemoval, decideVerifiers } from './decisions.ts';
export {
  checkPageLimit,
  defaultKeptRemovals,
  type FeedState,
  feedPage,
  feedVersion,
  resumeAt,
} from './feed.ts';
export { ChangeListeners } from './listeners.ts';
export { createMemoryDirectory, type MemoryDirectoryOptions } from './memory-directory.ts';
