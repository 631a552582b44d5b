import { type Certificate, decodeCrl, decodePem, encodePem, type KeyKind } from '@entente/x509';
import { rootName } from '../ceremony/new-root.ts';
import { aText, checkValue } from '../ground/check-values.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer, type Issuer } from '../ground/issuer.ts';
import { spkiHash } from '../ground/issuer-id.ts';
import type { Signer } from '../ground/signer.ts';
import type { PreparedRoot } from '../rollover/root-documents.ts';
import { authorityFiles, readPrivateKey } from './authority-files.ts';
import { type AuthorityFolder, authorityFolder } from './authority-folder.ts';
import { keySigner } from './key-signer.ts';
import { damagedRootFile, damagedRootList, missingRootFile } from './missing-file.ts';
import { newKey } from './pending-issuer.ts';
import { authorityFaults, certificatesIn, type FileFaults, listOf, signerIn } from './read-issuers.ts';
import { rootFiles, rootsFile } from './root-files.ts';
import { RootStore } from './root-store.ts';
import { publicMode, secretMode } from './write-file-atomically.ts';

/** Faults of the directory of a root alone. */
const rootFaults: FileFaults = { damaged: damagedRootFile, missing: missingRootFile };

/** A root with its key: in a directory of its own, or beside an authority. */
export interface RootFolder {
  /** That of the root; its fingerprint is not the wanted one where that is not in the directory. */
  readonly certificate: Certificate;
  /** The newest list that this directory has, DER; undefined where it keeps none: before the first visit with its key. */
  readonly list: Uint8Array | undefined;
  /**
   * The root with its key.
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_KEY_MISMATCH`
   */
  issuer(): Promise<Issuer>;
  /** Keeps a list that this root has signed, so that no later request takes a revocation back. */
  keep(list: Uint8Array): Promise<void>;
}

/**
 * Opens the directory of a root.
 * @param directory - with root_ca.crt and root_ca.key; or that of an authority
 * @param sha256 - of the certificate that is wanted, lower-case hexadecimal; where it is not there, the first one is opened
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where there is no certificate, or the last list is there and cannot be read
 */
export async function openRootFolder(directory: string, sha256: string): Promise<RootFolder> {
  checkValue(directory, aText, 'directory of openRootFolder');
  const folder = authorityFolder(directory);
  const { certificate, files } = await find(folder, sha256);
  return {
    certificate,
    list: await lastList(folder, files.list),
    async issuer() {
      if (!(await folder.exists(files.key))) throw missingRootFile(folder.pathOf(files.key));
      return createIssuer(certificate.der, keySigner(await readPrivateKey(folder.pathOf(files.key))));
    },
    keep: (list) => folder.write(files.list, encodePem('X509 CRL', list), publicMode),
  };
}

/** One that is there and cannot be read does not count as none: its number would be used twice, and its entries forgotten. */
async function lastList(folder: AuthorityFolder, name: string): Promise<Uint8Array | undefined> {
  const content = await folder.read(name);
  if (content === undefined) return undefined;
  const blocks = decodePem(content);
  const der = blocks.ok ? blocks.value.find(({ label }) => label === 'X509 CRL')?.der : undefined;
  const list = der === undefined ? undefined : decodeCrl(der);
  if (list?.ok === true) return der;
  const sentence = `the last list of the root cannot be read: ${list?.error.message ?? 'the file contains no CRL'}`;
  const isAuthority = await folder.exists(authorityFiles.issuingCertificate);
  throw (isAuthority ? authorityFaults.damaged : damagedRootList)(folder.pathOf(name), sentence);
}

async function find(folder: AuthorityFolder, sha256: string) {
  const isWanted = ({ der }: Certificate): boolean => spkiHash(der) === sha256;
  const others = (await folder.exists(rootsFile)) ? (await RootStore.open(folder)).all : [];
  const stored = others.find(({ certificate }) => isWanted(certificate));
  if (stored !== undefined) return { certificate: stored.certificate, files: rootFiles(stored.number) };
  const { rootCertificate } = authorityFiles;
  // Beside an authority it is in each backup of that.
  const isAuthority = await folder.exists(authorityFiles.issuingCertificate);
  const certificates = await certificatesIn(
    folder,
    rootCertificate,
    isAuthority ? authorityFaults : rootFaults,
  );
  return { certificate: certificates.find(isWanted) ?? certificates[0], files: rootFiles(1) };
}

/** The directory in which the next root is created. */
export interface NextRootFolder {
  readonly signer: Signer;
  /** Its certificate, where an earlier call has created it. */
  readonly existing: Certificate | undefined;
  /** Number of its next list. */
  readonly listNumber: number;
  /** Writes certificate and list. */
  finish(prepared: PreparedRoot): Promise<void>;
}

/**
 * Creates the directory of the next root with its key. One whose certificate was created before is used again as long as the
 * list of that root is empty: the answer may have been lost on its way to the authority.
 * @param directory - created with mode 0700 where it does not exist
 * @param root - what is to be created: domain, number, and the kind of key of the present root
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS` where the directory has another root, or one that has been used
 */
export async function createRootFolder(
  directory: string,
  { domain, kind, number }: { readonly domain: string; readonly number: number; readonly kind: KeyKind },
): Promise<NextRootFolder> {
  const folder = authorityFolder(directory);
  const { list: listFile } = rootFiles(1);
  const isThere = await folder.exists(authorityFiles.rootCertificate);
  const [existing] = isThere
    ? await certificatesIn(folder, authorityFiles.rootCertificate, rootFaults)
    : [undefined];
  const list = existing === undefined ? undefined : await listOf(folder, listFile, existing, rootFaults);
  const isOther = existing !== undefined && existing.subject.canonical !== rootName(domain, number).canonical;
  if (isOther || (list !== undefined && [...list.entries()].length > 0)) {
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
      sentence: isOther
        ? `the directory has another root, ${existing?.subject.toString()}`
        : 'the directory has a root that has revoked certificates: it is in use already',
      place: directory,
      remedy: 'choose a directory that does not exist yet',
    });
  }
  await folder.create(authorityFiles.rootKey, await newKey(kind, folder.passphrase), secretMode);
  const signer = await signerIn(folder, authorityFiles.rootKey);
  return {
    signer,
    existing,
    listNumber: Number(list?.crlNumber ?? 0n) + 1,
    async finish(prepared) {
      await folder.write(listFile, encodePem('X509 CRL', prepared.list), publicMode);
      await folder.write(
        authorityFiles.rootCertificate,
        encodePem('CERTIFICATE', prepared.certificate),
        publicMode,
      );
    },
  };
}
