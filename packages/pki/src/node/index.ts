export { authorityFiles, ordersSocket, presentPrivateKey } from './authority-files.ts';

export { type AuthorityFolder, authorityFolder } from './authority-folder.ts';
export { backupKeyFile } from './backup/backup-key.ts';
export {
  type FoundRevocation,
  type ImportedLists,
  importLists,
  type ListFile,
} from './backup/import-lists.ts';
export type { BackedUpFile, BackupManifest } from './backup/manifest.ts';
export {
  type RestoredBackup,
  type RestoreOptions,
  type RestoreProgress,
  restoreBackup,
} from './backup/restore-backup.ts';
export {
  type RestoredMark,
  readRestoredMark,
  restoredFile,
  writeRestoredMark,
} from './backup/restored-mark.ts';
export { rootKeysIn, rootKeysSetAside } from './backup/root-keys.ts';
export { refuseSharedPlace } from './backup/separate-places.ts';
export { type BackupOptions, type SignedBackup, writeBackup } from './backup/write-backup.ts';
export { type CertifyOutsideOptions, certifyOutside } from './certify-outside.ts';
export { type CheckFolderOptions, checkAuthorityFolder, type MayAccess } from './check-authority-folder.ts';
export { createFolder } from './create-folder.ts';
export {
  type AdministratorFiles,
  type InitialisedAuthority,
  type InitialiseOptions,
  initialiseAuthority,
} from './initialise-authority.ts';
export { type IssuerFiles, issuerFiles, rolloverFiles } from './issuer-files.ts';
export { IssuerStore, type LiveIssuer, type RootStanding } from './issuer-store.ts';
export { keySigner } from './key-signer.ts';
export { ledgerFile, lockLedgerFile, openLedgerFile } from './ledger-file/open-ledger-file.ts';
export { missingFiles } from './missing-files.ts';
export { type NodeHandler, type NodeListenerOptions, nodeListener } from './node-listener.ts';
export { type OpenAuthorityFolder, type OpenLedger, openAuthorityFolder } from './open-authority-folder.ts';
export { type Owner, ownerOf } from './owner.ts';
export type { PendingIssuer } from './pending-issuer.ts';
export { type LedgerFileRecord, readLedgerFile } from './read-ledger-file.ts';
export type { PlainFile } from './read-plain.ts';
export { readSecret, readSecretLines } from './read-secret.ts';
export { refuseBackupFolder } from './refuse-backup-folder.ts';
export { type RootFiles, rootFiles, rootsFile } from './root-files.ts';
export { createRootFolder, openRootFolder, type RootFolder } from './root-folder.ts';
export { RootStore, type StoredRoot } from './root-store.ts';
export type { AuthorityOptions, UpkeepClock } from './service/authority-options.ts';
export { openAuthority, type ServiceAuthority } from './service/open-authority.ts';
export { type AuthorityTrust, listsFile } from './service/published-lists.ts';
export type { ServiceFiles, ServiceIdentity, ServiceMaterial } from './service/service-identity.ts';
export { throwAwaySigner } from './throw-away-signer.ts';
export {
  type FileContent,
  type PreparedFile,
  prepareWhole,
  publicMode,
  removeDrafts,
  secretMode,
  syncFolder,
  writeWhole,
} from './write-file-atomically.ts';
