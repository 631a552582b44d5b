import { createHmac, createPrivateKey, KeyObject, timingSafeEqual } from 'node:crypto';
import {
  type Certificate,
  type Decoded,
  type DerReader,
  decodeCertificate,
  readDer,
  TAG,
} from '@entente/x509';
import { oidOf, readIterations, readScheme } from './decrypted-content.ts';
import { derivedKey, purpose } from './derived-key.ts';
import { digests, ids } from './object-ids.ts';

/** What a PKCS#12 file contains. */
export interface Pkcs12Content {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly Certificate[];
}

/** What stands in a file, or why it cannot be read; `passphrase` is true where another passphrase may help. */
export type Pkcs12Read =
  | { readonly ok: true; readonly value: Pkcs12Content }
  | { readonly ok: false; readonly why: string; readonly passphrase: boolean };

/** Certificates and keys of one file. */
const mostBags = 256;
const explicit = 0xa0;
const implicitOctets = 0x80;

/**
 * Reads keys and certificates from a PKCS#12 file in DER, after its MAC was verified.
 *
 * @param bytes - the file
 * @param passphrase - of the file; the same for the MAC and for what is encrypted
 * @see RFC 7292 §4
 */
export function readPkcs12(bytes: Uint8Array, passphrase: string): Pkcs12Read {
  const outer = readDer(bytes, 'pkcs12', readOuter);
  if (!outer.ok) return unreadable(outer);
  const { authenticated, mac } = outer.value;
  if (mac === undefined) return { ok: false, why: 'a file without a MAC', passphrase: false };
  if (!mac(authenticated, passphrase))
    return { ok: false, why: 'a MAC of another passphrase', passphrase: true };
  const safes = readDer(authenticated, 'authenticatedSafe', readSafes);
  if (!safes.ok) return unreadable(safes);
  const keys: KeyObject[] = [];
  const certificates: Certificate[] = [];
  for (const safe of safes.value) {
    let bags: Decoded<readonly (KeyObject | Uint8Array)[]>;
    try {
      bags = readDer(safe(passphrase), 'safeContents', (reader) => readBags(reader, passphrase));
    } catch (error) {
      return { ok: false, why: `contents that cannot be decrypted (${codeOf(error)})`, passphrase: true };
    }
    if (!bags.ok) return unreadable(bags);
    for (const bag of bags.value) {
      if (bag instanceof KeyObject) keys.push(bag);
      else {
        const decoded = decodeCertificate(bag);
        if (!decoded.ok) return unreadable(decoded);
        certificates.push(decoded.value);
      }
    }
  }
  return { ok: true, value: { keys, certificates } };
}

function unreadable({ error }: Extract<Decoded<unknown>, { ok: false }>): Pkcs12Read {
  return { ok: false, why: `${error.message} (${error.where}, octet ${error.offset})`, passphrase: false };
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error);
}

type Mac = (content: Uint8Array, passphrase: string) => boolean;

function readOuter(reader: DerReader): { authenticated: Uint8Array; mac: Mac | undefined } {
  const outer = reader.open(TAG.SEQUENCE);
  if (reader.smallUnsigned() !== 3) reader.fail('expected version 3, found another');
  const content = reader.open(TAG.SEQUENCE);
  if (oidOf(reader) !== ids.data)
    reader.fail('expected contents under a MAC, found others, e.g. signed ones');
  const authenticated = octetsIn(reader);
  reader.close(content);
  const mac = reader.more() ? readMac(reader) : undefined;
  reader.close(outer);
  return { authenticated, mac };
}

function readMac(reader: DerReader): Mac {
  const outer = reader.open(TAG.SEQUENCE);
  const info = reader.open(TAG.SEQUENCE);
  const algorithm = reader.open(TAG.SEQUENCE);
  const digest =
    digests.get(oidOf(reader)) ?? reader.fail('expected a MAC with SHA-1 or SHA-2, found another');
  if (reader.more()) reader.any();
  reader.close(algorithm);
  reader.octetString();
  const expected = reader.view();
  reader.close(info);
  reader.octetString();
  const salt = reader.view();
  const iterations = reader.more() ? readIterations(reader) : 1;
  reader.close(outer);
  return (content, passphrase) => {
    const what = { digest, passphrase, salt, iterations, purpose: purpose.macKey, bytes: digest.bytes };
    const found = createHmac(digest.name, derivedKey(what)).update(content).digest();
    return found.length === expected.length && timingSafeEqual(found, expected);
  };
}

/** Each safe as a function that decrypts it. */
function readSafes(reader: DerReader): readonly ((passphrase: string) => Uint8Array)[] {
  const safes: ((passphrase: string) => Uint8Array)[] = [];
  const outer = reader.open(TAG.SEQUENCE);
  while (reader.more()) {
    if (safes.length === mostBags) reader.fail(`expected at most ${mostBags} contents, found more`);
    const content = reader.open(TAG.SEQUENCE);
    const id = oidOf(reader);
    if (id === ids.data) {
      const plain = octetsIn(reader);
      safes.push(() => plain);
    } else if (id === ids.encryptedData) safes.push(readEncrypted(reader));
    else
      reader.fail('expected contents that a passphrase has encrypted, found others, e.g. for a public key');
    reader.close(content);
  }
  reader.close(outer);
  return safes;
}

/** @see RFC 5652 §8 */
function readEncrypted(reader: DerReader): (passphrase: string) => Uint8Array {
  const wrapper = reader.open(explicit);
  const outer = reader.open(TAG.SEQUENCE);
  reader.smallUnsigned();
  const info = reader.open(TAG.SEQUENCE);
  reader.oid();
  const decrypt = readScheme(reader);
  reader.octetString(implicitOctets);
  const encrypted = reader.view();
  reader.close(info);
  while (reader.more()) reader.any();
  reader.close(outer);
  reader.close(wrapper);
  return (passphrase) => decrypt(encrypted, passphrase);
}

/** Keys, and certificates as DER; bags of other kinds are passed over. */
function readBags(reader: DerReader, passphrase: string): readonly (KeyObject | Uint8Array)[] {
  const found: (KeyObject | Uint8Array)[] = [];
  const outer = reader.open(TAG.SEQUENCE);
  while (reader.more()) {
    if (found.length === mostBags)
      reader.fail(`expected at most ${mostBags} keys and certificates, found more`);
    const bag = reader.open(TAG.SEQUENCE);
    const id = oidOf(reader);
    const value = reader.open(explicit);
    if (id === ids.certBag) {
      const certificate = readCertificate(reader);
      if (certificate !== undefined) found.push(certificate);
    } else {
      const from = reader.pos;
      reader.any();
      const key = Buffer.from(reader.view(from, reader.pos));
      const options = { key, format: 'der', type: 'pkcs8' } as const;
      if (id === ids.keyBag) found.push(createPrivateKey(options));
      else if (id === ids.pkcs8ShroudedKeyBag) found.push(createPrivateKey({ ...options, passphrase }));
    }
    reader.close(value);
    if (reader.more()) reader.any();
    reader.close(bag);
  }
  reader.close(outer);
  return found;
}

function readCertificate(reader: DerReader): Uint8Array | undefined {
  const outer = reader.open(TAG.SEQUENCE);
  const isX509 = oidOf(reader) === ids.x509Certificate;
  const certificate = octetsIn(reader);
  reader.close(outer);
  return isX509 ? certificate : undefined;
}

/** An OCTET STRING in `[0] EXPLICIT`. */
function octetsIn(reader: DerReader): Uint8Array {
  const outer = reader.open(explicit);
  reader.octetString();
  const octets = reader.view();
  reader.close(outer);
  return octets;
}
