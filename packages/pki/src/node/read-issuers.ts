import { type Certificate, type CertificateList, decodePem, decodePemCertificates } from '@entente/x509';
import { PkiFault } from '../ground/fault.ts';
import { issuerId } from '../ground/issuer-id.ts';
import type { Signer } from '../ground/signer.ts';
import { type IssuerRecord, parseIssuers } from '../rollover/issuer-record.ts';
import { readRootList } from '../rollover/root-list.ts';
import { authorityFiles, readPrivateKey } from './authority-files.ts';
import type { AuthorityFolder } from './authority-folder.ts';
import { rolloverFiles } from './issuer-files.ts';
import { keySigner } from './key-signer.ts';
import { missingFile } from './missing-file.ts';

/** The faults of files in a folder, which say how to get them back. */
export interface FileFaults {
  /** @param sentence - what is wrong with the file */
  damaged(place: string, sentence: string): PkiFault;
  missing(place: string): PkiFault;
}

/** Those of the folder of an authority. */
export const authorityFaults: FileFaults = { damaged, missing: missingFile };

/**
 * Reads the record of all issuing authorities; before the first rollover there is the one of the ceremony.
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function readRecords(folder: AuthorityFolder): Promise<readonly IssuerRecord[]> {
  const text = await folder.read(rolloverFiles.issuers);
  if (text !== undefined) {
    const records = parseIssuers(text.toString('utf8'));
    if (records !== undefined) return records;
    throw damaged(folder.pathOf(rolloverFiles.issuers), 'the file is not a record of issuing authorities');
  }
  const [{ notAfter, notBefore, publicKey }] = await certificatesIn(
    folder,
    authorityFiles.issuingCertificate,
  );
  const id = issuerId(publicKey.der);
  const times = { notBefore, notAfter, preparedAt: notBefore, activatedAt: notBefore };
  return [{ number: 1, id, stage: 'active', ...times }];
}

/**
 * Reads the certificates of a file.
 * @param faults - of the folder; default: it is that of an authority
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where there is none
 */
export async function certificatesIn(
  folder: AuthorityFolder,
  name: string,
  faults: FileFaults = authorityFaults,
): Promise<readonly [Certificate, ...Certificate[]]> {
  const decoded = decodePemCertificates(await required(folder, name, faults));
  const [first, ...others] = decoded.ok ? decoded.value : [];
  if (first !== undefined) return [first, ...others];
  const found = decoded.ok ? 'the file contains no certificate' : decoded.error.message;
  throw faults.damaged(folder.pathOf(name), found);
}

async function required(folder: AuthorityFolder, name: string, faults: FileFaults): Promise<Buffer> {
  const content = await folder.read(name);
  if (content !== undefined) return content;
  throw faults.missing(folder.pathOf(name));
}

/**
 * Reads the list of a root, and checks its signature.
 * @param faults - of the folder; default: it is that of an authority
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function listOf(
  folder: AuthorityFolder,
  name: string,
  root: Certificate,
  faults: FileFaults = authorityFaults,
): Promise<CertificateList> {
  const blocks = decodePem(await required(folder, name, faults));
  const der = blocks.ok ? blocks.value.find(({ label }) => label === 'X509 CRL')?.der : undefined;
  const list = der === undefined ? undefined : readRootList(der, root);
  if (list?.ok === true) return list.value;
  throw faults.damaged(
    folder.pathOf(name),
    list?.refusal.message ?? 'the file contains no CRL with a CRL number and nextUpdate',
  );
}

/**
 * Reads a key.
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_PASSPHRASE`, `ENTENTE_PKI_KEY_UNSUPPORTED`
 */
export async function signerIn(folder: AuthorityFolder, name: string): Promise<Signer> {
  return keySigner(await readPrivateKey(folder.pathOf(name), folder.passphrase));
}

/**
 * Reads a certificate for outsiders; there is none without edges. One for another key would make every chain for outsiders invalid.
 * @throws PkiFault `ENTENTE_PKI_KEY_MISMATCH`
 */
export async function readOutside(
  folder: AuthorityFolder,
  name: string,
  issuing: Certificate,
): Promise<Certificate | undefined> {
  if (!(await folder.exists(name))) return undefined;
  const [outside] = await certificatesIn(folder, name);
  if (same(outside.publicKey.der, issuing.publicKey.der)) return outside;
  throw new PkiFault('ENTENTE_PKI_KEY_MISMATCH', {
    sentence: 'the certificate for outsiders has another key than the issuing authority',
    place: folder.pathOf(name),
    remedy:
      'remove it: the authority then asks the root for another one with root-request.json, which entente ca root sign signs',
  });
}

/** @param sentence - what is wrong with a file of the authority */
export function damaged(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence,
    place,
    remedy:
      'put the folder back from a copy, or restore the last backup with entente ca restore of @entente/commands',
  });
}

/** Whether two encodings are the same. */
export function same(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.from(one).equals(other);
}
