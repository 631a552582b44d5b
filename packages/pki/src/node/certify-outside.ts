import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer } from '../ground/issuer.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import { authorityFiles, readAuthorityFile, readPrivateKey } from './authority-files.ts';
import { authorityFolder } from './authority-folder.ts';
import { issuerFiles } from './issuer-files.ts';
import { keySigner } from './key-signer.ts';
import { readRecords } from './read-issuers.ts';
import { publicMode } from './write-whole.ts';

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
export async function certifyOutside({ directory, objectsUrls }: CertifyOutsideOptions): Promise<string> {
  if (objectsUrls.length === 0) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: 'expected an address at which outsiders find CRLs, found none',
      place: 'option objectsUrls of certifyOutside',
      remedy: 'add an edge with an external interface to the topology first',
    });
  }
  const folder = authorityFolder(directory);
  const root = await createIssuer(
    (await readFirst(join(directory, authorityFiles.rootCertificate))).der,
    keySigner(await readPrivateKey(directory, authorityFiles.rootKey)),
  );
  let path = '';
  for (const { number, stage } of await readRecords(folder)) {
    if (stage === 'retired') continue;
    const files = issuerFiles(number);
    const certificate = await createOutsideAuthority({
      issuing: await readFirst(join(directory, files.certificate)),
      root,
      serialNumber: drawSerialNumber(randomBytes),
      objectsUrls,
    });
    await folder.write(files.outside, encodePem('CERTIFICATE', certificate), publicMode);
    if (stage === 'active') path = folder.pathOf(files.outside);
  }
  return path;
}

async function readFirst(path: string) {
  const decoded = decodePemCertificates(await readAuthorityFile(path));
  if (decoded.ok && decoded.value[0] !== undefined) return decoded.value[0];
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the file contains no certificate that can be decoded',
    place: path,
    remedy: 'restore it from a copy',
  });
}
