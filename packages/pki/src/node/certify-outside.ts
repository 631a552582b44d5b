import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { decodePemCertificates, encodePem } from '@entente/x509';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer } from '../ground/issuer.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import {
  authorityFiles,
  publicMode,
  readAuthorityFile,
  readPrivateKey,
  writeWhole,
} from './authority-files.ts';
import { keySigner } from './key-signer.ts';

/** What is needed to certify an issuing authority for outsiders. */
export interface CertifyOutsideOptions {
  /** Folder of the authority. */
  readonly directory: string;
  /** Bases of the plain HTTP addresses at which the edges serve signed objects, e.g. `http://access.contoso.example`. */
  readonly objectsUrls: readonly string[];
}

/**
 * Certifies the issuing authority for outsiders, with the root's key, and puts the certificate beside the one for members. Done by
 * the ceremony where the edges are known by then; afterwards again whenever their addresses change.
 * @param options - where, and the addresses
 * @returns path of the certificate
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if a file is missing, the root's key among them;
 * `ENTENTE_PKI_KEY_MISMATCH`; `ENTENTE_PKI_BAD_ARGUMENT` without an address
 */
export async function certifyOutside({ directory, objectsUrls }: CertifyOutsideOptions): Promise<string> {
  if (objectsUrls.length === 0) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: 'there is no address at which outsiders could find revocation lists',
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
    sentence: 'the file holds no certificate that can be read',
    place: path,
    remedy: 'restore it from a copy',
  });
}
