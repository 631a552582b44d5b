import { prepareWhole, publicMode, secretMode, writeWhole } from '@entente/pki/node';

/** Paths of a key of the authority and of the certificate for it. */
export interface CredentialPaths {
  readonly key: string;
  readonly certificate: string;
}

/** Longer than any chain that an authority has. */
const certificateBytes = 32_768;

/**
 * Issues a certificate for a key of the authority itself, and writes both. The key is on disk before anything is issued, and so is as much as
 * the certificate needs: where the disk is full, an attempt leaves no intent in the ledger, no certificate and no record in the audit trail,
 * which would take the room that the next revocation needs.
 * @param files - where both are; what is there is replaced
 * @param keyPem - the key
 * @param issue - issues the certificate for it; PEM with its chain
 * @returns the certificate, as `issue` gave it
 * @throws what `issue` throws, and Error of the file system; the key that was there stays then, unless it was the certificate that could not be
 *   written
 */
export async function writeIssued(
  files: CredentialPaths,
  keyPem: string,
  issue: () => Promise<string>,
): Promise<string> {
  const key = await prepareWhole(files.key, keyPem, secretMode);
  try {
    const room = await prepareWhole(files.certificate, ' '.repeat(certificateBytes), publicMode);
    const pem = await issue().finally(() => room.discard());
    await key.commit();
    await writeWhole(files.certificate, pem, publicMode);
    return pem;
  } finally {
    await key.discard();
  }
}
