import { createCipheriv, createPrivateKey, type KeyObject, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { DerWriter, encodePem, TAG } from '@entente/x509';
import { PkiFault } from '../ground/fault.ts';

const derive = promisify(pbkdf2);

/** Rounds of PBKDF2 with HMAC-SHA-256 over the passphrase of a key: what a guess costs. */
export const keyProtectionRounds = 600_000;

const saltBytes = 16;
const blockBytes = 16;
const keyBytes = 32;
const maxPassphraseLength = 1_024;
const encryptedLabel = '-----BEGIN ENCRYPTED PRIVATE KEY-----';
const objectIds = {
  pbes2: '1.2.840.113549.1.5.13',
  pbkdf2: '1.2.840.113549.1.5.12',
  hmacWithSha256: '1.2.840.113549.2.9',
  aes256Cbc: '2.16.840.1.101.3.4.1.42',
} as const;

/**
 * A key as it is written to disk: PKCS#8 in PEM, encrypted where there is a passphrase (PBES2: PBKDF2 with HMAC-SHA-256,
 * {@link keyProtectionRounds} rounds, AES-256-CBC), so that OpenSSL reads it too.
 * @param key - private
 * @param passphrase - see `refusePassphrase`; undefined: not encrypted
 * @see RFC 5958 §3, RFC 8018 §6.2
 */
export async function protectedKey(key: KeyObject, passphrase: string | undefined): Promise<string> {
  if (passphrase === undefined) return key.export({ format: 'pem', type: 'pkcs8' }).toString();
  const salt = randomBytes(saltBytes);
  const start = randomBytes(blockBytes);
  const derived = await derive(passphrase, salt, keyProtectionRounds, keyBytes, 'sha256');
  const cipher = createCipheriv('aes-256-cbc', derived, start);
  const content = cipher.update(key.export({ format: 'der', type: 'pkcs8' }));
  const encrypted = Buffer.concat([content, cipher.final()]);
  const writer = new DerWriter();
  const sequence = (fill: () => void): void => writer.constructed(TAG.SEQUENCE, fill);
  sequence(() => {
    sequence(() => {
      writer.oid(objectIds.pbes2);
      sequence(() => {
        sequence(() => {
          writer.oid(objectIds.pbkdf2);
          sequence(() => {
            writer.octetString(salt);
            writer.integer(keyProtectionRounds);
            sequence(() => {
              writer.oid(objectIds.hmacWithSha256);
              writer.null();
            });
          });
        });
        sequence(() => {
          writer.oid(objectIds.aes256Cbc);
          writer.octetString(start);
        });
      });
    });
    writer.octetString(encrypted);
  });
  return encodePem('ENCRYPTED PRIVATE KEY', writer.toBytes());
}

/**
 * Reads a key of {@link protectedKey}, or one that another program has encrypted.
 * @param pem - of the file
 * @param passphrase - undefined: the key must not be encrypted
 * @param place - path of the file, for the fault
 * @throws PkiFault `ENTENTE_PKI_PASSPHRASE` where there is none, another one, or one for a key that is not encrypted;
 * `ENTENTE_PKI_AUTHORITY_DAMAGED` where there is no key
 */
export function readProtectedKey(pem: Buffer, passphrase: string | undefined, place: string): KeyObject {
  const isEncrypted = pem.includes(encryptedLabel);
  if (isEncrypted && passphrase === undefined) {
    throw passphraseFault(
      place,
      'expected the passphrase of an encrypted key, found none',
      'give the passphrase with which the authority was created as the option passphrase',
    );
  }
  if (!isEncrypted && passphrase !== undefined && pem.includes('PRIVATE KEY-----')) {
    throw passphraseFault(
      place,
      'expected an encrypted key, found one that anybody can read who has the file',
      `encrypt it: openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter ${keyProtectionRounds} -in ${place} -out NEW, and move NEW there; or leave the option passphrase out`,
    );
  }
  try {
    return createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch (cause) {
    if (isEncrypted) {
      throw passphraseFault(
        place,
        'expected the passphrase with which the key was encrypted, found another one',
        'give the passphrase with which the authority was created; without it the key cannot be read, and a new authority is needed',
        cause,
      );
    }
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: 'the file does not contain a private key',
      place,
      remedy:
        'put it back from a copy of the folder, or restore the last backup with entente ca restore of @entente/commands',
      cause,
    });
  }
}

/**
 * Refuses a passphrase that would protect nothing: an empty one is what a variable of the environment gives that was not set.
 * @param passphrase - anything
 * @param place - the option, for the fault
 * @throws PkiFault `ENTENTE_PKI_PASSPHRASE`
 */
export function refusePassphrase(passphrase: unknown, place: string): asserts passphrase is string {
  const { length } = typeof passphrase === 'string' ? passphrase : { length: 0 };
  if (length > 0 && length <= maxPassphraseLength) return;
  const found = typeof passphrase === 'string' ? `one of ${length} characters` : typeof passphrase;
  throw passphraseFault(
    place,
    `expected a passphrase of 1 to ${maxPassphraseLength} characters, found ${found}`,
    'set the variable or file that it is read from; leave the option passphrase out for keys that are not encrypted',
  );
}

function passphraseFault(place: string, sentence: string, remedy: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_PASSPHRASE', { sentence, place, remedy, cause });
}
