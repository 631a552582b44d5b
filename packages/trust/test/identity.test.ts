import { type IdentityExpectation, profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, inboundLink, judgeOf, outcome } from './making/asking.ts';
import { makeCa, makeLeaf, makeRoot } from './making/certificates.ts';
import type { Dn } from './making/der.ts';
import type { NameInput } from './making/general-names.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const judge = judgeOf([anchor(root)]);

function is(
  identity: IdentityExpectation,
  names: readonly (string | NameInput)[],
  subject: Dn = [['CN', 'x']],
) {
  return outcome(ask(judge, [makeLeaf(ca, names, { subject }), ca], { identity }));
}

describe('the identity of a SIP domain (RFC 5922)', () => {
  const identity = { mode: 'sip-domain', domain: 'contoso.example' } as const;
  it('is the host of a sip: URI without user, case aside', () => {
    expect(is(identity, [{ uri: 'sip:Contoso.Example' }])).toBe('trusted');
    expect(is(identity, [{ uri: 'SIP:contoso.example;transport=tls' }])).toBe('trusted');
    expect(is(identity, [{ uri: 'sip:alice@contoso.example' }])).toBe('name-mismatch');
    expect(is(identity, [{ uri: 'sips:contoso.example' }])).toBe('name-mismatch');
    expect(is(identity, [{ uri: 'https://contoso.example/' }])).toBe('name-mismatch');
  });

  it('is a DNS name only where no sip: URI stands', () => {
    expect(is(identity, ['contoso.example'])).toBe('trusted');
    expect(is(identity, ['contoso.example', { uri: 'sip:fabrikam.example' }])).toBe('name-mismatch');
    expect(is(identity, ['contoso.example', { uri: 'sip:contoso.example' }])).toBe('trusted');
  });

  it('is never a suffix or a wildcard', () => {
    expect(is(identity, ['sip.contoso.example'])).toBe('name-mismatch');
    expect(is({ mode: 'sip-domain', domain: 'sip.contoso.example' }, ['contoso.example'])).toBe(
      'name-mismatch',
    );
    expect(is({ mode: 'sip-domain', domain: 'sip.contoso.example' }, ['*.contoso.example'])).toBe(
      'wildcard-not-allowed',
    );
  });

  it('is a common name only without any alternative name and only where that is enabled', () => {
    const leaf = makeLeaf(ca, [], { subject: [['CN', 'contoso.example']] });
    expect(outcome(ask(judge, [leaf, ca], { identity }))).toBe('name-mismatch');
    const lenient = judgeOf([anchor(root)], { policy: { ...profiles.entente, commonNameFallback: true } });
    expect(outcome(ask(lenient, [leaf, ca], { identity }))).toBe('trusted');
    const both = makeLeaf(ca, ['fabrikam.example'], { subject: [['CN', 'contoso.example']] });
    expect(outcome(ask(lenient, [both, ca], { identity }))).toBe('name-mismatch');
  });
});

describe('the identity of a host', () => {
  const identity = { mode: 'host', name: 'fe1.contoso.example' } as const;
  it('is an exact DNS name or the host of a sip: URI, side by side', () => {
    expect(is(identity, ['fe1.contoso.example', { uri: 'sip:contoso.example' }])).toBe('trusted');
    expect(is(identity, ['pool1.contoso.example', { uri: 'sip:fe1.contoso.example' }])).toBe('trusted');
    expect(is(identity, ['fe2.contoso.example'])).toBe('name-mismatch');
    expect(is(identity, ['*.contoso.example'])).toBe('wildcard-not-allowed');
  });

  it('is found whatever the case and the trailing dot of the question', () => {
    expect(is({ mode: 'host', name: 'FE1.contoso.example.' }, ['fe1.contoso.example'])).toBe('trusted');
  });
});

describe('the identity of an HTTPS server (RFC 9525)', () => {
  const identity = { mode: 'https', name: 'www.contoso.example' } as const;
  it('may be a wildcard for the left-most label, and for that one only', () => {
    expect(is(identity, ['*.contoso.example'])).toBe('trusted');
    expect(is({ mode: 'https', name: 'a.www.contoso.example' }, ['*.contoso.example'])).toBe('name-mismatch');
    expect(is({ mode: 'https', name: 'contoso.example' }, ['*.contoso.example'])).toBe('name-mismatch');
    expect(is(identity, ['w*.contoso.example'])).toBe('name-mismatch');
    expect(is(identity, ['www.*.example'])).toBe('name-mismatch');
    expect(is({ mode: 'https', name: 'contoso.example' }, ['*.example'])).toBe('name-mismatch');
    expect(is({ mode: 'https', name: 'contoso.co.uk' }, ['*.co.uk'])).toBe('name-mismatch');
    expect(is({ mode: 'https', name: 'www.contoso.co.uk' }, ['*.contoso.co.uk'])).toBe('trusted');
  });

  it('is never the common name', () => {
    expect(is(identity, [], [['CN', 'www.contoso.example']])).toBe('name-mismatch');
  });

  it('is an IP address only as iPAddress', () => {
    expect(is({ mode: 'https', name: '192.0.2.1' }, [{ ip: [192, 0, 2, 1] }])).toBe('trusted');
    expect(is({ mode: 'https', name: '192.0.2.1' }, ['192.0.2.1'])).toBe('name-mismatch');
    const v6 = [0x20, 0x01, 0x0d, 0xb8, ...new Array(11).fill(0), 1];
    expect(is({ mode: 'https', name: '[2001:db8::1]' }, [{ ip: v6 }])).toBe('trusted');
    expect(is({ mode: 'https', name: '2001:db8::2' }, [{ ip: v6 }])).toBe('name-mismatch');
  });
});

describe('the identity of a service', () => {
  it('is one of an exact list of DNS names or URIs', () => {
    const identity = {
      mode: 'service',
      allowed: ['api.contoso.example', 'spiffe://contoso.example/pool'],
    } as const;
    expect(is(identity, ['api.contoso.example'])).toBe('trusted');
    expect(is(identity, [{ uri: 'spiffe://contoso.example/pool' }])).toBe('trusted');
    expect(is(identity, [{ uri: 'spiffe://contoso.example/pool/2' }])).toBe('name-mismatch');
    expect(is(identity, ['*.contoso.example'])).toBe('name-mismatch');
    expect(is({ mode: 'service', allowed: [] }, ['api.contoso.example'])).toBe('name-mismatch');
  });

  it('is an IP address of that list only as iPAddress', () => {
    const v6 = [0x20, 0x01, 0x0d, 0xb8, ...new Array(11).fill(0), 1];
    const identity = { mode: 'service', allowed: ['192.0.2.1', '2001:db8::1'] } as const;
    expect(is(identity, [{ ip: [192, 0, 2, 1] }])).toBe('trusted');
    expect(is(identity, [{ ip: v6 }])).toBe('trusted');
    expect(is(identity, [{ ip: [192, 0, 2, 2] }])).toBe('name-mismatch');
    expect(is(identity, ['192.0.2.1', { uri: '2001:db8::1' }])).toBe('name-mismatch');
  });
});

describe('an inbound peer', () => {
  it('shows all its identities and is left to authorisation', () => {
    const leaf = makeLeaf(ca, [
      'FE1.contoso.example',
      { uri: 'sip:contoso.example' },
      { uri: 'spiffe://x/y' },
      { email: 'a@b.example' },
      { ip: [192, 0, 2, 1] },
    ]);
    const verdict = ask(judge, [leaf, ca], { link: inboundLink });
    expect(outcome(verdict)).toBe('trusted');
    expect(verdict.peer).toMatchObject({
      dnsNames: ['fe1.contoso.example'],
      sipDomains: ['contoso.example'],
      uris: ['sip:contoso.example', 'spiffe://x/y'],
      emailAddresses: ['a@b.example'],
      ipAddresses: ['192.0.2.1'],
      subject: 'CN=leaf',
      issuer: 'CN=issuing CA',
      serialHex: leaf.certificate.serialHex,
      notAfter: leaf.certificate.notAfter,
      anchor: 'root',
    });
    expect(verdict.peer?.fingerprint256).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.parse(JSON.stringify(verdict.peer))).toHaveProperty(
      'fingerprint256',
      verdict.peer?.fingerprint256,
    );
  });
});
