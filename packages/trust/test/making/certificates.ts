import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type Certificate, decodeCertificate } from '@entente/x509';
import { bits, type Dn, dn, integer, isTrue, nothing, octets, oid, sequence, time, tlv } from './der.ts';
import { generalName, type NameInput } from './general-names.ts';

export const day = 86_400_000;
/** The time at which tests judge. */
export const now = Date.UTC(2026, 5, 15, 12);

/** A certificate with its key. */
export interface Made {
  readonly der: Buffer;
  readonly certificate: Certificate;
  readonly key: KeyObject;
  readonly subject: Dn;
  readonly keyId: Buffer;
}

export interface CertificateInput {
  readonly subject?: Dn;
  /** Default: signed by itself. */
  readonly issuer?: Pick<Made, 'key' | 'subject' | 'keyId'>;
  readonly serial?: number | bigint | Uint8Array;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly names?: readonly NameInput[];
  /** basicConstraints; `false` leaves the extension out. */
  readonly ca?: { readonly cA?: boolean; readonly pathLength?: number } | false;
  /** keyUsage by bit number; `false` leaves the extension out. */
  readonly keyUsage?: readonly number[] | false;
  readonly extKeyUsage?: readonly string[] | false;
  readonly permitted?: readonly NameInput[];
  readonly excluded?: readonly NameInput[];
  readonly policies?: readonly string[];
  readonly mappings?: readonly (readonly [string, string])[];
  readonly policyConstraints?: { readonly requireExplicit?: number; readonly inhibitMapping?: number };
  readonly inhibitAny?: number;
  /** Whole DER of further extensions. */
  readonly extensions?: readonly Buffer[];
  /** Extensions that otherwise come by themselves, by object identifier: another one instead, or `false` for none. */
  readonly instead?: Readonly<Record<string, Buffer | false>>;
  /** Writes both times as GeneralizedTime, whatever the year. */
  readonly generalizedTimes?: boolean;
  /** Further fields between key and extensions: unique identifiers. */
  readonly uniqueIds?: readonly Buffer[];
  /** Certifies these octets as SubjectPublicKeyInfo. */
  readonly spki?: Buffer;
  readonly keys?: KeyKinds;
  /** Certifies this key instead of a new one. */
  readonly keyOf?: Pick<Made, 'key'> & { readonly publicKey?: KeyObject };
  readonly digest?: 'sha256' | 'sha1';
  readonly spoilSignature?: boolean;
  readonly version?: 1 | 3;
}

export type KeyKinds = 'p256' | 'p384' | 'ed25519' | { readonly rsa: number };

export const usage = {
  digitalSignature: 0,
  keyCertSign: 5,
  cRLSign: 6,
} as const;
export const serverAuth = '1.3.6.1.5.5.7.3.1';
export const clientAuth = '1.3.6.1.5.5.7.3.2';
export const ocspSigning = '1.3.6.1.5.5.7.3.9';

let serials = 1000;
const p256 = (): { publicKey: KeyObject; privateKey: KeyObject } =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' });

function keyPair(kind: KeyKinds): { publicKey: KeyObject; privateKey: KeyObject } {
  if (kind === 'p256') return p256();
  if (kind === 'p384') return generateKeyPairSync('ec', { namedCurve: 'P-384' });
  if (kind === 'ed25519') return generateKeyPairSync('ed25519');
  return generateKeyPairSync('rsa', { modulusLength: kind.rsa });
}

/** An extension, ready to be put into a certificate, CRL or response. */
export function extension(id: string, critical: boolean, value: Uint8Array): Buffer {
  return sequence(oid(id), ...(critical ? [isTrue] : []), octets(value));
}

/** Bits of a named bit string, first bit first. */
export function namedBits(set: readonly number[], tag = 0x03): Buffer {
  const highest = Math.max(-1, ...set);
  const bytes = Buffer.alloc(Math.ceil((highest + 1) / 8));
  for (const bit of set) bytes[bit >> 3]! |= 0x80 >> (bit & 7);
  return tlv(tag, Buffer.of(highest < 0 ? 0 : 7 - (highest & 7)), bytes);
}

export function signatureOf(
  key: KeyObject,
  digest: string,
): { readonly identifier: Buffer; sign(tbs: Buffer): Buffer } {
  const type = key.asymmetricKeyType;
  if (type === 'ed25519')
    return { identifier: sequence(oid('1.3.101.112')), sign: (tbs) => sign(null, tbs, key) };
  const ids =
    type === 'rsa'
      ? { sha256: '1.2.840.113549.1.1.11', sha1: '1.2.840.113549.1.1.5' }
      : { sha256: '1.2.840.10045.4.3.2', sha1: '1.2.840.10045.4.1' };
  const id = oid(ids[digest as 'sha256' | 'sha1']);
  return {
    identifier: type === 'rsa' ? sequence(id, nothing) : sequence(id),
    sign: (tbs) => sign(digest, tbs, key),
  };
}

/** Makes a certificate as told. */
export function make(input: CertificateInput): Made {
  const pair =
    input.keyOf === undefined
      ? keyPair(input.keys ?? 'p256')
      : { privateKey: input.keyOf.key, publicKey: publicOf(input.keyOf.key) };
  const spki = input.spki ?? pair.publicKey.export({ format: 'der', type: 'spki' });
  const keyId = createHash('sha1').update(spki).digest();
  const subject = input.subject ?? [['CN', 'leaf']];
  const issuer = input.issuer ?? { key: pair.privateKey, subject, keyId };
  const algorithm = signatureOf(issuer.key, input.digest ?? 'sha256');
  const version = input.version ?? 3;
  const tbs = sequence(
    ...(version === 3 ? [tlv(0xa0, integer(2))] : []),
    integer(input.serial ?? ++serials),
    algorithm.identifier,
    dn(issuer.subject),
    sequence(
      time(input.notBefore ?? now - 30 * day, input.generalizedTimes),
      time(input.notAfter ?? now + 30 * day, input.generalizedTimes),
    ),
    dn(subject),
    spki,
    ...(input.uniqueIds ?? []),
    ...(version === 3 ? [tlv(0xa3, sequence(...extensionsOf(input, keyId, issuer.keyId)))] : []),
  );
  const signature = Buffer.from(algorithm.sign(tbs));
  if (input.spoilSignature === true) signature[signature.length - 1]! ^= 1;
  const der = sequence(tbs, algorithm.identifier, bits(signature));
  const decoded = decodeCertificate(der);
  if (!decoded.ok)
    throw new Error(`the test made a certificate that cannot be read: ${decoded.error.message}`);
  return { der, certificate: decoded.value, key: pair.privateKey, subject, keyId };
}

function extensionsOf(input: CertificateInput, keyId: Buffer, issuerKeyId: Buffer): readonly Buffer[] {
  const isCa = input.ca !== undefined && input.ca !== false;
  const list: Buffer[] = [
    extension('2.5.29.14', false, octets(keyId)),
    extension('2.5.29.35', false, sequence(tlv(0x80, issuerKeyId))),
  ];
  if (isCa) {
    const { cA = true, pathLength } = input.ca as { cA?: boolean; pathLength?: number };
    const parts = [...(cA ? [isTrue] : []), ...(pathLength === undefined ? [] : [integer(pathLength)])];
    list.push(extension('2.5.29.19', true, sequence(...parts)));
  }
  const keyUsage = input.keyUsage ?? (isCa ? [usage.keyCertSign, usage.cRLSign] : [usage.digitalSignature]);
  if (keyUsage !== false) list.push(extension('2.5.29.15', true, namedBits(keyUsage)));
  const extKeyUsage = input.extKeyUsage ?? (isCa ? false : [serverAuth, clientAuth]);
  if (extKeyUsage !== false) list.push(extension('2.5.29.37', false, sequence(...extKeyUsage.map(oid))));
  if (input.names !== undefined && input.names.length > 0) {
    const critical = (input.subject ?? ['x']).length === 0;
    list.push(extension('2.5.29.17', critical, sequence(...input.names.map(generalName))));
  }
  if (input.permitted !== undefined || input.excluded !== undefined) {
    const subtrees = (tag: number, names: readonly NameInput[] | undefined): readonly Buffer[] =>
      names === undefined ? [] : [tlv(tag, ...names.map((name) => sequence(generalName(name))))];
    list.push(
      extension(
        '2.5.29.30',
        true,
        sequence(...subtrees(0xa0, input.permitted), ...subtrees(0xa1, input.excluded)),
      ),
    );
  }
  if (input.policies !== undefined) {
    list.push(extension('2.5.29.32', false, sequence(...input.policies.map((id) => sequence(oid(id))))));
  }
  if (input.mappings !== undefined) {
    const pairs = input.mappings.map(([from, to]) => sequence(oid(from), oid(to)));
    list.push(extension('2.5.29.33', true, sequence(...pairs)));
  }
  if (input.policyConstraints !== undefined) {
    const { requireExplicit, inhibitMapping } = input.policyConstraints;
    const parts = [
      ...(requireExplicit === undefined ? [] : [integer(requireExplicit, 0x80)]),
      ...(inhibitMapping === undefined ? [] : [integer(inhibitMapping, 0x81)]),
    ];
    list.push(extension('2.5.29.36', true, sequence(...parts)));
  }
  if (input.inhibitAny !== undefined) list.push(extension('2.5.29.54', true, integer(input.inhibitAny)));
  const all = list.flatMap((one) => {
    const found = Object.entries(input.instead ?? {}).find(([id]) => one.includes(oid(id)));
    return found === undefined ? [one] : found[1] === false ? [] : [found[1]];
  });
  return [...all, ...(input.extensions ?? [])];
}

function publicOf(key: KeyObject): KeyObject {
  return createPublicKey(key);
}

/** A root. */
export function makeRoot(name: string, input: CertificateInput = {}): Made {
  return make({ subject: [['CN', name]], ca: {}, notAfter: now + 3650 * day, ...input });
}

/** A CA below another. */
export function makeCa(issuer: Made, name: string, input: CertificateInput = {}): Made {
  return make({ subject: [['CN', name]], ca: {}, issuer, notAfter: now + 365 * day, ...input });
}

/** A leaf with DNS names. */
export function makeLeaf(
  issuer: Made,
  names: readonly (string | NameInput)[],
  input: CertificateInput = {},
): Made {
  const all = names.map((name) => (typeof name === 'string' ? { dns: name } : name));
  return make({ issuer, names: all, ...input });
}
