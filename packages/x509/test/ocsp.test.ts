import {
  createAlgorithm,
  decodeOcspRequest,
  decodeOcspResponse,
  EncodeError,
  encodeOcspError,
  encodeOcspRequest,
  encodeOcspResponse,
  encodeTbsOcspRequest,
  encodeTbsOcspResponse,
  ocspNonceExtension,
  oids,
  type TbsOcspResponseFields,
} from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { ecdsa, fromHex, issuerName, ocspRequests, ocspResponses, signature } from './samples.ts';

const NOW = Date.UTC(2026, 10, 24, 12);
const certId = {
  hashAlgorithm: createAlgorithm(oids.sha256, 'null'),
  issuerNameHash: new Uint8Array(32).fill(1),
  issuerKeyHash: new Uint8Array(32).fill(2),
  serialNumber: Uint8Array.of(5),
};

const request = (nonce: string) =>
  encodeOcspRequest(
    encodeTbsOcspRequest({
      requests: [{ certId }],
      extensions: [{ oid: oids.ocspNonce, critical: false, value: fromHex(nonce) }],
    }),
  );

describe('OCSP requests', () => {
  it('are read with every part', () => {
    const decoded = decodeOcspRequest(ocspRequests()[1]!);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { requestorName, requests, nonce, signature: signed, unknownCritical } = decoded.value;
    expect(requestorName?.type).toBe('directory');
    expect(requests.map(({ certId: { serialHex } }) => serialHex)).toEqual(['4a0b0c', '4a0b0c']);
    expect(requests[0]!.certId.hashAlgorithm.oid).toBe(oids.sha1);
    expect(nonce).toEqual(new Uint8Array(32).fill(3));
    expect(signed?.certificates).toHaveLength(1);
    expect(unknownCritical).toEqual(['1.2.3']);
  });

  it.each([
    ['no octets', '0400'],
    ['129 octets', `048181${'00'.repeat(129)}`],
    ['octets that are not wrapped', 'aabb'],
  ])('are refused with a nonce of %s', (_, nonce) => {
    expect(decodeOcspRequest(request(nonce))).toMatchObject({
      ok: false,
      error: { code: 'malformed', where: 'extensions.ocspNonce' },
    });
  });

  it('take a nonce of 1 and of 128 octets', () => {
    expect(decodeOcspRequest(request('0401ff'))).toMatchObject({
      ok: true,
      value: { nonce: Uint8Array.of(255) },
    });
    expect(decodeOcspRequest(request(`048180${'00'.repeat(128)}`)).ok).toBe(true);
  });

  it('are refused in version 2', () => {
    const der = Buffer.from(ocspRequests()[1]!);
    der[der.indexOf(fromHex('a003020100')) + 4] = 1;
    expect(decodeOcspRequest(der)).toMatchObject({ ok: false, error: { code: 'unsupported' } });
  });

  it('for more certificates than 256 are refused by default', () => {
    const tbs = encodeTbsOcspRequest({ requests: Array.from({ length: 257 }, () => ({ certId })) });
    expect(decodeOcspRequest(encodeOcspRequest(tbs))).toMatchObject({
      ok: false,
      error: { code: 'limit-exceeded' },
    });
  });
});

describe('OCSP responses', () => {
  const answer = (fields: Partial<TbsOcspResponseFields>) => {
    const tbs = encodeTbsOcspResponse({
      responderId: { type: 'name', name: issuerName },
      producedAt: NOW,
      responses: [{ certId, status: { state: 'good' }, thisUpdate: NOW }],
      ...fields,
    });
    return encodeOcspResponse(tbs, { signatureAlgorithm: ecdsa, signature });
  };

  it('are read with every part', () => {
    const decoded = decodeOcspResponse(ocspResponses()[1]!);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const basic = decoded.value.basic!;
    expect(basic.responderId).toMatchObject({ type: 'name' });
    expect(basic.responses.map(({ status }) => status)).toEqual([
      { state: 'unknown' },
      { state: 'revoked', revocationTime: NOW - 86_400_000, reason: 'keyCompromise' },
    ]);
    expect(basic.responses[0]!.nextUpdate).toBe(NOW + 86_400_000);
    expect(basic.responses[1]!.unknownCritical).toEqual(['1.2.3']);
    expect(basic.nonce).toEqual(Uint8Array.of(1));
    expect(basic.certificates).toHaveLength(1);
  });

  it('that are errors have no answer', () => {
    expect(decodeOcspResponse(encodeOcspError('unauthorized'))).toMatchObject({
      ok: true,
      value: { status: 'unauthorized', basic: undefined },
    });
  });

  it.each([
    ['a status of 4', '30030a0104'],
    ['a status of 7', '30030a0107'],
    ['success without an answer', '30030a0100'],
    ['an error with an answer', '30070a0101a0023000'],
  ])('are refused for %s', (_, hex) => {
    expect(decodeOcspResponse(fromHex(hex))).toMatchObject({ ok: false, error: { code: 'malformed' } });
  });

  it('are refused for an answer beside an error, however sound', () => {
    const der = Buffer.from(answer({}));
    der[der.indexOf(fromHex('0a0100')) + 2] = 3;
    expect(decodeOcspResponse(der)).toMatchObject({
      ok: false,
      error: { message: 'expected no response with status tryLater, found one' },
    });
  });

  it('are refused for a list of certificates that is empty', () => {
    const tbs = encodeTbsOcspRequest({ requests: [{ certId }] });
    const one = Buffer.from(
      encodeOcspRequest(tbs, { signatureAlgorithm: ecdsa, signature, certificates: [fromHex('3000')] }),
    );
    expect(decodeOcspRequest(one).ok).toBe(true);
    // [0] { SEQUENCE { SEQUENCE {} } } becomes [0] { SEQUENCE { } } and an octet too many, with lengths that fit.
    const at = one.length - 6;
    expect(one.subarray(at)).toEqual(Buffer.from('a00430023000', 'hex'));
    one.set(fromHex('a00430000500'), at);
    expect(decodeOcspRequest(one)).toMatchObject({
      ok: false,
      error: { message: 'expected one certificate or more, found none' },
    });
  });

  it('of another type are unsupported', () => {
    const der = Buffer.from(answer({}));
    der[der.indexOf(fromHex('06092b0601050507300101')) + 10] = 2;
    expect(decodeOcspResponse(der)).toMatchObject({
      ok: false,
      error: { code: 'unsupported', where: 'responseBytes' },
    });
  });

  it('are refused for octets behind the answer', () => {
    const der = Buffer.from(ocspResponses()[0]!);
    const at = der.indexOf(fromHex('06092b0601050507300101')) + 11;
    // The OCTET STRING announces one octet less than the answer has, and the answer one less than it had.
    expect(der[at]).toBe(0x04);
    der[at + 2]! -= 1;
    expect(decodeOcspResponse(der).ok).toBe(false);
  });

  it('take timestamps of transparency logs as known, other critical extensions as unknown', () => {
    const single = (oid: string) => ({
      certId,
      status: { state: 'good' as const },
      thisUpdate: NOW,
      extensions: [{ oid, critical: true, value: fromHex('0400') }],
    });
    const decoded = decodeOcspResponse(
      answer({ responses: [single(oids.ocspSignedCertificateTimestamps), single('1.2.3')] }),
    );
    expect(
      decoded.ok && decoded.value.basic!.responses.map(({ unknownCritical }) => unknownCritical),
    ).toEqual([[], ['1.2.3']]);
  });

  it('are not written with a key hash that is not SHA-1, nor with a nonce of a wrong length', () => {
    expect(() => answer({ responderId: { type: 'key', keyHash: new Uint8Array(32) } })).toThrow(EncodeError);
    expect(() => ocspNonceExtension(new Uint8Array())).toThrow(EncodeError);
    expect(() => ocspNonceExtension(new Uint8Array(129))).toThrow(EncodeError);
  });
});
