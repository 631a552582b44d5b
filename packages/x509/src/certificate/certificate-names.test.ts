import { describe, expect, it } from 'vitest';
import { sameCertificateNames } from './certificate-names.ts';

const names = {
  commonName: 'fe1.contoso.example',
  dnsNames: ['a.example', 'b.example'],
  uris: ['sip:a.example'],
};

describe('the names of two certificates are the same', () => {
  it('in any order, with any repetition and under any common name', () => {
    const turned = { ...names, commonName: '', dnsNames: ['b.example', 'a.example', 'b.example'] };
    expect(sameCertificateNames(names, turned)).toBe(true);
    expect(sameCertificateNames(turned, names)).toBe(true);
  });

  it.each([
    ['a DNS name more', { ...names, dnsNames: [...names.dnsNames, 'c.example'] }],
    ['a DNS name less', { ...names, dnsNames: ['a.example'] }],
    ['another DNS name', { ...names, dnsNames: ['a.example', 'c.example'] }],
    ['a URI less', { ...names, uris: [] }],
    ['another URI', { ...names, uris: ['sip:b.example'] }],
    ['an address more', { ...names, ipAddresses: ['192.0.2.1'] }],
  ])('not with %s', (_, other) => {
    expect(sameCertificateNames(names, other)).toBe(false);
    expect(sameCertificateNames(other, names)).toBe(false);
  });
});
