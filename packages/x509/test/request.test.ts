import {
  decodeCertificationRequest,
  encodeCertificationRequest,
  encodeRequestInfo,
  oids,
  type RequestInfoFields,
} from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { ecdsa, everyExtension, fromHex, issuerName, publicKey, requests, signature } from './samples.ts';

function request(fields: Partial<RequestInfoFields>): Uint8Array {
  const info = encodeRequestInfo({ subject: issuerName, publicKey, ...fields });
  return encodeCertificationRequest(info, ecdsa, signature);
}

const error = (der: Uint8Array) => {
  const decoded = decodeCertificationRequest(der);
  if (decoded.ok) throw new Error('was read');
  return decoded.error;
};

describe('decodeCertificationRequest', () => {
  it('reads the extensions that are asked for', () => {
    const decoded = decodeCertificationRequest(request({ extensions: everyExtension() }));
    if (!decoded.ok) throw new Error(decoded.error.message);
    expect(decoded.value.subjectAltName).toHaveLength(8);
    expect(decoded.value.basicConstraints).toEqual({ cA: true, pathLength: 3, critical: true });
    expect(decoded.value.attributes.map(({ oid }) => oid)).toEqual([oids.extensionRequest]);
    expect(decoded.value.publicKey.kind).toBe('ec-p256');
  });

  it('reads a request without attributes', () => {
    const decoded = decodeCertificationRequest(requests()[0]!);
    expect(decoded).toMatchObject({ ok: true, value: { attributes: [], extensions: [] } });
  });

  it('refuses an attribute twice', () => {
    const one = { oid: oids.challengePassword, values: [fromHex('0c0161')] };
    const two = { oid: oids.challengePassword, values: [fromHex('0c0162')] };
    expect(error(request({ attributes: [one, two] })).message).toContain('each attribute once');
  });

  it('refuses an extensionRequest of two values or of something else', () => {
    const attribute = (...values: string[]) => ({
      attributes: [{ oid: oids.extensionRequest, values: values.map(fromHex) }],
    });
    const extensions = '300e300c0603551d130101ff04023000';
    expect(decodeCertificationRequest(request(attribute(extensions))).ok).toBe(true);
    expect(error(request(attribute(extensions, '300f300d0603551d130101ff0403300000'))).code).toBe(
      'malformed',
    );
    expect(error(request(attribute('0500'))).code).toBe('malformed');
  });

  it('refuses attributes out of the order of a SET', () => {
    const der = Buffer.from(
      request({
        attributes: [
          { oid: '1.2.3', values: [fromHex('0500')] },
          { oid: '1.2.4', values: [fromHex('0500')] },
        ],
      }),
    );
    der[der.indexOf(fromHex('06022a03')) + 3] = 5;
    expect(error(der).message).toContain('ascending order');
  });

  it('refuses another version than 0', () => {
    const der = Buffer.from(request({}));
    der[der.indexOf(fromHex('020100')) + 2] = 1;
    expect(error(der)).toMatchObject({ code: 'unsupported', where: 'certificationRequestInfo.version' });
  });

  it('refuses a request without the field of attributes', () => {
    const info = Buffer.from(encodeRequestInfo({ subject: issuerName, publicKey }));
    expect(info.subarray(-2)).toEqual(Buffer.from('a000', 'hex'));
    const short = Buffer.from(info.subarray(0, -2));
    short[2]! -= 2;
    expect(error(encodeCertificationRequest(short, ecdsa, signature)).where).toBe(
      'certificationRequestInfo.attributes',
    );
  });
});
