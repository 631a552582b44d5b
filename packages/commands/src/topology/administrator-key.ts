import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { OperatorFault } from '@entente/host';
import { publicMode, secretMode, writeWhole } from '@entente/pki/node';
import type { AdministratorKey, SignatureAlgorithm, TopologySigner } from '@entente/topology';
import { exists } from './read-topology.ts';

/** Files of one administrator's key. */
export interface KeyFiles {
  /** PKCS#8, PEM, mode 0600. */
  readonly privateKey: string;
  /** SubjectPublicKeyInfo, PEM. */
  readonly publicKey: string;
}

/**
 * Creates an Ed25519 key for an administrator.
 * @throws OperatorFault `ENTENTE_FILE_EXISTS`: a key is never overwritten
 */
export async function makeAdministratorKey({ privateKey, publicKey }: KeyFiles): Promise<void> {
  for (const file of [privateKey, publicKey]) {
    if (!(await exists(file))) continue;
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the key file exists and is not overwritten',
      place: file,
      remedy: 'use this key, or choose another id or directory',
    });
  }
  const pair = generateKeyPairSync('ed25519');
  await writeWhole(privateKey, pair.privateKey.export({ format: 'pem', type: 'pkcs8' }), secretMode);
  await writeWhole(publicKey, pair.publicKey.export({ format: 'pem', type: 'spki' }), publicMode);
}

/**
 * Reads a public key as the document lists it.
 * @param file - PEM: a public key, or a private one whose public half is used
 */
export async function readAdministrator(id: string, file: string): Promise<AdministratorKey> {
  const key = await readKey(file, createPublicKey);
  const publicKey = key.export({ format: 'der', type: 'spki' }).toString('base64');
  return { id, algorithm: algorithmOf(key, file), publicKey };
}

/**
 * Opens an administrator's private key for signing.
 * @param file - PKCS#8 or SEC 1, PEM
 */
export async function openSigner(keyId: string, file: string): Promise<TopologySigner> {
  const key = await readKey(file, createPrivateKey);
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

async function readKey(file: string, read: (pem: string) => KeyObject): Promise<KeyObject> {
  const pem = await readFile(file, 'utf8');
  try {
    return read(pem);
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
