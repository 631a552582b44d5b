import { describe, expect, it } from 'vitest';
import { refuseUnnamedCertificate } from './outside-certificate.ts';

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
});
