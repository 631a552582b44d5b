import { stat } from 'node:fs/promises';
import { type Credential, loadCredential } from '@entente/tls';
import { shellWord } from '@entente/trust';
import { refuseExposedKey } from '../topology/own-key.ts';
import type { AdministratorAccess } from './administrator-access.ts';

/** The certificate of an administrator with its key. */
export interface OwnCredential {
  readonly credential: Credential;
  /** Where the key is: the one that the access names, or the one beside it that `entente cert renew` has kept. */
  readonly keyFile: string;
}

/**
 * Reads the client certificate of an administrator. A renewal that was killed between its last two writes has left the next key beside the
 * certificate of before, whose key is then in the file with the ending `.before`: that one is used, where it belongs to the certificate.
 * @param access - names certificate and key
 * @throws OperatorFault `ENTENTE_PKI_SECRET_EXPOSED`; TlsFault as `loadCredential`
 */
export async function ownCredential({
  certificate,
  key,
}: Pick<AdministratorAccess, 'certificate' | 'key'>): Promise<OwnCredential> {
  await refuseExposedKey(key);
  try {
    return { credential: await loadCredential({ certificate, key }), keyFile: key };
  } catch (fault) {
    if ((fault as { code?: unknown }).code !== 'ENTENTE_KEY_MISMATCH') throw fault;
    const before = keyBefore(key);
    if (!(await isFile(before))) throw fault;
    await refuseExposedKey(before);
    const credential = await loadCredential({ certificate, key: before }).catch(() => undefined);
    if (credential === undefined) throw fault;
    return { credential, keyFile: before };
  }
}

/**
 * Where a renewal keeps the key of before.
 * @param key - the file that is replaced
 */
export function keyBefore(key: string): string {
  return `${key}.before`;
}

/**
 * What is said where a renewal was interrupted.
 * @param access - names certificate and key
 */
export function interruptedRenewal({
  certificate,
  key,
}: Pick<AdministratorAccess, 'certificate' | 'key'>): string {
  const before = keyBefore(key);
  return `a renewal was interrupted: ${key} is not the key of ${certificate}, and ${before} is; it is used. To put it back: mv ${shellWord(before)} ${shellWord(key)}\n`;
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
