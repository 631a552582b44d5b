import { createDecipheriv, pbkdf2Sync } from 'node:crypto';
import { type DerReader, TAG } from '@entente/x509';
import { derivedKey, purpose } from './derived-key.ts';
import { ciphers, digests, hmacDigests, ids } from './object-ids.ts';

/** Rounds of a derivation: the file says how many, and one that says more would only stop the process. */
const mostIterations = 10_000_000;

/** How a content was encrypted. */
export type Scheme = (encrypted: Uint8Array, passphrase: string) => Buffer;

/**
 * Reads the AlgorithmIdentifier of an encryption with a passphrase.
 * @param reader - before the identifier
 * @returns what decrypts
 * @throws DerFault where it is malformed, or not one of PBES2 with AES, and SHA-1 with 3DES
 */
export function readScheme(reader: DerReader): Scheme {
  const outer = reader.open(TAG.SEQUENCE);
  const id = oidOf(reader);
  const scheme =
    id === ids.pbes2
      ? readPbes2(reader)
      : id === ids.pbeWithSha1And3KeyTripleDesCbc
        ? readTripleDes(reader)
        : reader.fail(`expected an encryption with AES, found ${nameOf(id)}`);
  reader.close(outer);
  return scheme;
}

/** @see RFC 8018 appendix A.4, A.2 */
function readPbes2(reader: DerReader): Scheme {
  const outer = reader.open(TAG.SEQUENCE);
  const derivation = reader.open(TAG.SEQUENCE);
  if (oidOf(reader) !== ids.pbkdf2) reader.fail('expected PBKDF2, found another derivation of keys');
  const parameters = reader.open(TAG.SEQUENCE);
  reader.octetString();
  const salt = reader.view();
  const iterations = readIterations(reader);
  if (reader.peek() === TAG.INTEGER) reader.smallUnsigned();
  let digest = 'sha1';
  if (reader.more()) {
    const prf = reader.open(TAG.SEQUENCE);
    digest =
      hmacDigests.get(oidOf(reader)) ?? reader.fail('expected HMAC with SHA-1 or SHA-2, found another');
    if (reader.more()) reader.any();
    reader.close(prf);
  }
  reader.close(parameters);
  reader.close(derivation);
  const encryption = reader.open(TAG.SEQUENCE);
  const cipher = ciphers.get(oidOf(reader)) ?? reader.fail('expected AES in CBC mode, found another cipher');
  reader.octetString();
  const iv = reader.view();
  reader.close(encryption);
  reader.close(outer);
  return (encrypted, passphrase) => {
    const key = pbkdf2Sync(passphrase, salt, iterations, cipher.keyBytes, digest);
    return decrypted(cipher.name, key, iv, encrypted);
  };
}

/** @see RFC 7292 appendix C */
function readTripleDes(reader: DerReader): Scheme {
  const outer = reader.open(TAG.SEQUENCE);
  reader.octetString();
  const salt = reader.view();
  const iterations = readIterations(reader);
  reader.close(outer);
  const digest = digests.get('2b0e03021a')!;
  return (encrypted, passphrase) => {
    const shared = { digest, passphrase, salt, iterations };
    const key = derivedKey({ ...shared, purpose: purpose.cipherKey, bytes: 24 });
    return decrypted(
      'des-ede3-cbc',
      key,
      derivedKey({ ...shared, purpose: purpose.iv, bytes: 8 }),
      encrypted,
    );
  };
}

/**
 * Reads a number of rounds.
 * @param reader - before the number
 */
export function readIterations(reader: DerReader): number {
  const iterations = reader.smallUnsigned();
  return iterations >= 1 && iterations <= mostIterations
    ? iterations
    : reader.fail(`expected 1 to ${mostIterations} iterations, found ${iterations}`);
}

/**
 * Reads an object identifier.
 * @param reader - before it
 * @returns its octets in hex, as in `ids`
 */
export function oidOf(reader: DerReader): string {
  reader.oid();
  return Buffer.from(reader.view()).toString('hex');
}

function decrypted(cipher: string, key: Buffer, iv: Uint8Array, encrypted: Uint8Array): Buffer {
  const decipher = createDecipheriv(cipher, key, iv);
  return Buffer.concat([decipher.update(encrypted), decipher.final()]);
}

/** RC2 with 40 bits is what Windows and OpenSSL before version 3 write for certificates. */
function nameOf(id: string): string {
  return id === '2a864886f70d010c0106' ? 'RC2 with a key of 40 bits' : `the scheme ${id}`;
}
