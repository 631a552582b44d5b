import forge from 'node-forge';
import { PkiFault } from '../ground/fault.ts';
import { isOctets, unlike } from '../ground/given.ts';
import { derOf, fromBinary, toBinary } from './asn1.ts';
import type { Pkcs12Content } from './pack.ts';

const { oids } = forge.pki as unknown as { oids: Record<string, string> };
const maxBytes = 262_144;

/**
 * Unpacks a PKCS#12 file with one private key and its certificates.
 * @param pfx - DER or BER, at most 256 KiB
 * @param password - of the file
 * @returns the key as PKCS#8 and the certificates, the one that belongs to the key first, the others in file order
 * @throws PkiFault `ENTENTE_PKI_PKCS12_UNREADABLE` if it is not such a file, or the password is wrong; `ENTENTE_PKI_BAD_ARGUMENT`
 * where the file is not octets, or the password not a text
 * @see RFC 7292 §5
 */
export function unpackPkcs12(pfx: Uint8Array, password: string): Pkcs12Content {
  if (!isOctets(pfx)) throw unlike(pfx, 'the octets of the file', 'pfx of unpackPkcs12');
  if (typeof password !== 'string') throw unlike(password, 'a text', 'password of unpackPkcs12');
  if (pfx.length > maxBytes) throw unreadable(`expected at most ${maxBytes} octets, found ${pfx.length}`);
  let bags: forge.pkcs12.Bag[];
  try {
    const opened = forge.pkcs12.pkcs12FromAsn1(forge.asn1.fromDer(toBinary(pfx)), password);
    bags = opened.safeContents.flatMap(({ safeBags }) => safeBags);
  } catch (cause) {
    throw unreadable('the file is not PKCS#12, or the password is wrong', cause);
  }
  const keys = bags.filter(({ type }) => type === oids.pkcs8ShroudedKeyBag || type === oids.keyBag);
  const certificates = bags.filter(({ type }) => type === oids.certBag);
  const key = keys[0];
  if (key === undefined || keys.length > 1 || certificates.length === 0) {
    throw unreadable(
      `expected one private key and at least one certificate, found ${keys.length} keys and ${certificates.length} certificates`,
    );
  }
  const keyId = localKeyId(key);
  const own = certificates.filter((bag) => keyId !== undefined && localKeyId(bag) === keyId);
  const others = certificates.filter((bag) => !own.includes(bag));
  return { privateKey: keyDer(key), chain: [...own, ...others].map(certificateDer) };
}

function localKeyId(bag: forge.pkcs12.Bag): string | undefined {
  const values = (bag.attributes as { localKeyId?: string[] }).localKeyId;
  return values?.[0];
}

/** node-forge interprets RSA keys and certificates, and leaves others as decoded nodes. */
function keyDer(bag: forge.pkcs12.Bag): Uint8Array {
  if (bag.key) return fromBinary(derOf(forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(bag.key))));
  return fromBinary(derOf(bag.asn1));
}

function certificateDer(bag: forge.pkcs12.Bag): Uint8Array {
  if (bag.cert) return fromBinary(derOf(forge.pki.certificateToAsn1(bag.cert)));
  return fromBinary(derOf(bag.asn1));
}

function unreadable(sentence: string, cause?: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_PKCS12_UNREADABLE', {
    sentence,
    place: 'PKCS#12 file',
    remedy: 'check the file and the password',
    cause,
  });
}
