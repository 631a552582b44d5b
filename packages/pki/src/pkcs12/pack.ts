import forge from 'node-forge';
import { checkGiven, type Given, maybe } from '../ground/check-given.ts';
import { isOctets, isText } from '../ground/given.ts';
import {
  bmpString,
  derOf,
  explicit0,
  fromBinary,
  implicitOctets0,
  integer,
  nothing,
  octets,
  oid,
  sequence,
  set,
  toBinary,
} from './asn1.ts';

type Node = forge.asn1.Asn1;
const { oids } = forge.pki as unknown as { oids: Record<string, string> };

/** The content of a PKCS#12 file. */
export interface Pkcs12Content {
  /** PKCS#8 DER, of any kind of key. */
  readonly privateKey: Uint8Array;
  /** DER, leaf first. */
  readonly chain: readonly Uint8Array[];
}

/** How a PKCS#12 file is protected. */
export interface Pkcs12Options {
  /** Printable ASCII: beyond it the two encodings of a password in PKCS#12 differ, and readers disagree. */
  readonly password: string;
  /** Shown by the program that imports the file, e.g. the FQDN. */
  readonly friendlyName?: string;
  /** Rounds of PBKDF2, 1,000 to 10,000,000, and ten times as many as of the MAC's key derivation. Default 100,000. */
  readonly iterations?: number;
}

const saltBytes = 16;
const defaultIterations = 100_000;
const macBytes = 32;
/** RFC 8018 §4.2 wants no fewer. */
const fewestIterations = 1_000;
const mostIterations = 10_000_000;

/** PEM would be packed as it is, and no program could read it. */
const isDer = (value: unknown): boolean => isOctets(value) && value[0] === 0x30;
const contentKinds: Readonly<Record<string, Given>> = {
  privateKey: ['PKCS#8 in DER in a Uint8Array', isDer],
  chain: [
    'certificates in DER in a list of Uint8Array, leaf first',
    (value) => Array.isArray(value) && value.length > 0 && value.every(isDer),
  ],
};
const optionKinds: Readonly<Record<string, Given>> = {
  password: ['a text of printable ASCII', (value) => isText(value) && isPrintableAscii(value)],
  friendlyName: maybe(['a text', (value) => typeof value === 'string']),
  iterations: maybe([
    `a whole number from ${fewestIterations} to ${mostIterations}`,
    (value) =>
      Number.isInteger(value) && Number(value) >= fewestIterations && Number(value) <= mostIterations,
  ]),
};

/**
 * Packs a key and its chain as PKCS#12: AES-256 with PBKDF2-HMAC-SHA-256 for both, HMAC-SHA-256 over the whole. It supports every
 * kind of key, because the PKCS#8 bytes of the key are never interpreted.
 * @param content - key and chain
 * @param options - password, name, rounds
 * @returns the PFX, DER
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a password that is not printable ASCII, a chain without certificate, and options that there are not
 * @see RFC 7292 §4
 */
export function packPkcs12(content: Pkcs12Content, options: Pkcs12Options): Uint8Array {
  checkGiven(content, contentKinds, 'packPkcs12');
  checkGiven(options, optionKinds, 'packPkcs12');
  const leaf = content.chain[0] as Uint8Array;
  const iterations = options.iterations ?? defaultIterations;
  const attributes = bagAttributes(leaf, options.friendlyName);
  const certificates = sequence(
    ...content.chain.map((der, index) => certificateBag(der, index === 0 ? attributes : undefined)),
  );
  const keyInfo = forge.asn1.fromDer(toBinary(content.privateKey));
  const keys = sequence(
    sequence(
      oid(oids.pkcs8ShroudedKeyBag as string),
      explicit0(encrypt(keyInfo, options.password, iterations)),
      attributes,
    ),
  );
  const safe = derOf(sequence(encryptedData(certificates, options.password, iterations), data(derOf(keys))));
  const pfx = sequence(
    integer(3),
    data(safe),
    macData(safe, options.password, Math.max(1, Math.floor(iterations / 10))),
  );
  return fromBinary(derOf(pfx));
}

function encrypt(node: Node, password: string, count: number): Node {
  return forge.pki.encryptPrivateKeyInfo(node, password, {
    algorithm: 'aes256',
    prfAlgorithm: 'sha256',
    count,
    saltSize: saltBytes,
  });
}

/**
 * EncryptedData (RFC 5652 §8). The function of node-forge is for private keys, but it encrypts any node and returns an algorithm
 * and octets.
 */
function encryptedData(node: Node, password: string, count: number): Node {
  const [algorithm, encrypted] = encrypt(node, password, count).value as [Node, Node];
  return sequence(
    oid(oids.encryptedData as string),
    explicit0(
      sequence(
        integer(0),
        sequence(oid(oids.data as string), algorithm, implicitOctets0(encrypted.value as string)),
      ),
    ),
  );
}

function data(content: string): Node {
  return sequence(oid(oids.data as string), explicit0(octets(content)));
}

function certificateBag(der: Uint8Array, attributes: Node | undefined): Node {
  const value = sequence(oid(oids.x509Certificate as string), explicit0(octets(toBinary(der))));
  const bag = [oid(oids.certBag as string), explicit0(value)];
  return sequence(...bag, ...(attributes === undefined ? [] : [attributes]));
}

/** The same localKeyId on both shows the importing program which certificate belongs to the key. */
function bagAttributes(leaf: Uint8Array, friendlyName: string | undefined): Node {
  const hash = forge.md.sha1.create().update(toBinary(leaf)).digest().getBytes();
  const keyId = sequence(oid(oids.localKeyId as string), set(octets(hash)));
  if (friendlyName === undefined) return set(keyId);
  return set(sequence(oid(oids.friendlyName as string), set(bmpString(friendlyName))), keyId);
}

function macData(safe: string, password: string, iterations: number): Node {
  const salt = forge.random.getBytesSync(saltBytes);
  const key = forge.pkcs12.generateKey(
    password,
    forge.util.createBuffer(salt),
    3,
    iterations,
    macBytes,
    forge.md.sha256.create(),
  );
  const mac = forge.hmac.create();
  mac.start('sha256', key);
  mac.update(safe);
  return sequence(
    sequence(sequence(oid(oids.sha256 as string), nothing()), octets(mac.digest().getBytes())),
    octets(salt),
    integer(iterations),
  );
}

function isPrintableAscii(text: string): boolean {
  return /^[\x20-\x7e]+$/.test(text);
}
