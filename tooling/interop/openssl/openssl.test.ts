import { describe, expect, it } from 'vitest';
import { readListText, withoutZeros } from './openssl.ts';

const printed = `crlNumber=0x1F
lastUpdate=Nov 26 23:49:46 2026 GMT
nextUpdate=Nov 27 23:49:46 2026 GMT
Certificate Revocation List (CRL):
        Version 2 (0x1)
Revoked Certificates:
    Serial Number: 00AB01
        Revocation Date: Nov 26 23:49:47 2026 GMT
        CRL entry extensions:
            X509v3 CRL Reason Code: 
                Key Compromise
    Serial Number: 02
        Revocation Date: Nov 26 23:49:48 2026 GMT
    Signature Algorithm: ecdsa-with-SHA256
`;

describe('a list as openssl prints it', () => {
  it('gives number, times and entries with their reasons', () => {
    expect(readListText(printed)).toEqual({
      number: 31,
      thisUpdate: Date.UTC(2026, 10, 26, 23, 49, 46),
      nextUpdate: Date.UTC(2026, 10, 27, 23, 49, 46),
      entries: [
        { serial: 'ab01', revokedAt: Date.UTC(2026, 10, 26, 23, 49, 47), reason: 'Key Compromise' },
        { serial: '2', revokedAt: Date.UTC(2026, 10, 26, 23, 49, 48), reason: undefined },
      ],
    });
  });

  it('is refused without its number', () => {
    expect(() => readListText(printed.replace('crlNumber', 'number'))).toThrow('crlNumber');
  });

  it('has the serial numbers that we have', () => {
    expect(withoutZeros('00AB')).toBe('ab');
    expect(withoutZeros('00')).toBe('0');
  });
});
