import { changeVerifiers, putAccount, putContacts, removeAccount } from '../accounts/account-changes.ts';
import { accountChanges } from '../accounts/account-feed.ts';
import {
  accountsOutside,
  countHomes,
  findAccount,
  listAccounts,
  readContacts,
} from '../accounts/account-queries.ts';
import { byStatements } from '../accounts/statements-of-changes.ts';
import { auditWindow, recordAudit } from '../ledger/audit-records.ts';
import {
  append,
  find,
  intend,
  issuedFor,
  issuedTo,
  listWindow,
  subjects,
  successors,
  unfinished,
} from '../ledger/certificates.ts';
import {
  blockedKey,
  blockKey,
  nextCrlNumber,
  release,
  revoke,
  revokedWindow,
  revokeForeign,
} from '../ledger/revocations.ts';
import { addToken, checkToken, forgetTokens, spendToken } from '../ledger/tokens.ts';
import { addVersion, readVersion, versionNumbers } from '../ledger/versions.ts';

/** Everything that a database can be asked for, by name, and whether it changes something. */
export const operations = {
  intend: { mode: 'write', run: intend },
  append: { mode: 'write', run: append },
  unfinished: { mode: 'read', run: unfinished },
  find: { mode: 'read', run: find },
  issuedTo: { mode: 'read', run: issuedTo },
  issuedFor: { mode: 'read', run: issuedFor },
  successors: { mode: 'read', run: successors },
  subjects: { mode: 'read', run: subjects },
  listWindow: { mode: 'read', run: listWindow },
  revoke: { mode: 'write', run: revoke },
  revokeForeign: { mode: 'write', run: revokeForeign },
  release: { mode: 'write', run: release },
  revokedWindow: { mode: 'read', run: revokedWindow },
  blockKey: { mode: 'write', run: blockKey },
  blockedKey: { mode: 'read', run: blockedKey },
  nextCrlNumber: { mode: 'write', run: nextCrlNumber },
  addToken: { mode: 'write', run: addToken },
  checkToken: { mode: 'read', run: checkToken },
  spendToken: { mode: 'write', run: spendToken },
  forgetTokens: { mode: 'write', run: forgetTokens },
  recordAudit: { mode: 'write', run: recordAudit },
  auditWindow: { mode: 'read', run: auditWindow },
  addVersion: { mode: 'write', run: addVersion },
  readVersion: { mode: 'read', run: readVersion },
  versionNumbers: { mode: 'read', run: versionNumbers },
  findAccount: { mode: 'read', run: findAccount },
  listAccounts: { mode: 'read', run: listAccounts },
  countHomes: { mode: 'read', run: countHomes },
  accountsOutside: { mode: 'read', run: accountsOutside },
  putAccount: { mode: 'write', run: byStatements(putAccount) },
  removeAccount: { mode: 'write', run: byStatements(removeAccount) },
  changeVerifiers: { mode: 'write', run: byStatements(changeVerifiers) },
  readContacts: { mode: 'read', run: readContacts },
  putContacts: { mode: 'write', run: byStatements(putContacts) },
  accountChanges: { mode: 'read', run: accountChanges },
} as const;

/** Name of an operation. */
export type OperationName = keyof typeof operations;

/** Name of an operation of accounts. */
export type AccountOperationName =
  | 'findAccount'
  | 'listAccounts'
  | 'countHomes'
  | 'accountsOutside'
  | 'putAccount'
  | 'removeAccount'
  | 'changeVerifiers'
  | 'readContacts'
  | 'putContacts'
  | 'accountChanges';

type Run<N extends OperationName> = (typeof operations)[N]['run'];

/** What an operation needs beside the transaction. */
export type OperationParameters<N extends OperationName> =
  Parameters<Run<N>> extends [unknown, ...infer Rest] ? Rest : never;

/** What an operation answers. */
export type OperationValue<N extends OperationName> = Awaited<ReturnType<Run<N>>>;
