import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PkiFault } from '../ground/fault.ts';

/** The files of an authority in its folder. */
export const authorityFiles = {
  rootCertificate: 'root_ca.crt',
  rootKey: 'root_ca.key',
  rootCrl: 'root_ca.crl',
  issuingCertificate: 'intermediate_ca.crt',
  issuingKey: 'intermediate_ca.key',
  /** The certificate for outsiders, of the same authority with the same key. Only where there are edges. */
  outsideCertificate: 'intermediate_ca_outside.crt',
  serverCertificate: 'tls.crt',
  serverKey: 'tls.key',
  /** The key that signs trust states, and its chain; the authority creates them itself. */
  stateKey: 'state.key',
  stateCertificate: 'state.crt',
  ledger: 'ledger.jsonl',
} as const;

/**
 * Reads a private key.
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function readPrivateKey(directory: string, name: string): Promise<KeyObject> {
  const path = join(directory, name);
  const text = await readAuthorityFile(path);
  try {
    return createPrivateKey(text);
  } catch (cause) {
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: 'the file does not contain a private key',
      place: path,
      remedy: 'restore it from a copy',
      cause,
    });
  }
}

/**
 * Reads a file of the authority.
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` if it does not exist
 */
export async function readAuthorityFile(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: 'a file of the authority is missing',
      place: path,
      remedy: 'create the authority with entente ca init, or correct the directory in the configuration',
      cause,
    });
  }
}
