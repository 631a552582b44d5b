import { describe, expect, it } from 'vitest';
import { refuseUnnamedCertificate, unnamedCertificate } from './outside-certificate.ts';

const access = 'access.contoso.example';

describe('the external certificate of a public CA', () => {
  it('must be named in the configuration: the authority has none', () => {
    const refuse = (certificate: 'public' | 'enterprise', isNamed: boolean) => () =>
      refuseUnnamedCertificate({ certificate, fqdn: access }, isNamed, 'edge1.yaml');
    expect(refuse('public', false)).toThrow(
      expect.objectContaining({
        code: 'ENTENTE_EXTERNAL_CERTIFICATE_MISSING',
        place: 'edge1.yaml',
        remedy: expect.stringContaining('external: { certificate: <file>, key: <file> }'),
      }),
    );
    expect(refuse('public', true)).not.toThrow();
    expect(refuse('enterprise', false)).not.toThrow();
  });

  it('is a problem of an edge that runs where the topology wants it since: it cannot be started again', () => {
    expect(unnamedCertificate({ certificate: 'public', fqdn: access }, 'edge1.yaml')).toEqual([
      expect.objectContaining({
        part: 'external-certificate',
        message: expect.stringContaining('cannot be started again'),
        remedy: expect.stringContaining('external: { certificate: <file>, key: <file> }'),
        stops: false,
      }),
    ]);
    for (const outside of [{ certificate: 'enterprise', fqdn: access }, undefined])
      expect(unnamedCertificate(outside, 'edge1.yaml')).toEqual([]);
  });
});
