import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { type Certificate, decodePemCertificates, encodePem } from '@entente/x509';
import { TlsFault } from '../fault/fault.ts';
import type { KeyMaterial } from './credential.ts';
import { readPkcs12 } from './pkcs12/read-pkcs12.ts';

/** A source whose parts were checked to belong together: certificate and key, or pkcs12. */
export interface ReadableSource {
  readonly certificate?: string;
  readonly key?: string;
  readonly passphrase?: string;
  readonly pkcs12?: string | Uint8Array;
}

/**
 * Reads a chain and its key, and checks that the key belongs to the leaf.
 * @param source - where they are
 * @throws TlsFault as `loadCredential`
 */
export async function readMaterial(source: ReadableSource): Promise<KeyMaterial> {
  if (source.pkcs12 !== undefined) return fromPkcs12(source.pkcs12, source.passphrase ?? '');
  return fromPem(source.certificate!, source.key!, source.passphrase);
}

/** Whether a text is PEM, and not the path of a file. */
export function isPem(text: string): boolean {
  return text.includes('-----BEGIN ');
}

async function fromPem(
  certificate: string,
  key: string,
  passphrase: string | undefined,
): Promise<KeyMaterial> {
  const certificatePem = await textOf(certificate, 'certificate');
  const givenPem = await textOf(key, 'key');
  const certificatePlace = isPem(certificate) ? 'option identity.certificate' : certificate;
  const keyPlace = isPem(key) ? 'option identity.key' : key;

  const chain = decodePemCertificates(certificatePem);
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (!chain.ok || leaf === undefined) {
    throw new TlsFault('ENTENTE_CERTIFICATE_UNREADABLE', {
      sentence: `expected PEM certificates, leaf first, found ${isPem(certificatePem) && !chain.ok ? `${chain.error.message} (${chain.error.where})` : pemLabels(certificatePem)}`,
      place: certificatePlace,
      remedy:
        'use a file with one or more CERTIFICATE blocks; a key is the option key; `openssl x509 -inform der` writes a certificate in DER as PEM',
    });
  }
  const { keyPem, read } = readKey(givenPem, passphrase, keyPlace);
  if (!belongs(leaf, read)) {
    throw new TlsFault('ENTENTE_KEY_MISMATCH', {
      sentence: `expected the key of certificate ${leaf.subject.toString()} (serial ${leaf.serialHex}), found the key of another`,
      place: keyPlace,
      remedy: `use the key that belongs to ${certificatePlace}, or the certificate that was issued for this key`,
    });
  }
  return { certificatePem, keyPem, leaf };
}

/** What a text has in the place of certificates. */
function pemLabels(text: string): string {
  const labels = [...text.matchAll(/^-----BEGIN ([A-Z0-9 ]{1,40})-----/gm)].map(([, label = '']) => label);
  return labels.length === 0 ? 'no PEM' : [...new Set(labels)].join(', ');
}

/** A key that is not encrypted stays as it is written; one that is gets written without its encryption. */
function readKey(
  pem: string,
  passphrase: string | undefined,
  place: string,
): { readonly keyPem: string; readonly read: KeyObject } {
  const isEncrypted = /-----BEGIN ENCRYPTED |^Proc-Type: 4,ENCRYPTED/m.test(pem);
  // Who gives one believes that it protects the key.
  if (!isEncrypted && (passphrase ?? '') !== '' && pem.includes('PRIVATE KEY-----')) throw inTheClear(place);
  try {
    const read = createPrivateKey({ key: pem, ...(passphrase === undefined ? {} : { passphrase }) });
    return { keyPem: isEncrypted ? pemOf(read) : pem, read };
  } catch (cause) {
    if (!isEncrypted) {
      throw new TlsFault('ENTENTE_KEY_UNREADABLE', {
        sentence: `expected a private key in PEM, found ${pem.includes('-----BEGIN CERTIFICATE-----') ? 'CERTIFICATE' : 'something else'}`,
        place,
        remedy: 'use a file with a PRIVATE KEY block; `openssl pkcs8 -topk8 -nocrypt` writes one',
        cause,
      });
    }
    throw new TlsFault('ENTENTE_KEY_UNREADABLE', {
      sentence: `expected the passphrase of an encrypted private key, found ${passphrase === undefined ? 'none' : 'another one'}`,
      place,
      remedy: 'give it as the option passphrase; `openssl pkcs8 -topk8 -nocrypt` writes the key without one',
      cause,
    });
  }
}

function inTheClear(place: string): TlsFault {
  return new TlsFault('ENTENTE_KEY_UNREADABLE', {
    sentence: 'expected a private key that is encrypted with the passphrase, found one in the clear',
    place,
    remedy:
      'encrypt it with `openssl pkcs8 -topk8 -v2 aes-256-cbc`, and replace the key if others could read it; or leave the option passphrase out',
  });
}

async function fromPkcs12(source: string | Uint8Array, passphrase: string): Promise<KeyMaterial> {
  const place = typeof source === 'string' ? source : 'option identity.pkcs12';
  const bytes = typeof source === 'string' ? await bytesOf(source, 'PKCS#12') : source;
  if (isPem(Buffer.from(bytes).toString('latin1'))) throw pemForPkcs12(place);
  const content = readPkcs12(bytes, passphrase);
  if (!content.ok) {
    throw new TlsFault('ENTENTE_KEY_UNREADABLE', {
      sentence: `expected a PKCS#12 file in DER that this passphrase opens, found ${content.why}`,
      place,
      remedy: content.passphrase
        ? 'give its passphrase as the option passphrase'
        : 'write it again with OpenSSL 3: `openssl pkcs12 -in FILE -legacy -nodes -out all.pem`, then `openssl pkcs12 -export -in all.pem -out NEW.p12`',
    });
  }
  const { certificates, keys } = content.value;
  for (const key of keys) {
    const leaf = certificates.find((certificate) => belongs(certificate, key));
    if (leaf === undefined) continue;
    const chain = chainFrom(leaf, certificates);
    const certificatePem = chain.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
    return { certificatePem, keyPem: pemOf(key), leaf };
  }
  throw new TlsFault('ENTENTE_KEY_MISMATCH', {
    sentence: `expected a key and its certificate, found ${keys.length} keys and ${certificates.length} certificates, none of which belong together`,
    place,
    remedy: 'put both into the file: `openssl pkcs12 -export -inkey KEY -in CHAIN -out FILE`',
  });
}

function pemForPkcs12(place: string): TlsFault {
  return new TlsFault('ENTENTE_KEY_UNREADABLE', {
    sentence: 'expected a PKCS#12 file in DER, found PEM',
    place,
    remedy: 'give PEM as the options certificate and key in place of pkcs12',
  });
}

/** Leaf first, by the names of issuers; without the root, which the peer has or does not trust. */
function chainFrom(leaf: Certificate, all: readonly Certificate[]): readonly Certificate[] {
  const chain = [leaf];
  for (;;) {
    const { issuer } = chain.at(-1)!;
    const above = all.find(
      (one) => one.subject.canonical === issuer.canonical && one.subject.canonical !== one.issuer.canonical,
    );
    if (above === undefined || chain.includes(above)) return chain;
    chain.push(above);
  }
}

function belongs(certificate: Certificate, key: KeyObject): boolean {
  return new X509Certificate(certificate.der).checkPrivateKey(key);
}

function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }).toString();
}

async function textOf(textOrPath: string, what: string): Promise<string> {
  return isPem(textOrPath) ? textOrPath : (await bytesOf(textOrPath, what)).toString('utf8');
}

async function bytesOf(path: string, what: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    throw new TlsFault('ENTENTE_FILE_UNREADABLE', {
      sentence: `expected a readable ${what} file, found ${(cause as NodeJS.ErrnoException).code ?? 'an error'}`,
      place: path,
      remedy: 'create the file, correct the path, or give this user the right to read it',
      cause,
    });
  }
}
