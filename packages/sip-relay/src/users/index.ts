export { accountCredentials } from './account-credentials.ts';
export { loadCredentials, usersConfig } from './file-credentials.ts';
export { type OpenUsers, type UserSettings, type UserSource, userSource } from './user-source.ts';
