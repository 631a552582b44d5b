import { decodeDer, type LimitDefaults } from '../der/decode-der.ts';
import type { Decoded, DecodeLimits } from '../der/decoded.ts';
import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import { hexText } from '../der/text.ts';
import type { TimeForm } from '../der/time.ts';
import { CERTIFICATE_EXTENSIONS } from '../extension/certificate-extensions.ts';
import { ExtendedValue } from '../extension/extended-value.ts';
import { ExtensionBlock } from '../extension/extension-block.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { SubjectPublicKeyInfo } from '../key/public-key.ts';
import { checkAlgorithm, readAlgorithm } from '../key/read-algorithm.ts';
import { readPublicKey } from '../key/read-public-key.ts';
import type { Name } from '../name/name.ts';
import { checkName, LazyName } from '../name/read-name.ts';
import type { Certificate } from './certificate.ts';

const LIMITS: LimitDefaults = { maxBytes: 1_048_576, maxDepth: 16, maxItems: 16_384 };

/**
 * Decodes a certificate. All of it is checked, extensions included; values are built when they are read.
 *
 * Refused beyond DER: signature algorithms that differ inside and outside, an extension that occurs twice or is empty where the
 * RFC forbids it, extensions before version 3, an RSA, EC or EdDSA key that is not valid. Accepted: serial numbers that are 0,
 * negative or longer than 20 octets, empty names, times in the wrong one of the two forms, signatures that are not whole octets,
 * and trailing zeros in keyUsage, because roots in every trust store have them.
 *
 * @param der - exactly one certificate; the value keeps views on it, so do not change it afterwards
 * @param limits - default: 1 MiB, 16 levels, 16,384 elements a list; never more than 256 extensions
 * @returns the certificate, or why it was refused and where
 * @see RFC 5280 §4.1
 */
export function decodeCertificate(der: Uint8Array, limits?: DecodeLimits): Decoded<Certificate> {
  return decodeDer(der, limits, LIMITS, 'certificate', readCertificate);
}

function readCertificate(reader: DerReader): Certificate {
  const { bytes } = reader;
  const marks = new Marks();
  const whole = reader.open(TAG.SEQUENCE);
  marks.tbsFrom = reader.pos;
  reader.where = 'tbsCertificate';
  const tbs = reader.open(TAG.SEQUENCE);
  reader.where = 'tbsCertificate.version';
  marks.version = readVersion(reader);
  reader.where = 'tbsCertificate.serialNumber';
  reader.integer();
  marks.serialFrom = reader.start;
  marks.serialTo = reader.stop;
  reader.where = 'tbsCertificate.signature';
  const innerFrom = reader.pos;
  checkAlgorithm(reader);
  const innerTo = reader.pos;
  reader.where = 'tbsCertificate.issuer';
  checkName(reader);
  marks.issuerTo = reader.pos;
  reader.where = 'tbsCertificate.validity';
  const validity = reader.open(TAG.SEQUENCE);
  marks.notBeforeTag = reader.peek();
  marks.notBefore = reader.time();
  marks.notAfterTag = reader.peek();
  marks.notAfter = reader.time();
  reader.close(validity);
  marks.subjectFrom = reader.pos;
  reader.where = 'tbsCertificate.subject';
  checkName(reader);
  marks.keyFrom = reader.pos;
  reader.where = 'tbsCertificate.subjectPublicKeyInfo';
  const key = readPublicKey(reader);
  marks.issuerFrom = innerTo;
  readUniqueIds(reader, marks);
  reader.where = 'tbsCertificate.extensions';
  let block: ExtensionBlock;
  if (reader.peek() === 0xa3) {
    if (marks.version !== 3) reader.fail(`expected no extensions in version ${marks.version}, found some`);
    const explicit = reader.open(0xa3);
    block = ExtensionBlock.read(reader, CERTIFICATE_EXTENSIONS);
    reader.close(explicit);
  } else block = ExtensionBlock.none(reader, CERTIFICATE_EXTENSIONS);
  reader.where = 'tbsCertificate';
  reader.close(tbs);
  marks.tbsTo = reader.pos;
  reader.where = 'signatureAlgorithm';
  const outerFrom = reader.pos;
  checkAlgorithm(reader);
  marks.algorithmFrom = outerFrom;
  marks.algorithmTo = reader.pos;
  if (!sameRange(bytes, innerFrom, innerTo, outerFrom, reader.pos)) {
    reader.fail('expected the algorithm named in tbsCertificate.signature, found another', outerFrom);
  }
  reader.where = 'signature';
  reader.bitString();
  marks.signatureFrom = reader.unusedBits === 0 ? reader.start : reader.stop;
  marks.signatureTo = reader.stop;
  marks.signatureValueFrom = reader.start - 1;
  reader.where = 'certificate';
  reader.close(whole);
  return new ReadCertificate(reader, block, marks, key);
}

function readVersion(reader: DerReader): 1 | 2 | 3 {
  if (reader.peek() !== 0xa0) return 1;
  const explicit = reader.open(0xa0);
  const version = reader.smallUnsigned();
  if (version === 0) reader.fail('expected version 1 to be omitted, found it encoded', reader.start);
  if (version > 2) reader.fail('expected version 1, 2 or 3, found a later one', reader.start, 'unsupported');
  reader.close(explicit);
  return version === 1 ? 2 : 3;
}

function readUniqueIds(reader: DerReader, marks: Marks): void {
  for (const tag of UNIQUE_IDS) {
    if (reader.peek() !== tag) continue;
    reader.where = tag === 0x81 ? 'tbsCertificate.issuerUniqueID' : 'tbsCertificate.subjectUniqueID';
    if (marks.version === 1) reader.fail('expected no unique identifier in version 1, found one');
    reader.bitString(tag);
    const value = reader.view(reader.start - 1, reader.stop);
    if (tag === 0x81) marks.issuerUniqueId = value;
    else marks.subjectUniqueId = value;
  }
}

const UNIQUE_IDS = [0x81, 0x82] as const;

function sameRange(bytes: Uint8Array, a: number, aTo: number, b: number, bTo: number): boolean {
  if (aTo - a !== bTo - b) return false;
  for (let i = a, j = b; i < aTo; i++, j++) if (bytes[i] !== bytes[j]) return false;
  return true;
}

/** Where the fields are in the input. */
class Marks {
  version: 1 | 2 | 3 = 1;
  tbsFrom = 0;
  tbsTo = 0;
  serialFrom = 0;
  serialTo = 0;
  issuerFrom = 0;
  issuerTo = 0;
  notBefore = 0;
  notAfter = 0;
  notBeforeTag = 0;
  notAfterTag = 0;
  subjectFrom = 0;
  keyFrom = 0;
  algorithmFrom = 0;
  algorithmTo = 0;
  signatureFrom = 0;
  signatureTo = 0;
  signatureValueFrom = 0;
  issuerUniqueId: Uint8Array | undefined = undefined;
  subjectUniqueId: Uint8Array | undefined = undefined;
}

class ReadCertificate extends ExtendedValue implements Certificate {
  private readonly reader: DerReader;
  private readonly marks: Marks;
  private hex: string | undefined;
  private algorithm: AlgorithmIdentifier | undefined;
  private tbsView: Uint8Array | undefined;
  readonly issuer: Name;
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;

  constructor(reader: DerReader, block: ExtensionBlock, marks: Marks, key: SubjectPublicKeyInfo) {
    super(block);
    this.reader = reader;
    this.marks = marks;
    this.publicKey = key;
    this.issuer = new LazyName(reader.bytes, marks.issuerFrom, marks.issuerTo);
    this.subject = new LazyName(reader.bytes, marks.subjectFrom, marks.keyFrom);
  }

  get der(): Uint8Array {
    return this.reader.bytes;
  }
  get version(): 1 | 2 | 3 {
    return this.marks.version;
  }
  get tbs(): Uint8Array {
    this.tbsView ??= this.reader.view(this.marks.tbsFrom, this.marks.tbsTo);
    return this.tbsView;
  }
  get serialNumber(): Uint8Array {
    return this.reader.view(this.marks.serialFrom, this.marks.serialTo);
  }
  get serialHex(): string {
    this.hex ??= hexText(this.reader.bytes, this.marks.serialFrom, this.marks.serialTo);
    return this.hex;
  }
  get signatureAlgorithm(): AlgorithmIdentifier {
    if (this.algorithm === undefined) {
      this.reader.pos = this.marks.algorithmFrom;
      this.reader.end = this.marks.algorithmTo;
      this.algorithm = readAlgorithm(this.reader);
    }
    return this.algorithm;
  }
  get signature(): Uint8Array {
    return this.reader.view(this.marks.signatureFrom, this.marks.signatureTo);
  }
  get signatureValue(): Uint8Array {
    return this.reader.view(this.marks.signatureValueFrom, this.marks.signatureTo);
  }
  get notBefore(): number {
    return this.marks.notBefore;
  }
  get notAfter(): number {
    return this.marks.notAfter;
  }
  get notBeforeForm(): TimeForm {
    return this.marks.notBeforeTag === TAG.UTC_TIME ? 'utc' : 'generalized';
  }
  get notAfterForm(): TimeForm {
    return this.marks.notAfterTag === TAG.UTC_TIME ? 'utc' : 'generalized';
  }
  get issuerUniqueId(): Uint8Array | undefined {
    return this.marks.issuerUniqueId;
  }
  get subjectUniqueId(): Uint8Array | undefined {
    return this.marks.subjectUniqueId;
  }
}
