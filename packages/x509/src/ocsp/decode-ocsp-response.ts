import { readReason } from '../crl/crl-extensions.ts';
import { decodeDer, type LimitDefaults } from '../der/decode-der.ts';
import type { Decoded, DecodeLimits } from '../der/decoded.ts';
import type { DerReader } from '../der/der-reader.ts';
import { oidText } from '../der/oid.ts';
import { oids } from '../der/oids.ts';
import { TAG } from '../der/tags.ts';
import { readName } from '../name/read-name.ts';
import type {
  BasicOcspResponse,
  OcspCertStatus,
  OcspResponse,
  OcspResponseStatus,
  OcspSingleResponse,
  ResponderId,
} from './ocsp.ts';
import { nonceOf, readCertId, readOcspExtensions, readOcspSignature, readOcspVersion } from './read-ocsp.ts';

const LIMITS: LimitDefaults = { maxBytes: 1_048_576, maxDepth: 16, maxItems: 4_096 };

/** Statuses by their number; 4 was never assigned. @see RFC 6960 §4.2.1 */
export const OCSP_STATUSES: readonly (OcspResponseStatus | undefined)[] = [
  'successful',
  'malformedRequest',
  'internalError',
  'tryLater',
  undefined,
  'sigRequired',
  'unauthorized',
];

/**
 * Decodes an OCSP response with its BasicOCSPResponse. Certificates inside are not decoded: decode the one whose key fits. A
 * `response` of another type is `unsupported`.
 * @param der - exactly one OCSPResponse; the value keeps views on it
 * @param limits - default: 1 MiB, 16 levels, 4,096 single responses
 * @see RFC 6960 §4.2.1
 */
export function decodeOcspResponse(der: Uint8Array, limits?: DecodeLimits): Decoded<OcspResponse> {
  return decodeDer(der, limits, LIMITS, 'ocspResponse', readResponse);
}

function readResponse(reader: DerReader): OcspResponse {
  const whole = reader.open(TAG.SEQUENCE);
  reader.where = 'responseStatus';
  reader.integer(TAG.ENUMERATED);
  const number = reader.stop - reader.start === 1 ? reader.bytes[reader.start]! : 255;
  const status = OCSP_STATUSES[number] ?? reader.fail('expected a status of RFC 6960 §4.2.1', reader.start);
  reader.where = 'responseBytes';
  let basic: BasicOcspResponse | undefined;
  if (reader.more()) {
    if (status !== 'successful') reader.fail(`expected no response with status ${status}, found one`);
    basic = readResponseBytes(reader);
  } else if (status === 'successful') reader.fail('expected a response with status successful, found none');
  reader.where = 'ocspResponse';
  reader.close(whole);
  return { der: reader.bytes, status, basic };
}

function readResponseBytes(reader: DerReader): BasicOcspResponse {
  const explicit = reader.open(0xa0);
  const sequence = reader.open(TAG.SEQUENCE);
  reader.oid();
  const type = oidText(reader.bytes, reader.start, reader.stop);
  if (type !== oids.ocspBasic) {
    reader.fail(`expected a basic response, found type ${type}`, reader.start, 'unsupported');
  }
  reader.octetString();
  const { start, stop } = reader;
  reader.close(sequence);
  reader.close(explicit);
  const { pos, end } = reader;
  reader.pos = start;
  reader.end = stop;
  const basic = readBasic(reader);
  reader.pos = pos;
  reader.end = end;
  return basic;
}

function readBasic(reader: DerReader): BasicOcspResponse {
  const from = reader.pos;
  const all = reader.end;
  const whole = reader.open(TAG.SEQUENCE);
  const tbsFrom = reader.pos;
  reader.where = 'tbsResponseData';
  const tbsEnd = reader.open(TAG.SEQUENCE);
  const versionSpeltOut = readOcspVersion(reader);
  reader.where = 'tbsResponseData.responderID';
  const responderId = readResponderId(reader);
  reader.where = 'tbsResponseData.producedAt';
  const producedAt = reader.generalizedTime();
  reader.where = 'tbsResponseData.responses';
  const responses: OcspSingleResponse[] = [];
  const list = reader.open(TAG.SEQUENCE);
  while (reader.more()) {
    reader.count(responses.length + 1);
    responses.push(readSingle(reader));
  }
  reader.close(list);
  reader.where = 'tbsResponseData.responseExtensions';
  const block = readOcspExtensions(reader, 0xa1, 'message');
  reader.close(tbsEnd);
  const tbs = reader.view(tbsFrom, reader.pos);
  reader.where = 'signature';
  const { signatureAlgorithm, signature, signatureValue, certificates } = readOcspSignature(reader);
  reader.where = 'basicOcspResponse';
  reader.close(whole);
  if (reader.pos !== all) reader.fail('expected the end of the response, found more content');
  return {
    der: reader.view(from, all),
    tbs,
    versionSpeltOut,
    responderId,
    producedAt,
    responses,
    extensions: block.extensions,
    unknownCritical: block.unknownCritical,
    nonce: nonceOf(block),
    signatureAlgorithm,
    signature,
    signatureValue,
    certificates,
  };
}

function readResponderId(reader: DerReader): ResponderId {
  if (reader.peek() === 0xa1) {
    const outer = reader.open(0xa1);
    const name = readName(reader);
    reader.close(outer);
    return { type: 'name', name };
  }
  const outer = reader.open(0xa2);
  reader.octetString();
  if (reader.stop - reader.start !== 20) {
    reader.fail(`expected a key hash of 20 octets, found ${reader.stop - reader.start}`, reader.start);
  }
  const keyHash = reader.view();
  reader.close(outer);
  return { type: 'key', keyHash };
}

function readSingle(reader: DerReader): OcspSingleResponse {
  const outer = reader.open(TAG.SEQUENCE);
  const certId = readCertId(reader);
  const status = readCertStatus(reader);
  const thisUpdate = reader.generalizedTime();
  let nextUpdate: number | undefined;
  if (reader.peek() === 0xa0) {
    const explicit = reader.open(0xa0);
    nextUpdate = reader.generalizedTime();
    reader.close(explicit);
  }
  const block = readOcspExtensions(reader, 0xa1, 'single');
  const { extensions } = block;
  // Signed certificate timestamps do not change the status (RFC 6962 §3.3).
  const unknownCritical = block.unknownCritical.filter((oid) => oid !== oids.ocspSignedCertificateTimestamps);
  reader.close(outer);
  return { certId, status, thisUpdate, nextUpdate, extensions, unknownCritical };
}

function readCertStatus(reader: DerReader): OcspCertStatus {
  const tag = reader.peek();
  if (tag === 0x80 || tag === 0x82) {
    reader.take(tag);
    if (reader.start !== reader.stop)
      reader.fail('expected a status without content, found some', reader.start);
    return tag === 0x80 ? { state: 'good' } : { state: 'unknown' };
  }
  const outer = reader.open(0xa1);
  const revocationTime = reader.generalizedTime();
  if (!reader.more()) {
    reader.close(outer);
    return { state: 'revoked', revocationTime };
  }
  const explicit = reader.open(0xa0);
  const reason = readReason(reader);
  reader.close(explicit);
  reader.close(outer);
  return { state: 'revoked', revocationTime, reason };
}
