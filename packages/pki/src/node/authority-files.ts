import type { KeyObject } from 'node:crypto';
import type { Stats } from 'node:fs';
import { access, constants, type FileHandle, open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { shellWord } from '@entente/trust';
import { PkiFault } from '../ground/fault.ts';
import { readProtectedKey } from './key-protection.ts';
import { missingFile, missingKey } from './missing-file.ts';

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
} as const;

/** The socket of a running authority, for orders of its own machine, in its folder. */
export const ordersSocket = 'orders.sock';

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;
/** A key of RSA with 16,384 bits has 13,000 bytes. */
const maxKeyBytes = 65_536;

/**
 * Finds the key of a root where it lies beside the issuing key: who takes over the machine then has the whole network, for ten years.
 * @param directory - folder of the authority
 * @param names - where the keys of its roots would be
 * @returns the path of the first one, or `undefined` where all were moved away
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read it
 */
export async function presentRootKey(
  directory: string,
  names: readonly string[] = [authorityFiles.rootKey],
): Promise<string | undefined> {
  for (const name of names) {
    const path = join(directory, name);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    refuseMode(await stat(path), path);
    return path;
  }
  return undefined;
}

/**
 * Refuses a key that others may read, or that belongs to another user who may read it.
 * @param file - of the key, open: it is the one that is read then
 * @param path - of the key
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
async function refuseExposed(file: FileHandle, path: string): Promise<void> {
  const user = process.getuid?.();
  // There are no such modes on Windows.
  if (user === undefined || process.platform === 'win32') return;
  const status = await file.stat();
  refuseMode(status, path);
  if (user !== 0 && status.uid !== user && status.uid !== 0)
    throw exposed(
      path,
      `it belongs to user ${status.uid}, not to user ${user}`,
      `chown ${user} ${shellWord(path)}`,
    );
}

function refuseMode(status: Stats, path: string): void {
  const mode = status.mode & 0o777;
  if (process.platform === 'win32' || (mode & othersMask) === 0) return;
  throw exposed(
    path,
    `its mode is 0${mode.toString(8)}, so that others may open it`,
    `chmod 600 ${shellWord(path)}`,
  );
}

function exposed(place: string, found: string, command: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `the key of a certification authority is not used: ${found}`,
    place,
    remedy: `run ${command}; where somebody else may have read the key, follow "A compromised issuing authority" in docs/guides/emergencies.md (entente ca root request --next --revoke <number>), or for the key of a root "The root’s key is stolen"`,
  });
}

/**
 * Reads a private key of the authority, where there is one.
 * @param path - of the key; a link is followed
 * @param passphrase - with which it is encrypted; undefined: it is not
 * @returns undefined where there is none
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_PASSPHRASE`; `ENTENTE_PKI_SECRET_EXPOSED` where others may read it
 */
export async function presentPrivateKey(path: string, passphrase?: string): Promise<KeyObject | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw cause;
  });
  if (file === undefined) return undefined;
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > maxKeyBytes)
      throw damagedKey(path, `the key is not a plain file of at most ${maxKeyBytes} bytes`);
    await refuseExposed(file, path);
    return readProtectedKey(await file.readFile(), passphrase, path);
  } finally {
    await file.close();
  }
}

function damagedKey(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence,
    place,
    remedy:
      'put it back from a copy of the folder, or restore the last backup with entente ca restore of @entente/commands',
  });
}

/**
 * Reads a private key of the authority.
 * @param path - of the key; a link is followed
 * @param passphrase - with which it is encrypted; undefined: it is not
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_PASSPHRASE`; `ENTENTE_PKI_SECRET_EXPOSED` where others may read it
 */
export async function readPrivateKey(path: string, passphrase?: string): Promise<KeyObject> {
  const key = await presentPrivateKey(path, passphrase);
  if (key === undefined) throw missingKey(path);
  return key;
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
    throw missingFile(path, cause);
  }
}
