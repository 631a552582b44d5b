import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { PkiFault } from '../../ground/fault.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import { readSecret } from '../read-secret.ts';
import { secretMode } from '../write-file-atomically.ts';

/**
 * The key that signs the backups of an authority, in its folder and in no backup: who has a backup cannot sign another one. Ed25519, PKCS#8 in
 * PEM.
 */
export const backupKeyFile = 'backup_signing.key';

/** A key of Ed25519 in PEM has 119 bytes. */
const maxKeyBytes = 4_096;

/** What signs a backup. */
export interface BackupKey {
  readonly key: KeyObject;
  /** Why the folder could not keep a key that is new; absent where it has it. */
  readonly unsaved?: string;
}

/**
 * The key of a folder; it is created where there is none. Where the disk takes nothing, the key signs one backup and is then forgotten: that backup
 * may be all that is left of the authority.
 * @param folder - of the authority
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function backupKey(folder: AuthorityFolder): Promise<BackupKey> {
  const present = await presentBackupKey(folder);
  if (present !== undefined) return { key: present };
  const { privateKey } = generateKeyPairSync('ed25519');
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  try {
    await folder.create(backupKeyFile, pem, secretMode);
  } catch (fault) {
    return { key: privateKey, unsaved: (fault as Error).message };
  }
  // Another backup may have created one first.
  return { key: (await presentBackupKey(folder)) ?? privateKey };
}

/**
 * Reads the key of a folder.
 * @param folder - of the authority
 * @returns undefined where there is none
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`, `ENTENTE_PKI_AUTHORITY_DAMAGED`
 */
export async function presentBackupKey(folder: AuthorityFolder): Promise<KeyObject | undefined> {
  const place = folder.pathOf(backupKeyFile);
  const pem = await readSecret(place, maxKeyBytes);
  if (pem === undefined) return undefined;
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'ed25519') return key;
    throw damagedKey(place);
  } catch (cause) {
    throw cause instanceof PkiFault ? cause : damagedKey(place, cause);
  }
}

function damagedKey(place: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the file does not contain the key of Ed25519 that signs backups',
    place,
    remedy: 'remove it: the next backup is signed by a new key, whose hash entente ca backup prints',
    ...(cause === undefined ? {} : { cause }),
  });
}
