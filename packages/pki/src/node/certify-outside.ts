import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { type Certificate, decodePemCertificates, encodePem } from '@entente/x509';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { checkOptions } from '../ground/check-options.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer } from '../ground/issuer.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import { readAuthorityFile, readPrivateKey } from './authority-files.ts';
import { authorityFolder } from './authority-folder.ts';
import { issuerFiles } from './issuer-files.ts';
import { keySigner } from './key-signer.ts';
import { readRecords } from './read-issuers.ts';
import { rootFiles } from './root-files.ts';
import { RootStore, type StoredRoot } from './root-store.ts';
import { publicMode } from './write-file-atomically.ts';

/** Options of {@link certifyOutside}. */
export interface CertifyOutsideOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** Bases of the plain HTTP addresses at which the edges serve signed objects, e.g. `http://access.contoso.example`. */
  readonly objectsUrls: readonly string[];
}

/**
 * Certifies the issuing authorities for outsiders, with the root's key, and writes each certificate beside the one for members. The
 * ceremony does this where the edges are known; call it again whenever their addresses change.
 * @param options - folder and addresses
 * @returns path of the certificate of the active one
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if a file is missing, for example the root's key;
 * `ENTENTE_PKI_KEY_MISMATCH`; `ENTENTE_PKI_BAD_ARGUMENT` without an address
 */
export async function certifyOutside(options: CertifyOutsideOptions): Promise<string> {
  checkOptions(options, ['directory', 'objectsUrls'], [], 'certifyOutside');
  const { directory, objectsUrls } = options;
  if (objectsUrls.length === 0) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: 'expected an address at which outsiders find CRLs, found none',
      place: 'option objectsUrls of certifyOutside',
      remedy: 'add an edge with an external interface to the topology first',
    });
  }
  const folder = authorityFolder(directory);
  const roots = await RootStore.open(folder);
  const certify = async (issuing: Certificate, file: string): Promise<void> => {
    const above = roots.above(issuing) as StoredRoot;
    const key = await readPrivateKey(folder.pathOf(rootFiles(above.number).key));
    const certificate = await createOutsideAuthority({
      issuing,
      root: await createIssuer(above.certificate.der, keySigner(key)),
      serialNumber: drawSerialNumber(randomBytes),
      objectsUrls,
    });
    await folder.write(file, encodePem('CERTIFICATE', certificate), publicMode);
  };
  const hasKey = async (certificate: Certificate): Promise<boolean> => {
    const above = roots.above(certificate);
    return above !== undefined && (await folder.exists(rootFiles(above.number).key));
  };
  let path = '';
  for (const { number, stage } of await readRecords(folder)) {
    if (stage === 'retired') continue;
    const files = issuerFiles(number);
    const issuing = await readFirst(join(directory, files.certificate));
    // During a rollover the key of one of the two roots may be elsewhere; that of the active one is needed.
    if (stage !== 'active' && !(await hasKey(issuing))) continue;
    await certify(issuing, files.outside);
    if (stage === 'active') path = folder.pathOf(files.outside);
  }
  for (const { cross, number } of roots.all) {
    if (cross !== undefined && (await hasKey(cross))) await certify(cross, rootFiles(number).crossOutside);
  }
  return path;
}

async function readFirst(path: string): Promise<Certificate> {
  const decoded = decodePemCertificates(await readAuthorityFile(path));
  if (decoded.ok && decoded.value[0] !== undefined) return decoded.value[0];
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the file contains no certificate that can be decoded',
    place: path,
    remedy:
      'put it back from a copy of the folder, or restore the last backup with entente ca restore of @entente/commands',
  });
}
