export {
  type AccountDefaults,
  type AccountsRead,
  maxAccountsText,
  type ReadAccount,
  type RefusedLine,
} from './account-texts.ts';
export { type CopyOptions, type CopyProgress, type CopyReport, copyAccounts } from './copy-accounts.ts';
export { type ImportOptions, type ImportReport, importAccounts } from './import-accounts.ts';
export { LinesOfPieces, type TextLine } from './line-splitter.ts';
export { readAccountsCsv, readAccountsCsvPieces } from './read-csv.ts';
export { readUsersYaml } from './read-users-yaml.ts';
