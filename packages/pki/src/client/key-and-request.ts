import 'reflect-metadata';
import { createPrivateKey, createPublicKey, type KeyObject, webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';
import { PkiFault } from '../ground/fault.ts';

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

const algorithms = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
};

/**
 * Generates a key, or takes the one that is given, and signs a request with it.
 * @param options - subject, names and kind of key
 * @returns key and request; nothing is stored
 * @throws PkiFault `ENTENTE_PKI_KEY_UNSUPPORTED` for a `privateKeyPem` that is not a key of an allowed kind
 */
export async function createKeyAndRequest(options: KeyAndRequestOptions): Promise<KeyAndRequest> {
  const { algorithm, keys } =
    options.privateKeyPem === undefined
      ? await newKeys(algorithms[options.keyKind ?? 'ec-p256'])
      : await importKeys(options.privateKeyPem);
  const dnsNames = options.dnsNames ?? [];
  const request = await Pkcs10CertificateRequestGenerator.create(
    {
      // The JSON form needs no escaping, whatever the subject contains.
      name: [{ CN: [options.subject] }],
      keys,
      signingAlgorithm: algorithm,
      extensions:
        dnsNames.length === 0
          ? []
          : [new SubjectAlternativeNameExtension(dnsNames.map((value) => ({ type: 'dns' as const, value })))],
    },
    webcrypto,
  );
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  const spki = await webcrypto.subtle.exportKey('spki', keys.publicKey);
  return {
    privateKeyPem: privateKeyPem(new Uint8Array(pkcs8)),
    publicKey: new Uint8Array(spki),
    request: new Uint8Array(request.rawData),
  };
}

type Algorithm = (typeof algorithms)[keyof typeof algorithms];

interface Keys {
  readonly algorithm: Algorithm;
  readonly keys: webcrypto.CryptoKeyPair;
}

async function newKeys(algorithm: Algorithm): Promise<Keys> {
  return { algorithm, keys: await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']) };
}

async function importKeys(pem: string): Promise<Keys> {
  const key = readKey(pem);
  const algorithm = key === undefined ? undefined : algorithmOf(key);
  if (key === undefined || algorithm === undefined) {
    throw new PkiFault('ENTENTE_PKI_KEY_UNSUPPORTED', {
      sentence: 'expected a private key on P-256 or P-384, or RSA, in PKCS#8 PEM, found another text',
      place: 'privateKeyPem of a request',
      remedy: 'leave it out to generate a key',
    });
  }
  const pkcs8 = key.export({ format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    algorithm,
    keys: {
      privateKey: await webcrypto.subtle.importKey('pkcs8', pkcs8, algorithm, true, ['sign']),
      publicKey: await webcrypto.subtle.importKey('spki', spki, algorithm, true, ['verify']),
    },
  };
}

function readKey(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

function algorithmOf(key: KeyObject): Algorithm | undefined {
  if (key.asymmetricKeyType === 'rsa') return algorithms['rsa-2048'];
  const { namedCurve } = key.asymmetricKeyDetails ?? {};
  if (namedCurve === 'prime256v1') return algorithms['ec-p256'];
  return namedCurve === 'secp384r1' ? algorithms['ec-p384'] : undefined;
}

function rsa(modulusLength: number) {
  return {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength,
  };
}

function privateKeyPem(pkcs8: Uint8Array): string {
  const base64 = Buffer.from(pkcs8).toString('base64');
  const lines: string[] = [];
  for (let at = 0; at < base64.length; at += 64) lines.push(base64.slice(at, at + 64));
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}
