import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { OperatorFault } from '@entente/host';
import { publicMode, secretMode, writeWhole } from '@entente/pki/node';
import type { AdministratorKey, SignatureAlgorithm, TopologySigner } from '@entente/topology';
import { readNamed } from '../read-named-file.ts';
import { fileOr } from './missing-file.ts';
import { refuseExposedKey } from './own-key.ts';
import { exists } from './read-topology.ts';

/** Files of one administrator's key. */
export interface KeyFiles {
  /** PKCS#8, PEM, mode 0600. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

/** A key that is in no file yet. */
export interface NewAdministratorKey {
  /** As the document lists it. */
  readonly entry: AdministratorKey;
  /**
   * Writes it.
   * @throws OperatorFault `ENTENTE_FILE_EXISTS`: a key is never overwritten
   */
  write(files: KeyFiles): Promise<void>;
}

/**
 * Creates an Ed25519 key for an administrator.
 * @param files - that it is written to
 * @throws OperatorFault `ENTENTE_FILE_EXISTS`: a key is never overwritten
 */
export async function makeAdministratorKey(files: KeyFiles): Promise<void> {
  await newAdministratorKey('').write(files);
}

/**
 * Creates an Ed25519 key for an administrator, and writes it nowhere yet.
 * @param id - of the administrator
 */
export function newAdministratorKey(id: string): NewAdministratorKey {
  const pair = generateKeyPairSync('ed25519');
  const publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const entry: AdministratorKey = { id, algorithm: 'EdDSA', publicKey };
  return {
    entry,
    async write(files) {
      await refuseExisting(files);
      await writeWhole(
        files.privateKey,
        pair.privateKey.export({ format: 'pem', type: 'pkcs8' }),
        secretMode,
      );
      await writePublicKey(entry, files.publicKey);
    },
  };
}

/**
 * Writes the public half of a key.
 * @param entry - as the document lists it
 * @param file - PEM
 */
export async function writePublicKey({ publicKey }: AdministratorKey, file: string): Promise<void> {
  const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
  await writeWhole(file, key.export({ format: 'pem', type: 'spki' }), publicMode);
}

async function refuseExisting({ privateKey, publicKey }: KeyFiles): Promise<void> {
  for (const file of [privateKey, publicKey]) {
    if (!(await exists(file))) continue;
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the key file exists and is not overwritten',
      place: file,
      remedy: 'use this key, or choose another id or directory',
    });
  }
}

/**
 * Reads a public key as the document lists it.
 * @param file - PEM: a public key, or a private one whose public half is used
 */
export async function readAdministrator(id: string, file: string): Promise<AdministratorKey> {
  const key = parseKey(await readPem(file), file, createPublicKey);
  const publicKey = key.export({ format: 'der', type: 'spki' }).toString('base64');
  return { id, algorithm: algorithmOf(key, file), publicKey };
}

/**
 * Opens an administrator's private key for signing.
 * @param file - PKCS#8 or SEC 1, PEM
 * @throws OperatorFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read it, `ENTENTE_KEY_UNREADABLE`
 */
export async function openSigner(keyId: string, file: string): Promise<TopologySigner> {
  const pem = await readPem(file);
  refusePublic(pem, file);
  await refuseExposedKey(file);
  const key = parseKey(pem, file, createPrivateKey);
  const algorithm = algorithmOf(key, file);
  return {
    keyId,
    algorithm,
    sign: (bytes) =>
      algorithm === 'EdDSA'
        ? sign(null, bytes, key)
        : sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

/** The entry of the document that a private key belongs to, by comparing public keys. */
export async function findAdministrator(
  keys: readonly AdministratorKey[],
  file: string,
): Promise<AdministratorKey | undefined> {
  const { publicKey } = await readAdministrator('', file);
  return keys.find((key) => key.publicKey === publicKey);
}

const createsKey =
  'name the key with its path, e.g. administrators/alice.key, where entente topology init has created it, or create one with entente topology key <id>';

/** Who signs names the private half. */
function refusePublic(pem: string, file: string): void {
  if (!/^-----BEGIN PUBLIC KEY-----/m.test(pem)) return;
  throw new OperatorFault('ENTENTE_KEY_UNREADABLE', {
    sentence: 'expected a private key, found a public one',
    place: file,
    remedy: `name the private half, usually ${file.replace(/\.pub$/, '')}.key`,
  });
}

function readPem(file: string): Promise<string> {
  return fileOr(file, readNamed(file, 'utf8'), createsKey);
}

function parseKey(pem: string, file: string, parse: (pem: string) => KeyObject): KeyObject {
  try {
    return parse(pem);
  } catch (cause) {
    throw new OperatorFault('ENTENTE_KEY_UNREADABLE', {
      sentence: 'expected a key in PEM without a password',
      place: file,
      remedy: 'create one with entente topology key, or with openssl genpkey -algorithm ed25519',
      cause,
    });
  }
}

function algorithmOf(key: KeyObject, file: string): SignatureAlgorithm {
  if (key.asymmetricKeyType === 'ed25519') return 'EdDSA';
  if (key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return 'ES256';
  throw new OperatorFault('ENTENTE_KEY_UNREADABLE', {
    sentence: `expected an Ed25519 or P-256 key, found ${key.asymmetricKeyType ?? 'another'}`,
    place: file,
    remedy: 'create one with entente topology key',
  });
}
