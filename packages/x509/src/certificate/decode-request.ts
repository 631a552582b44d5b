import { decodeDer, type LimitDefaults } from '../der/decode-der.ts';
import type { Decoded, DecodeLimits } from '../der/decoded.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import { CERTIFICATE_EXTENSIONS } from '../extension/certificate-extensions.ts';
import { ExtendedValue } from '../extension/extended-value.ts';
import { ExtensionBlock } from '../extension/extension-block.ts';
import type { Attribute, ExtensionValues, Signed } from '../extension/extension-values.ts';
import { readAttribute } from '../extension/read-attributes.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import type { SubjectPublicKeyInfo } from '../key/public-key.ts';
import { readAlgorithm } from '../key/read-algorithm.ts';
import { readPublicKey } from '../key/read-public-key.ts';
import type { Name } from '../name/name.ts';
import { compareRanges, readName } from '../name/read-name.ts';

/**
 * A PKCS#10 request. The fields of `ExtensionValues` are those of its extensionRequest attribute (RFC 2985 §5.4.2).
 * `tbs` is the certificationRequestInfo. The signature is not checked.
 * @see RFC 2986 §4
 */
export interface CertificationRequest extends ExtensionValues, Signed {
  /** The whole CertificationRequest, DER: the bytes that were decoded, not a copy. */
  readonly der: Uint8Array;
  /** The name that is requested; may be empty. @see RFC 2986 §4.1 */
  readonly subject: Name;
  /** The key to certify; its own form has been checked where the algorithm is known. @see RFC 2986 §4.1 */
  readonly publicKey: SubjectPublicKeyInfo;
  /**
   * All attributes in the order of DER, extensionRequest among them; each type occurs once. Empty where there is
   * none.
   */
  readonly attributes: readonly Attribute[];
}

const LIMITS: LimitDefaults = { maxBytes: 262_144, maxDepth: 16, maxItems: 4_096 };

/**
 * Decodes a PKCS#10 request. Each attribute occurs once; an extensionRequest is decoded like a certificate's extensions. The
 * signature, which proves possession of the key, is not checked.
 * @param der - exactly one CertificationRequest; the value keeps views on it
 * @param limits - default: 256 KiB, 16 levels, 4,096 elements a list
 * @see RFC 2986 §4
 */
export function decodeCertificationRequest(
  der: Uint8Array,
  limits?: DecodeLimits,
): Decoded<CertificationRequest> {
  return decodeDer(der, limits, LIMITS, 'certificationRequest', readRequest);
}

function readRequest(reader: DerReader): CertificationRequest {
  const whole = reader.open(TAG.SEQUENCE);
  const tbsFrom = reader.pos;
  const info = reader.open(TAG.SEQUENCE);
  reader.where = 'certificationRequestInfo.version';
  if (reader.smallUnsigned() !== 0) {
    reader.fail('expected version 0, found another', reader.start, 'unsupported');
  }
  reader.where = 'certificationRequestInfo.subject';
  const subject = readName(reader);
  reader.where = 'certificationRequestInfo.subjectPKInfo';
  const publicKey = readPublicKey(reader);
  reader.where = 'certificationRequestInfo.attributes';
  const { attributes, block } = readAttributes(reader);
  reader.close(info);
  const tbs = reader.view(tbsFrom, reader.pos);
  reader.where = 'signatureAlgorithm';
  const signatureAlgorithm = readAlgorithm(reader);
  reader.where = 'signature';
  reader.bitString();
  const signatureValue = reader.view(reader.start - 1, reader.stop);
  const signature = reader.unusedBits === 0 ? reader.view() : new Uint8Array();
  reader.where = 'certificationRequest';
  reader.close(whole);
  return new ReadRequest(block, {
    der: reader.bytes,
    tbs,
    subject,
    publicKey,
    attributes,
    signatureAlgorithm,
    signature,
    signatureValue,
  });
}

function readAttributes(reader: DerReader): { attributes: Attribute[]; block: ExtensionBlock } {
  const attributes: Attribute[] = [];
  const seen = new Set<string>();
  let block: ExtensionBlock | undefined;
  const outer = reader.open(0xa0);
  let previous = reader.pos;
  while (reader.more()) {
    reader.count(attributes.length + 1);
    const from = reader.pos;
    const attribute = readAttribute(reader, true)!;
    if (seen.has(attribute.oid)) reader.fail('expected each attribute once, found one again', from);
    seen.add(attribute.oid);
    if (attributes.length > 0 && compareRanges(reader.bytes, previous, from, from, reader.pos) > 0) {
      reader.fail('expected the elements of a SET OF in ascending order, found a smaller one', from);
    }
    previous = from;
    attributes.push(attribute);
    if (attribute.oid === oids.extensionRequest) block = readExtensionRequest(reader, from);
  }
  reader.close(outer);
  return { attributes, block: block ?? ExtensionBlock.none(reader, CERTIFICATE_EXTENSIONS) };
}

/** Decodes the attribute at `from` as an extensionRequest: exactly one value. */
function readExtensionRequest(reader: DerReader, from: number): ExtensionBlock {
  reader.pos = from;
  const outer = reader.open(TAG.SEQUENCE);
  reader.oid();
  const set = reader.open(TAG.SET);
  const block = ExtensionBlock.read(reader, CERTIFICATE_EXTENSIONS);
  reader.close(set);
  reader.close(outer);
  return block;
}

type Fields = Pick<
  CertificationRequest,
  | 'der'
  | 'tbs'
  | 'subject'
  | 'publicKey'
  | 'attributes'
  | 'signatureAlgorithm'
  | 'signature'
  | 'signatureValue'
>;

class ReadRequest extends ExtendedValue implements CertificationRequest {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly subject: Name;
  readonly publicKey: SubjectPublicKeyInfo;
  readonly attributes: readonly Attribute[];
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly signatureValue: Uint8Array;

  constructor(block: ExtensionBlock, fields: Fields) {
    super(block);
    this.der = fields.der;
    this.tbs = fields.tbs;
    this.subject = fields.subject;
    this.publicKey = fields.publicKey;
    this.attributes = fields.attributes;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.signature = fields.signature;
    this.signatureValue = fields.signatureValue;
  }
}
