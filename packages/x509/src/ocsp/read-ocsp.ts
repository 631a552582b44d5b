import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import { hexText } from '../der/text.ts';
import { CODE, known } from '../extension/certificate-extensions.ts';
import { ExtensionBlock, type ExtensionTable } from '../extension/extension-block.ts';
import { readAlgorithm } from '../key/read-algorithm.ts';
import type { CertId, OcspRequestSignature } from './ocsp.ts';

/** Extensions of requests and responses. @see RFC 6960 §4.4, RFC 9654 §2.1 */
const MESSAGE_EXTENSIONS: ExtensionTable = new Map([
  known('ocspNonce', (reader, build) => {
    reader.octetString();
    const { start, stop } = reader;
    if (stop - start < 1 || stop - start > 128) {
      reader.fail(`expected a nonce of 1 to 128 octets, found ${stop - start}`, start);
    }
    return build ? reader.view() : undefined;
  }),
]);

/** Extensions of single requests and responses: none is supported. */
const SINGLE_EXTENSIONS: ExtensionTable = new Map();

/** Reads an optional field of extensions under an explicit tag. */
export function readOcspExtensions(reader: DerReader, tag: number, of: 'message' | 'single'): ExtensionBlock {
  const table = of === 'message' ? MESSAGE_EXTENSIONS : SINGLE_EXTENSIONS;
  if (reader.peek() !== tag) return ExtensionBlock.none(reader, table);
  const outer = reader.open(tag);
  const block = ExtensionBlock.read(reader, table);
  reader.close(outer);
  return block;
}

/** The nonce in a message's extensions. */
export function nonceOf(block: ExtensionBlock): Uint8Array | undefined {
  return block.value(CODE.ocspNonce) as Uint8Array | undefined;
}

/** Reads an optional version, which can only be 1. @returns whether it was present */
export function readOcspVersion(reader: DerReader): boolean {
  if (reader.peek() !== 0xa0) return false;
  const outer = reader.open(0xa0);
  if (reader.smallUnsigned() !== 0) {
    reader.fail('expected version 1, found a later one', reader.start, 'unsupported');
  }
  reader.close(outer);
  return true;
}

/** Reads a CertID. @see RFC 6960 §4.1.1 */
export function readCertId(reader: DerReader): CertId {
  const from = reader.pos;
  const outer = reader.open(TAG.SEQUENCE);
  const hashAlgorithm = readAlgorithm(reader);
  reader.octetString();
  const issuerNameHash = reader.view();
  reader.octetString();
  const issuerKeyHash = reader.view();
  reader.integer();
  const serialNumber = reader.view();
  const serialHex = hexText(reader.bytes, reader.start, reader.stop);
  reader.close(outer);
  const der = reader.view(from, reader.pos);
  return { der, hashAlgorithm, issuerNameHash, issuerKeyHash, serialNumber, serialHex };
}

/** Reads algorithm, signature and optional certificates, which end both kinds of message. */
export function readOcspSignature(reader: DerReader): OcspRequestSignature {
  const signatureAlgorithm = readAlgorithm(reader);
  reader.bitString();
  const signatureValue = reader.view(reader.start - 1, reader.stop);
  const signature = reader.unusedBits === 0 ? reader.view() : new Uint8Array();
  const certificates: Uint8Array[] = [];
  if (reader.peek() === 0xa0) {
    const explicit = reader.open(0xa0);
    const list = reader.open(TAG.SEQUENCE);
    if (!reader.more()) reader.fail('expected one certificate or more, found none');
    while (reader.more()) {
      reader.count(certificates.length + 1);
      const from = reader.pos;
      reader.take(TAG.SEQUENCE);
      certificates.push(reader.view(from, reader.pos));
    }
    reader.close(list);
    reader.close(explicit);
  }
  return { signatureAlgorithm, signature, signatureValue, certificates };
}
