import { decodeDer, type LimitDefaults } from '../der/decode-der.ts';
import type { Decoded, DecodeLimits } from '../der/decoded.ts';
import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import type { GeneralName } from '../name/general-name.ts';
import { readGeneralName } from '../name/read-general-name.ts';
import type { OcspRequest, OcspRequestSignature, OcspSingleRequest } from './ocsp.ts';
import { nonceOf, readCertId, readOcspExtensions, readOcspSignature, readOcspVersion } from './read-ocsp.ts';

const LIMITS: LimitDefaults = { maxBytes: 65_536, maxDepth: 16, maxItems: 256 };

/**
 * Decodes an OCSP request. A nonce of 0 or more than 128 octets is refused, as RFC 9654 §2.1 requires of a responder.
 * @param der - exactly one OCSPRequest; the value keeps views on it
 * @param limits - default: 64 KiB, 16 levels, 256 certificates
 * @see RFC 6960 §4.1
 */
export function decodeOcspRequest(der: Uint8Array, limits?: DecodeLimits): Decoded<OcspRequest> {
  return decodeDer(der, limits, LIMITS, 'ocspRequest', readRequest);
}

function readRequest(reader: DerReader): OcspRequest {
  const whole = reader.open(TAG.SEQUENCE);
  const tbsFrom = reader.pos;
  reader.where = 'tbsRequest';
  const tbsEnd = reader.open(TAG.SEQUENCE);
  const versionSpeltOut = readOcspVersion(reader);
  const requestorName = readRequestor(reader);
  reader.where = 'tbsRequest.requestList';
  const requests: OcspSingleRequest[] = [];
  const list = reader.open(TAG.SEQUENCE);
  const unknownCritical: string[] = [];
  while (reader.more()) {
    reader.count(requests.length + 1);
    const single = reader.open(TAG.SEQUENCE);
    const certId = readCertId(reader);
    const block = readOcspExtensions(reader, 0xa0, 'single');
    reader.close(single);
    unknownCritical.push(...block.unknownCritical);
    requests.push({ certId, extensions: block.extensions });
  }
  reader.close(list);
  reader.where = 'tbsRequest.requestExtensions';
  const block = readOcspExtensions(reader, 0xa2, 'message');
  reader.close(tbsEnd);
  const tbs = reader.view(tbsFrom, reader.pos);
  reader.where = 'optionalSignature';
  let signature: OcspRequestSignature | undefined;
  if (reader.more()) {
    const explicit = reader.open(0xa0);
    const sequence = reader.open(TAG.SEQUENCE);
    signature = readOcspSignature(reader);
    reader.close(sequence);
    reader.close(explicit);
  }
  reader.where = 'ocspRequest';
  reader.close(whole);
  const nonce = nonceOf(block);
  unknownCritical.push(...block.unknownCritical);
  const { extensions } = block;
  const der = reader.bytes;
  return {
    der,
    tbs,
    versionSpeltOut,
    requestorName,
    requests,
    extensions,
    unknownCritical,
    nonce,
    signature,
  };
}

function readRequestor(reader: DerReader): GeneralName | undefined {
  if (reader.peek() !== 0xa1) return undefined;
  reader.where = 'tbsRequest.requestorName';
  const outer = reader.open(0xa1);
  const name = readGeneralName(reader, true, 'address');
  reader.close(outer);
  return name;
}
