import { join } from 'node:path';
import type { Certificate } from '@entente/x509';
import { aFunction, aText, checkValue } from '../ground/check-values.ts';
import type { Issuer } from '../ground/issuer.ts';
import type { Signer } from '../ground/signer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import { authorityFiles, presentRootKey } from './authority-files.ts';
import { type AuthorityFolder, authorityFolder } from './authority-folder.ts';
import { endCreation } from './creation-mark.ts';
import { IssuerStore } from './issuer-store.ts';
import { refuseSharedFolder } from './own-folder.ts';
import { refuseBackupFolder } from './refuse-backup-folder.ts';
import { rootFiles } from './root-files.ts';
import { throwAwaySigner } from './throw-away-signer.ts';

/**
 * Opens the ledger of an authority.
 * @param directory - its folder
 */
export type OpenLedger = (directory: string) => Promise<Ledger>;

/** The open authority of a domain. The root's key is not needed and not read. What changes in a rollover is read again at each use. */
export interface OpenAuthorityFolder {
  /** All issuing authorities, and the roots with their lists. */
  readonly issuers: IssuerStore;
  /** The one that issues. */
  readonly issuer: Issuer;
  /** Its certificate for outsiders, see `certifyOutside`; `undefined` where there is none. */
  readonly outside: Certificate | undefined;
  /** The root that certified it. */
  readonly root: Certificate;
  /** Every root that is recorded, believed today or not. */
  readonly roots: readonly Certificate[];
  /** The CRL in force of `root`. */
  readonly rootCrl: PublishedCrl;
  /** Open until the authority is disposed of. */
  readonly ledger: Ledger;
  /** Signs pre-certificates, see `throwAwaySigner`. */
  readonly throwAway: Signer;
  /** Path of the key of a root where it lies beside the issuing key, which is a danger. */
  readonly rootKey: string | undefined;
  /** Path of the authority's own server certificate. */
  readonly serverCertificate: string;
  /** Path of its key. */
  readonly serverKey: string;
  /** Closes the ledger. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an authority that `initialiseAuthority` created.
 * @param directory - its folder
 * @param openLedger - opens its ledger, e.g. `openLedger` of `@entente/store-sql`
 * @param passphrase - with which its keys are encrypted; default: they are not
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_KEY_MISMATCH`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_PASSPHRASE`,
 * and what `openLedger` throws
 */
export async function openAuthorityFolder(
  directory: string,
  openLedger: OpenLedger,
  passphrase?: string,
): Promise<OpenAuthorityFolder> {
  checkValue(directory, aText, 'directory of openAuthorityFolder');
  checkValue(openLedger, aFunction, 'openLedger of openAuthorityFolder');
  if (passphrase !== undefined) checkValue(passphrase, aText, 'passphrase of openAuthorityFolder');
  const folder = authorityFolder(directory, passphrase);
  await refuseBackupFolder(directory);
  await refuseSharedFolder(directory);
  // Where there is no authority this throws, and no ledger is created.
  if (!(await folder.exists(authorityFiles.rootCertificate))) await IssuerStore.open(folder);
  // First: its lock keeps out another process, which may be letting the next issuing authority follow.
  const ledger = await openLedger(directory);
  try {
    await endCreation(directory);
    return await openWith(ledger, directory, folder);
  } catch (fault) {
    await ledger[Symbol.asyncDispose]();
    throw fault;
  }
}

async function openWith(
  ledger: Ledger,
  directory: string,
  folder: AuthorityFolder,
): Promise<OpenAuthorityFolder> {
  const issuers = await IssuerStore.open(folder);
  const throwAway = await throwAwaySigner(issuers.active.issuer.signer.scheme);
  return {
    issuers,
    throwAway,
    get issuer() {
      return issuers.active.issuer;
    },
    get outside() {
      return issuers.active.outside;
    },
    get root() {
      return issuers.root;
    },
    get roots() {
      return issuers.roots.all.map(({ certificate }) => certificate);
    },
    get rootCrl() {
      return issuers.rootCrl;
    },
    ledger,
    rootKey: await presentRootKey(
      directory,
      issuers.roots.all.map(({ number }) => rootFiles(number).key),
    ),
    serverCertificate: join(directory, authorityFiles.serverCertificate),
    serverKey: join(directory, authorityFiles.serverKey),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}
