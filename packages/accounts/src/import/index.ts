export type { AccountDefaults, AccountsRead, ReadAccount, RefusedLine } from './account-texts.ts';
export { type CopyOptions, type CopyReport, copyAccounts } from './copy-accounts.ts';
export { type ImportOptions, type ImportReport, importAccounts } from './import-accounts.ts';
export { readAccountsCsv } from './read-csv.ts';
export { readUsersYaml } from './read-users-yaml.ts';
