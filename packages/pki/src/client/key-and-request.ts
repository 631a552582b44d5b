import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator, SubjectAlternativeNameExtension } from '@peculiar/x509';

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
  /** Default `ec-p256`. */
  readonly keyKind?: 'ec-p256' | 'ec-p384' | 'rsa-2048' | 'rsa-3072';
}

const algorithms = {
  'ec-p256': { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' },
  'ec-p384': { name: 'ECDSA', namedCurve: 'P-384', hash: 'SHA-384' },
  'rsa-2048': rsa(2048),
  'rsa-3072': rsa(3072),
};

/**
 * Generates a key and signs a request with it.
 * @param options - subject, names and kind of key
 * @returns key and request; nothing is stored
 */
export async function createKeyAndRequest(options: KeyAndRequestOptions): Promise<KeyAndRequest> {
  const algorithm = algorithms[options.keyKind ?? 'ec-p256'];
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
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
