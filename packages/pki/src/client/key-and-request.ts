import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import {
  createName,
  encodeCertificationRequest,
  encodeRequestInfo,
  oids,
  subjectAltNameExtension,
} from '@entente/x509';
import { checkGiven, type Given, maybe } from '../ground/check-given.ts';
import { PkiFault } from '../ground/fault.ts';
import { isText } from '../ground/given.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';

/** A new key and the request that proves possession of it. */
export interface KeyAndRequest {
  /** PKCS#8 PEM: the content of `tls.key`; write it with mode 0600. */
  readonly privateKeyPem: string;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
  /** PKCS#10, DER (RFC 2986). */
  readonly request: Uint8Array;
}

/** Options of {@link createKeyAndRequest}. */
export interface KeyAndRequestOptions {
  /** FQDN of the server, or name of the administrator or user: the common name of the request. */
  readonly subject: string;
  /** Requested DNS names; the authority issues the names of its own rule, and refuses any other. Default none. */
  readonly dnsNames?: readonly string[];
  /** PKCS#8 PEM of a key to use instead of a new one, e.g. to repeat a request whose answer was lost. */
  readonly privateKeyPem?: string;
  /** Kind of a new key. Default `ec-p256`. */
  readonly keyKind?: 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-3072';
}

const generate = promisify(generateKeyPair);
const generators = {
  'ec-p256': () => generate('ec', { namedCurve: 'P-256' }),
  'ec-p384': () => generate('ec', { namedCurve: 'P-384' }),
  'rsa-2048': () => generate('rsa', { modulusLength: 2048 }),
  'rsa-3072': () => generate('rsa', { modulusLength: 3072 }),
} as const;
const kinds: Readonly<Record<string, Given>> = {
  subject: ['a text', isText],
  dnsNames: maybe(['a list of texts', (value) => Array.isArray(value) && value.every(isText)]),
  privateKeyPem: maybe(['a text', isText]),
  keyKind: maybe([
    `one of ${Object.keys(generators).join(', ')}`,
    (value) => Object.hasOwn(generators, value as string),
  ]),
};

/**
 * Generates a key, or takes the one that is given, and signs a request with it.
 * @param options - subject, names and kind of key
 * @returns key and request; nothing is stored
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED` for a `privateKeyPem` that is not a key of an allowed kind; `ENTENTE_PKI_BAD_ARGUMENT`
 * for options that there are not, or that have another form
 */
export async function createKeyAndRequest(options: KeyAndRequestOptions): Promise<KeyAndRequest> {
  checkGiven(options, kinds, 'createKeyAndRequest');
  const key =
    options.privateKeyPem === undefined
      ? (await generators[options.keyKind ?? 'ec-p256']()).privateKey
      : readKey(options.privateKeyPem);
  const { digest, scheme } = signatureOf(key);
  const publicKey = new Uint8Array(createPublicKey(key).export({ format: 'der', type: 'spki' }));
  const names = (options.dnsNames ?? []).map((value) => ({ type: 'dns' as const, value }));
  const info = encodeRequestInfo({
    subject: createName([{ oid: oids.commonName, value: options.subject }]),
    publicKey: { der: publicKey },
    extensions: names.length === 0 ? [] : [subjectAltNameExtension(names)],
  });
  return {
    privateKeyPem: key.export({ format: 'pem', type: 'pkcs8' }).toString(),
    publicKey,
    request: encodeCertificationRequest(info, signatureAlgorithm(scheme), sign(digest, info, key)),
  };
}

function readKey(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    throw unsupported();
  }
}

function signatureOf(key: KeyObject) {
  if (key.asymmetricKeyType === 'rsa') return { digest: 'sha256', scheme: 'rsa-pkcs1-sha256' } as const;
  switch (key.asymmetricKeyDetails?.namedCurve) {
    case 'prime256v1':
      return { digest: 'sha256', scheme: 'ecdsa-with-sha256' } as const;
    case 'secp384r1':
      return { digest: 'sha384', scheme: 'ecdsa-with-sha384' } as const;
    default:
      throw unsupported();
  }
}

function unsupported(): PkiFault {
  return new PkiFault('ENTENTE_PKI_KEY_UNSUPPORTED', {
    sentence: 'expected a private key on P-256 or P-384, or RSA, in PKCS#8 PEM, found another text',
    place: 'privateKeyPem of a request',
    remedy: 'leave it out to generate a key',
  });
}
