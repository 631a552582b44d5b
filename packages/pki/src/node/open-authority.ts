import { join } from 'node:path';
import type { Certificate } from '@entente/x509';
import type { Issuer } from '../ground/issuer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import { authorityFiles } from './authority-files.ts';
import { authorityFolder } from './authority-folder.ts';
import { openFileLedger } from './file-ledger.ts';
import { IssuerStore } from './issuer-store.ts';

/** The open authority of a domain. The root's key is not needed and not read. What changes in a rollover is read again at each use. */
export interface OpenAuthority {
  /** All issuing authorities, and the list of the root. */
  readonly issuers: IssuerStore;
  /** The one that issues. */
  readonly issuer: Issuer;
  /** Its certificate for outsiders, see `certifyOutside`; `undefined` where there is none. */
  readonly outside: Certificate | undefined;
  /** The root that certified it. */
  readonly root: Certificate;
  /** Every root in the file: during a rollover there are two. */
  readonly roots: readonly Certificate[];
  /** The root's CRL in force. */
  readonly rootCrl: PublishedCrl;
  readonly ledger: Ledger;
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
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_KEY_MISMATCH`, `ENTENTE_PKI_LEDGER_LOCKED`,
 * `ENTENTE_PKI_LEDGER_DAMAGED`
 */
export async function openAuthority(directory: string): Promise<OpenAuthority> {
  const issuers = await IssuerStore.open(authorityFolder(directory));
  const ledger = await openFileLedger(join(directory, authorityFiles.ledger));
  return {
    issuers,
    get issuer() {
      return issuers.active.issuer;
    },
    get outside() {
      return issuers.active.outside;
    },
    get root() {
      return issuers.root;
    },
    roots: issuers.roots,
    get rootCrl() {
      return issuers.rootCrl;
    },
    ledger,
    serverCertificate: join(directory, authorityFiles.serverCertificate),
    serverKey: join(directory, authorityFiles.serverKey),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}
