import { profiles } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf, outcome } from './making/asking.ts';
import {
  type CertificateInput,
  extension,
  type Made,
  makeCa,
  makeLeaf,
  makeRoot,
  serverAuth,
  usage,
} from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';
import { ia5, integer, oid, sequence, tlv } from './making/der.ts';
import { generalName, type NameInput } from './making/general-names.ts';

/**
 * What RFC 5280 §4 and the Baseline Requirements forbid CAs to issue, rule by rule: the strict profiles refuse it, the network's
 * own is more patient.
 */
const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const name = 'fe1.contoso.example';
const names = [name];
const eku = { extKeyUsage: [serverAuth] };
const named: CertificateInput = { ...eku, subject: [['CN', name]] };

type Profile = keyof typeof profiles;

function said(profile: Profile, chain: readonly Made[], anchors: readonly Made[] = [root]): string {
  const judge = judgeOf(
    anchors.map((one, index) => anchor(one, { name: `root ${index}` })),
    { policy: profiles[profile] },
  );
  const verdict = ask(judge, chain);
  if (verdict.trusted) return 'trusted';
  // A rule is often not the only thing that is broken.
  const breach = verdict.considered.find((one) => one.reason === 'malformed-certificate');
  return breach?.reason === 'malformed-certificate'
    ? `${breach.where}: ${breach.problem}`
    : verdict.rejection.reason;
}

const leafSaid = (profile: Profile, input: CertificateInput, of: readonly (string | NameInput)[] = names) =>
  said(profile, [makeLeaf(ca, of, { ...eku, ...input }), ca]);
const caSaid = (profile: Profile, input: CertificateInput) => {
  const made = makeCa(root, 'CA', input);
  return said(profile, [makeLeaf(made, names, named), made]);
};
const strict = 'rfc5280-strict';

describe('a certificate that keeps every rule', () => {
  it.each([strict, 'webpki', 'entente'] as const)('is taken by %s', (profile) => {
    expect(leafSaid(profile, { subject: [['CN', name]] })).toBe('trusted');
  });
});

describe('RFC 5280 §4.1', () => {
  it('serial numbers are positive and have at most 20 octets', () => {
    expect(leafSaid(strict, { serial: 0 })).toMatch(/serialNumber: zero/);
    expect(leafSaid(strict, { serial: Buffer.of(0x80, 1) })).toMatch(/serialNumber: negative/);
    expect(leafSaid(strict, { serial: Buffer.alloc(21, 1) })).toMatch(/serialNumber: 21 octets/);
    expect(leafSaid(strict, { serial: Buffer.alloc(20, 1) })).toBe('trusted');
  });

  it('times are UTCTime through 2049 and GeneralizedTime from 2050 on; anchors are as old as they are', () => {
    expect(leafSaid(strict, { generalizedTimes: true })).toMatch(/validity: .*GeneralizedTime/);
    expect(caSaid('webpki', { generalizedTimes: true })).toMatch(/validity/);
    expect(caSaid(strict, { notAfter: Date.UTC(2055, 0, 1) })).toBe('trusted');
    const old = makeRoot('old root', { generalizedTimes: true });
    expect(said(strict, [makeLeaf(old, names, eku)], [old])).toBe('trusted');
    expect(leafSaid('entente', { generalizedTimes: true })).toBe('trusted');
  });

  it('unique identifiers are not issued any more', () => {
    const uniqueIds = [tlv(0x82, Buffer.of(0, 1))];
    expect(leafSaid(strict, { uniqueIds })).toMatch(/subjectUniqueID/);
    expect(leafSaid(strict, { uniqueIds: [tlv(0x81, Buffer.of(0, 1))] })).toMatch(/issuerUniqueID/);
    expect(leafSaid('entente', { uniqueIds })).toBe('trusted');
  });
});

describe('RFC 5280 §4.2, key identifiers', () => {
  it('an authority key identifier may be missing only where issuer and subject are the same key', () => {
    const instead = { '2.5.29.35': false } as const;
    expect(leafSaid(strict, { instead })).toMatch(/authorityKeyIdentifier/);
    expect(caSaid(strict, { instead })).toMatch(/authorityKeyIdentifier/);
    const bare = makeRoot('bare root', { instead });
    expect(said(strict, [makeLeaf(bare, names, eku)], [bare])).toBe('trusted');
    expect(said(strict, [bare], [bare])).not.toMatch(/authorityKeyIdentifier/);
  });

  it('a subject key identifier is missing in no CA, not even one that is shown as a leaf', () => {
    const instead = { '2.5.29.14': false } as const;
    expect(caSaid(strict, { instead })).toMatch(/subjectKeyIdentifier/);
    expect(leafSaid(strict, { instead })).toBe('trusted');
    const shown = makeCa(root, 'shown', { instead, names: [{ dns: name }] });
    expect(said(strict, [shown])).toMatch(/subjectKeyIdentifier/);
  });
});

describe('RFC 5280 §4.2, criticality', () => {
  const uri = generalName({ uri: 'http://contoso.example/' });
  const points = sequence(sequence(tlv(0xa0, tlv(0xa0, uri))));
  const access = sequence(sequence(oid('1.3.6.1.5.5.7.48.5'), uri));
  it.each<[string, Buffer, Buffer]>([
    [
      'inhibitAnyPolicy is critical',
      extension('2.5.29.54', false, integer(0)),
      extension('2.5.29.54', true, integer(0)),
    ],
    ['freshestCRL is not', extension('2.5.29.46', true, points), extension('2.5.29.46', false, points)],
    [
      'subjectInfoAccess is not',
      extension('1.3.6.1.5.5.7.1.11', true, access),
      extension('1.3.6.1.5.5.7.1.11', false, access),
    ],
    [
      'authorityInfoAccess is not',
      extension('1.3.6.1.5.5.7.1.1', true, access),
      extension('1.3.6.1.5.5.7.1.1', false, access),
    ],
  ])('%s', (_, wrong, right) => {
    expect(caSaid(strict, { extensions: [wrong] })).toMatch(/critical/);
    expect(caSaid(strict, { extensions: [right] })).toBe('trusted');
  });

  it('a critical policy comes with qualifiers that are understood, or not at all', () => {
    const qualified = (critical: boolean, qualifier: string) => {
      const info = sequence(oid(qualifier), ia5('http://contoso.example/cps'));
      return extension('2.5.29.32', critical, sequence(sequence(oid('1.3.6.1.4.1.55738.1'), sequence(info))));
    };
    const cps = '1.3.6.1.5.5.7.2.1';
    expect(leafSaid(strict, { extensions: [qualified(true, '1.3.6.1.4.1.55738.2')] })).toBe(
      'unknown-critical-extension',
    );
    expect(leafSaid(strict, { extensions: [qualified(false, '1.3.6.1.4.1.55738.2')] })).toBe('trusted');
    expect(leafSaid(strict, { extensions: [qualified(true, cps)] })).toBe('trusted');
  });
});

describe('RFC 5280 §4.2.1.6, names', () => {
  it.each<[string, NameInput]>([
    ['a trailing dot', { dns: `${name}.` }],
    ['a leading dot', { dns: `.${name}` }],
    ['an empty name', { dns: '' }],
    ['a space', { dns: ' ' }],
    ['a NUL', { dns: `${name}\0.fabrikam.example` }],
    ['an underscore', { dns: 'fe_1.contoso.example' }],
    ['an IP address as DNS name', { dns: '192.0.2.1' }],
    ['a bare wildcard', { dns: '*' }],
    ['a wildcard in part of a label', { dns: 'fe*.contoso.example' }],
    ['a wildcard that is not left-most', { dns: 'fe.*.example' }],
    ['two wildcards', { dns: '*.*.contoso.example' }],
    ['a label of 64 characters', { dns: `${'a'.repeat(64)}.example` }],
    ['a label that ends in a hyphen', { dns: 'fe-.contoso.example' }],
    ['a relative URI', { uri: '//contoso.example/' }],
    ['a URI without scheme', { uri: 'contoso.example' }],
    ['a URI whose scheme begins with a digit', { uri: '1sip:contoso.example' }],
    ['a URI of nothing but a scheme', { uri: 'sip:' }],
    ['a URI with an authority that is no host', { uri: 'https://con_toso..example/' }],
    ['a mailbox without domain', { email: 'postmaster' }],
    ['a mailbox with a space', { email: 'post master@contoso.example' }],
    ['a mailbox with a display name', { email: 'Post <postmaster@contoso.example>' }],
  ])('%s is no subject alternative name', (_, wrong) => {
    expect(leafSaid(strict, {}, [{ dns: name }, wrong])).toMatch(/^subjectAltName/);
  });

  it.each<[string, NameInput]>([
    ['a name in capitals', { dns: 'FE1.CONTOSO.EXAMPLE' }],
    ['an A-label', { dns: 'xn--mnchen-3ya.contoso.example' }],
    ['a wildcard', { dns: '*.contoso.example' }],
    ['a SIP URI', { uri: 'sip:contoso.example' }],
    ['a SPIFFE ID', { uri: 'spiffe://contoso.example/fe/1' }],
    ['a URN', { uri: 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6' }],
    ['a URI with an IPv6 host', { uri: 'https://[2001:db8::1]:8443/' }],
    ['a mailbox with atoms and dots', { email: 'a.b+c=d*@contoso.example' }],
    ['a quoted mailbox', { email: '"post master"@contoso.example' }],
  ])('%s is one', (_, right) => {
    expect(leafSaid(strict, {}, [{ dns: name }, right])).toBe('trusted');
  });
});

describe('RFC 5280 §4.2.1.10, the form of name constraints', () => {
  const constrained = (base: NameInput, more: readonly Buffer[] = []) =>
    caSaid(strict, {
      extensions: [extension('2.5.29.30', true, sequence(tlv(0xa1, sequence(generalName(base), ...more))))],
    });
  it.each<[string, NameInput]>([
    ['a DNS name with a leading dot', { dns: '.fabrikam.example' }],
    ['a DNS name with a wildcard', { dns: '*.fabrikam.example' }],
    ['a mask with a hole', { ip: [192, 0, 2, 0, 255, 0, 255, 0] }],
    ['a mail constraint that is neither mailbox nor host', { email: 'fabri kam' }],
    ['a mail constraint without local part', { email: '@fabrikam.example' }],
    ['a URI constraint with a scheme', { uri: 'https://fabrikam.example' }],
    ['a URI constraint that is an address', { uri: '192.0.2.1' }],
  ])('%s is refused where it stands', (_, base) => {
    expect(constrained(base)).toMatch(/^nameConstraints/);
  });

  it.each<[string, NameInput]>([
    ['a DNS name', { dns: 'fabrikam.example' }],
    ['a mailbox', { email: 'post@fabrikam.example' }],
    ['a mail host', { email: 'fabrikam.example' }],
    ['a mail domain', { email: '.fabrikam.example' }],
    ['a URI host', { uri: 'fabrikam.example' }],
    ['a URI domain', { uri: '.fabrikam.example' }],
    ['an address with a mask', { ip: [192, 0, 2, 0, 255, 255, 255, 192] }],
  ])('%s is fine', (_, base) => {
    expect(constrained(base)).toBe('trusted');
  });

  it('a subtree with minimum or maximum is refused', () => {
    expect(constrained({ dns: 'fabrikam.example' }, [integer(1, 0x80)])).toMatch(/minimum/);
    expect(constrained({ dns: 'fabrikam.example' }, [integer(3, 0x81)])).toMatch(/maximum/);
  });
});

describe('RFC 5280 §4.2.1.3', () => {
  it('key usage is DER: its bits end in a one; anchors are as old as they are', () => {
    const padded = (...octets: readonly number[]) => ({
      '2.5.29.15': extension('2.5.29.15', true, tlv(0x03, Buffer.from(octets))),
    });
    expect(leafSaid(strict, { instead: padded(0, 0x80) })).toMatch(/keyUsage: trailing zeros/);
    expect(leafSaid(strict, { instead: padded(7, 0x80) })).toBe('trusted');
    expect(leafSaid(strict, { instead: padded(6, 0xc0) })).toBe('trusted');
    expect(leafSaid('entente', { instead: padded(0, 0x80) })).toBe('trusted');
    const old = makeRoot('old root', { instead: padded(0, 0x06) });
    expect(said(strict, [makeLeaf(old, names, eku)], [old])).toBe('trusted');
  });
});

describe('RFC 5280 §4.2.1.9', () => {
  it('pathLenConstraint stands only beside cA and keyCertSign', () => {
    const without = extension('2.5.29.19', true, sequence(integer(0)));
    expect(leafSaid('entente', { extensions: [without] })).toMatch(/pathLenConstraint without cA/);
    const shown = makeCa(root, 'shown', {
      ca: { pathLength: 0 },
      keyUsage: [usage.digitalSignature],
      names: [{ dns: name }],
    });
    expect(said(strict, [shown])).toMatch(/pathLenConstraint without keyCertSign/);
  });
});

describe('the Web PKI', () => {
  it('asks CAs for keyUsage; roots may be older than the rule', () => {
    expect(caSaid('webpki', { keyUsage: false })).toMatch(/keyUsage: missing/);
    expect(caSaid(strict, { keyUsage: false })).toBe('trusted');
    const old = makeRoot('old root', { keyUsage: false });
    expect(said('webpki', [makeLeaf(old, names, { ...eku, subject: [['CN', name]] })], [old])).toBe(
      'trusted',
    );
  });

  it('gives subscribers no purpose that stands for all', () => {
    const extKeyUsage = [serverAuth, '2.5.29.37.0'];
    expect(leafSaid('webpki', { subject: [['CN', name]], extKeyUsage })).toMatch(/anyExtendedKeyUsage/);
    expect(caSaid('webpki', { extKeyUsage })).toBe('trusted');
    expect(leafSaid(strict, { extKeyUsage })).toBe('trusted');
  });

  it('gives subscribers no bit of a CA', () => {
    const keyUsage = [usage.digitalSignature, usage.cRLSign];
    expect(leafSaid('webpki', { subject: [['CN', name]], keyUsage })).toMatch(/keyUsage: cRLSign/);
    expect(leafSaid(strict, { keyUsage })).toBe('trusted');
  });
});

describe('a CRL under the strict profile', () => {
  const scope = sequence(tlv(0x81, Buffer.of(0xff)));
  const place = tlv(0x86, Buffer.from('http://lists.contoso.example/ca'));
  const points = sequence(sequence(tlv(0xa0, tlv(0xa0, place))));
  const access = sequence(sequence(oid('1.3.6.1.5.5.7.48.2'), place));
  const crlSaid = (input: Omit<Parameters<typeof makeCrl>[0], 'issuer'>, profile: Profile = strict) => {
    const judge = judgeOf([anchor(root, { revocation: { mode: 'hard-fail' } })], {
      policy: profiles[profile],
      revocation: { crls: [makeCrl({ issuer: root, ...input })] },
    });
    return outcome(ask(judge, [makeLeaf(root, names, eku)]));
  };
  it.each<[string, Omit<Parameters<typeof makeCrl>[0], 'issuer'>]>([
    ['has a CRL number', { instead: { '2.5.29.20': false } }],
    ['has one that is not critical', { instead: { '2.5.29.20': extension('2.5.29.20', true, integer(1)) } }],
    ['names the key that signed it', { instead: { '2.5.29.35': false } }],
    ['writes times in the form of their year', { generalizedTimes: true }],
    ['writes the second one so too', { generalizedTimes: 'nextUpdate' }],
    ['has pointers to deltas that are not critical', { extensions: [extension('2.5.29.46', true, points)] }],
    [
      'has pointers to its issuer that are not critical',
      { extensions: [extension('1.3.6.1.5.5.7.1.1', true, access)] },
    ],
    ['marks its scope as critical', { extensions: [extension('2.5.29.28', false, scope)] }],
  ])('%s', (_, wrong) => {
    expect(crlSaid(wrong)).toBe('revocation-unknown');
    expect(crlSaid(wrong, 'entente')).toBe('trusted');
  });

  it('otherwise is taken', () => {
    expect(crlSaid({})).toBe('trusted');
    expect(crlSaid({ extensions: [extension('2.5.29.28', true, scope)] })).toBe('trusted');
    expect(crlSaid({ extensions: [extension('2.5.29.46', false, points)] })).toBe('trusted');
    expect(crlSaid({ extensions: [extension('1.3.6.1.5.5.7.1.1', false, access)] })).toBe('trusted');
  });
});
