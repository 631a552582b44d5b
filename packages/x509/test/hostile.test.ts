import {
  certificateIssuerExtension,
  createName,
  type Decoded,
  type DecodeErrorCode,
  decodeCertificate,
  decodeCrl,
  decodeOcspRequest,
  decodeOcspResponse,
  decodePem,
  type Extension,
  encodeTbsCrl,
  issuingDistributionPointExtension,
  nameConstraintsExtension,
  oids,
  subjectAltNameExtension,
} from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { crl, ecdsa, fromHex, issuerName, signature, signCertificate } from './samples.ts';

/** `depth` constructed elements around `inner`, built without recursion. */
function nested(tag: number, depth: number, inner: Uint8Array): Uint8Array {
  const headers: number[][] = [];
  let length = inner.length;
  for (let i = 0; i < depth; i++) {
    const octets: number[] = [];
    if (length < 0x80) octets.push(length);
    else {
      for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
      octets.unshift(0x80 | octets.length);
    }
    headers.push([tag, ...octets]);
    length += 1 + octets.length;
  }
  const out = new Uint8Array(length);
  let at = 0;
  for (const header of headers.reverse()) {
    out.set(header, at);
    at += header.length;
  }
  out.set(inner, at);
  return out;
}

function code(decoded: Decoded<unknown>): DecodeErrorCode | 'read' {
  return decoded.ok ? 'read' : decoded.error.code;
}

const extension = (oid: string, value: Uint8Array): Extension => ({ oid, critical: false, value });
const certificate = (...extensions: Extension[]) => decodeCertificate(signCertificate({ extensions }));

/** Work, not time: how many octets of the input were looked at, and how often. */
function reads(bytes: Uint8Array, decode: (bytes: Uint8Array) => unknown): number {
  let count = 0;
  const watched = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === 'string' && /^[0-9]+$/.test(property)) count++;
      const value = Reflect.get(target, property, target);
      return typeof value === 'function' && property !== 'constructor' ? value.bind(target) : value;
    },
  });
  decode(watched);
  return count;
}

describe('hostile certificates', () => {
  it('of more than 1 MiB are refused unread', () => {
    expect(code(certificate(extension('1.2.3', new Uint8Array(1_048_576))))).toBe('limit-exceeded');
    const huge = signCertificate({ extensions: [extension('1.2.3', new Uint8Array(2_000_000))] });
    expect(reads(huge, decodeCertificate)).toBe(0);
  });

  it('with an opaque extension of 1 MB are read without looking at it', () => {
    const der = signCertificate({ extensions: [extension('1.2.3', new Uint8Array(1_000_000))] });
    expect(code(decodeCertificate(der))).toBe('read');
    expect(reads(der, decodeCertificate)).toBeLessThan(5_000);
  });

  it('with a name nested a hundred thousand levels deep are refused at the limit', () => {
    const value = nested(0x30, 100_000, fromHex('0500'));
    const otherName = Buffer.concat([fromHex('06022a03'), nested(0xa0, 1, value)]);
    const names = nested(0x30, 1, nested(0xa0, 1, otherName));
    const der = signCertificate({ extensions: [extension(oids.subjectAltName, names)] });
    expect(code(decodeCertificate(der))).toBe('limit-exceeded');
    expect(reads(der, decodeCertificate)).toBeLessThan(5_000);
  });

  it('with nesting that the caller allows are still read without overflowing', () => {
    const value = nested(0x30, 60, fromHex('0500'));
    const names = nested(
      0x30,
      1,
      nested(0xa0, 1, Buffer.concat([fromHex('06022a03'), nested(0xa0, 1, value)])),
    );
    const der = signCertificate({ extensions: [extension(oids.subjectAltName, names)] });
    expect(code(decodeCertificate(der))).toBe('limit-exceeded');
    expect(code(decodeCertificate(der, { maxDepth: 100 }))).toBe('read');
  });

  it('with more names than the limit are refused there', () => {
    const names = Array.from({ length: 20_000 }, () => ({ type: 'dns' as const, value: 'a' }));
    expect(code(certificate(subjectAltNameExtension(names)))).toBe('limit-exceeded');
    expect(code(certificate(subjectAltNameExtension(names.slice(0, 16_000))))).toBe('read');
    const subtrees = names.map((base) => ({ base, minimum: 0 }));
    expect(code(certificate(nameConstraintsExtension({ excluded: subtrees })))).toBe('limit-exceeded');
  });

  it('with a subject of a hundred thousand RDNs are refused at the limit', () => {
    const rdn = fromHex('310a3008060355040 30c0178'.replace(' ', ''));
    const subject = nested(0x30, 1, Buffer.concat(Array.from({ length: 80_000 }, () => rdn)));
    expect(code(decodeCertificate(signCertificate({ subject: { der: subject } })))).toBe('limit-exceeded');
  });

  it('with a name that takes long to compare are refused by its size', () => {
    const marks = createName([{ oid: oids.commonName, value: '\u0323\u0307'.repeat(2_050) }]);
    expect(code(decodeCertificate(signCertificate({ subject: marks })))).toBe('limit-exceeded');
    expect(code(certificate(subjectAltNameExtension([{ type: 'directory', name: marks }])))).toBe(
      'limit-exceeded',
    );
    const shorter = createName([{ oid: oids.commonName, value: '\u0323\u0307'.repeat(2_000) }]);
    expect(code(decodeCertificate(signCertificate({ subject: shorter })))).toBe('read');
  });

  it('with ten thousand policies are checked for duplicates in linear work', () => {
    const policy = (i: number) =>
      nested(
        0x30,
        1,
        Buffer.concat([
          fromHex('0604'),
          Uint8Array.of(0x2a, 0x81 + (i >> 14), 0x80 | ((i >> 7) & 127), i & 127),
        ]),
      );
    const policies = Array.from({ length: 10_000 }, (_, i) => policy(i));
    const der = signCertificate({
      extensions: [extension(oids.certificatePolicies, nested(0x30, 1, Buffer.concat(policies)))],
    });
    expect(code(decodeCertificate(der))).toBe('read');
    expect(reads(der, decodeCertificate)).toBeLessThan(der.length * 6);
    const twice = nested(0x30, 1, Buffer.concat([...policies, policies[5_000]!]));
    expect(code(certificate(extension(oids.certificatePolicies, twice)))).toBe('malformed');
  });

  it('that announce more than they hold are refused before anything is reserved', () => {
    for (const announced of ['3084ffffffff', '30847fffffff', '3083ffffff']) {
      expect(code(decodeCertificate(fromHex(`${announced}3000`)))).toBe('malformed');
    }
  });
});

describe('hostile CRLs and OCSP messages', () => {
  const many = function* (count: number) {
    for (let i = 0; i < count; i++)
      yield { serialNumber: Uint8Array.of(1, i >> 16, (i >> 8) & 255, i & 255), revocationDate: 0 };
  };

  it('with one serial number a hundred thousand times are indexed in linear work', () => {
    const same = Array.from({ length: 100_000 }, () => ({
      serialNumber: Uint8Array.of(7),
      revocationDate: 0,
      reason: 'removeFromCRL' as const,
    }));
    const decoded = decodeCrl(crl({}, same));
    expect(decoded.ok && decoded.value.lookup(Uint8Array.of(7))?.reason).toBe('removeFromCRL');
    expect(decoded.ok && decoded.value.lookup(Uint8Array.of(8))).toBeUndefined();
  });

  it('with serial numbers that count up spread over the index', () => {
    const der = crl({}, many(50_000));
    const decoded = decodeCrl(der);
    if (!decoded.ok) throw new Error(decoded.error.message);
    const work = reads(der, (watched) => {
      const list = decodeCrl(watched);
      if (!list.ok) throw new Error(list.error.message);
      for (const { serialNumber } of many(50_000)) list.value.lookup(serialNumber);
    });
    // Checking, indexing and 50,000 hits, each a few octets: clusters would show as a multiple.
    expect(work / 50_000).toBeLessThan(150);
  });

  it('with a serial number of 128 octets are refused', () => {
    const serialNumber = new Uint8Array(128).fill(1);
    expect(code(decodeCrl(crl({}, [{ serialNumber, revocationDate: 0 }])))).toBe('limit-exceeded');
  });

  it('with more certificate issuers than anybody has are refused', () => {
    const one = (i: number) => ({
      serialNumber: Uint8Array.of(1),
      revocationDate: 0,
      extensions: [certificateIssuerExtension(createName([{ oid: oids.commonName, value: `CA ${i}` }]))],
    });
    const indirect = { extensions: [issuingDistributionPointExtension({ indirectCRL: true })] };
    const all = Array.from({ length: 65_537 }, (_, i) => one(i));
    expect(code(decodeCrl(crl(indirect, all)))).toBe('limit-exceeded');
    expect(code(decodeCrl(crl(indirect, all.slice(0, 1_000))))).toBe('read');
  });

  it('are read only as far as the caller allows', () => {
    const tbs = encodeTbsCrl({ signatureAlgorithm: ecdsa, issuer: issuerName, thisUpdate: 0 }, many(70_000));
    expect(tbs.length).toBeGreaterThan(1_000_000);
    expect(code(decodeCrl(crl({}, many(70_000)), { maxItems: 65_536 }))).toBe('limit-exceeded');
    expect(code(decodeCrl(crl({}, many(70_000)), { maxBytes: 1_000_000 }))).toBe('limit-exceeded');
  });

  it('of the wrong kind are refused', () => {
    const inputs = [crl(), signCertificate(), signature];
    for (const input of inputs) {
      expect(code(decodeOcspRequest(input))).not.toBe('read');
      expect(code(decodeOcspResponse(input))).not.toBe('read');
    }
    expect(code(decodeCertificate(crl()))).not.toBe('read');
    expect(code(decodeCrl(signCertificate()))).not.toBe('read');
  });

  it('as PEM of beginnings only are refused at the first', () => {
    expect(code(decodePem('-----BEGIN A-----\n'.repeat(100_000)))).toBe('malformed');
    expect(code(decodePem(`x-----BEGIN `.repeat(100_000)))).toBe('read');
  });
});
