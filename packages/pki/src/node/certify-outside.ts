import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer } from '../ground/issuer.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import { authorityFiles, readAuthorityFile, readPrivateKey } from './authority-files.ts';
import { keySigner } from './key-signer.ts';
import { publicMode, writeWhole } from './write-whole.ts';

/** Options of {@link certifyOutside}. */
export interface CertifyOutsideOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** Bases of the plain HTTP addresses at which the edges serve signed objects, e.g. `http://access.contoso.example`. */
  readonly objectsUrls: readonly string[];
}

/**
 * Certifies the issuing authority for outsiders, with the root's key, and writes the certificate beside the one for members. The
 * ceremony does this where the edges are known; call it again whenever their addresses change.
 * @param options - folder and addresses
 * @returns path of the certificate
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
  const issuing = await readFirst(join(directory, authorityFiles.issuingCertificate));
  const root = await createIssuer(
    (await readFirst(join(directory, authorityFiles.rootCertificate))).der,
    keySigner(await readPrivateKey(directory, authorityFiles.rootKey)),
  );
  const certificate = await createOutsideAuthority({
    issuing,
    root,
    serialNumber: drawSerialNumber(randomBytes),
    objectsUrls,
  });
  const path = join(directory, authorityFiles.outsideCertificate);
  await writeWhole(path, encodePem('CERTIFICATE', certificate), publicMode);
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
