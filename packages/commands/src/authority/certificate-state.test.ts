import { describe, expect, it } from 'vitest';
import { isAlive, type ListedCertificate, stateOf } from './certificates.ts';

const now = Date.UTC(2026, 10, 27);
const certificate = (more: Partial<ListedCertificate> = {}): ListedCertificate => ({
  serial: '0a',
  profile: 'server',
  subject: 'fe1.contoso.example',
  commonName: 'fe1.contoso.example',
  notBefore: now - 1,
  notAfter: now + 1,
  issuedAt: now - 1,
  requester: 'server:fe1.contoso.example',
  ...more,
});

describe('what a certificate is worth', () => {
  it('is not yet valid before its first moment, and valid from then on', () => {
    expect(stateOf(certificate({ notBefore: now + 1 }), now)).toBe('not yet valid');
    expect(stateOf(certificate({ notBefore: now }), now)).toBe('valid');
  });

  it('is what took it away, also where it would begin later', () => {
    const later = { notBefore: now + 1, notAfter: now + 2 };
    const revocation = { at: now, reason: 'superseded' };
    expect(stateOf(certificate({ ...later, revocation }), now)).toBe('revoked');
    expect(stateOf(certificate({ ...later, issuerRevoked: true }), now)).toBe('issuer revoked');
  });

  it('counts as alive where it is valid, or will be by itself', () => {
    expect(['valid', 'not yet valid'].map((state) => isAlive(state as 'valid'))).toEqual([true, true]);
    const over = ['expired', 'revoked', 'on hold', 'issuer revoked'] as const;
    expect(over.map(isAlive)).toEqual([false, false, false, false]);
  });
});
