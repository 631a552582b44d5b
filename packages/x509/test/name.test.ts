import { appendRdn, createName, decodeCertificate, EncodeError, type Name, oids } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { fromHex, signCertificate } from './samples.ts';

function read(name: { readonly der: Uint8Array }): Name {
  const decoded = decodeCertificate(signCertificate({ subject: name }));
  if (!decoded.ok) throw new Error(decoded.error.message);
  return decoded.value.subject;
}

const cn = (tag: string, hex: string) => {
  const value = `${tag}${(hex.length / 2).toString(16).padStart(2, '0')}${hex}`;
  const attribute = `0603550403${value}`;
  const sequence = `30${(attribute.length / 2).toString(16).padStart(2, '0')}${attribute}`;
  const set = `31${(sequence.length / 2).toString(16).padStart(2, '0')}${sequence}`;
  return read({ der: fromHex(`30${(set.length / 2).toString(16).padStart(2, '0')}${set}`) });
};

const latin = (text: string) => Buffer.from(text, 'latin1').toString('hex');

describe('names', () => {
  it('compare alike in every string type', () => {
    const names = [
      cn('0c', latin('Contoso')),
      cn('13', latin('CONTOSO')),
      cn('14', latin('contoso ')),
      cn('1e', '0043006f006e0074006f0073006f'),
      cn('1c', [...'Contoso'].map((c) => c.charCodeAt(0).toString(16).padStart(8, '0')).join('')),
    ];
    expect(new Set(names.map(({ canonical }) => canonical)).size).toBe(1);
    expect(names.map(String)).toEqual([
      'CN=Contoso',
      'CN=CONTOSO',
      'CN=contoso\\ ',
      'CN=Contoso',
      'CN=Contoso',
    ]);
  });

  it.each([
    ['PrintableString with an at sign', '13', latin('a@b')],
    ['UTF8String that is not UTF-8', '0c', 'c328'],
    ['UTF8String with a surrogate', '0c', 'eda080'],
    ['UTF8String in an overlong form', '0c', 'c0af'],
    ['IA5String beyond ASCII', '16', 'e9'],
    ['BMPString of half a character', '1e', '004100'],
    ['BMPString with a surrogate', '1e', 'd83dde00'],
    ['UniversalString beyond Unicode', '1c', '00110000'],
    ['UniversalString of half a character', '1c', '000000410000'],
    ['NumericString with a letter', '12', latin('12a')],
    ['VisibleString with a control character', '1a', '07'],
  ])('are refused for a %s', (_, tag, hex) => {
    expect(() => cn(tag, hex)).toThrow(/^expected/);
  });

  it('are refused when a common name is no text, and read when an unknown attribute is none', () => {
    expect(() => cn('02', '01')).toThrow('expected a text as the value of 2.5.4.3');
    const other = read({ der: fromHex('300d310b300906032a0304020205 39'.replace(' ', '')) });
    expect(other.rdns[0]![0]).toMatchObject({ oid: '1.2.3.4', tag: 2, text: undefined });
    expect(String(other)).toBe('1.2.3.4=#0539');
  });

  it('within a subtree have keys that begin with its key', () => {
    const base = createName([{ oid: oids.organizationName, value: 'Contoso' }]);
    const inside = createName([
      { oid: oids.organizationName, value: 'contoso' },
      { oid: oids.commonName, value: 'x' },
    ]);
    const beside = createName([{ oid: oids.organizationName, value: 'Contoso Ltd' }]);
    expect(inside.canonical.startsWith(base.canonical)).toBe(true);
    expect(beside.canonical.startsWith(base.canonical)).toBe(false);
  });

  it('grow by an RDN, also past the length that one octet can say', () => {
    const relative = fromHex('310d300b06035504030c0443524c31');
    const short = createName([{ oid: oids.organizationName, value: 'Contoso' }]);
    const long = createName([{ oid: oids.organizationName, value: 'x'.repeat(120) }]);
    for (const base of [createName([]), short, long, appendRdn(long, relative)]) {
      const grown = read(appendRdn(base, relative));
      expect(grown.canonical).toBe(`${base.canonical}2.5.4.3=crl1\0`);
    }
  });

  it('compare the attributes of one RDN as a set, and RDNs as a list', () => {
    const o = { oid: oids.organizationName, value: 'Contoso' };
    const c = { oid: oids.commonName, value: 'x' };
    expect(createName([[o, c]]).canonical).toBe(createName([[c, o]]).canonical);
    expect(createName([o, c]).canonical).not.toBe(createName([c, o]).canonical);
    expect(createName([[o, c]]).canonical).not.toBe(createName([o, c]).canonical);
  });

  it('cannot be made alike by putting separators into values', () => {
    const one = createName([{ oid: oids.commonName, value: 'a\u0000' + '2.5.4.10=b' }]);
    const two = createName([
      { oid: oids.commonName, value: 'a' },
      { oid: oids.organizationName, value: 'b' },
    ]);
    expect(read(one).canonical).not.toBe(two.canonical);
  });

  it('with an RDN out of order are refused', () => {
    const [first, second] = ['30080603550403 0c0178', '300906035504 0a 0c0278 78'].map((hex) =>
      hex.replaceAll(' ', ''),
    );
    const name = (a: string, b: string) => ({ der: fromHex(`30173115${a}${b}`) });
    expect(read(name(first!, second!)).rdns).toHaveLength(1);
    expect(() => read(name(second!, first!))).toThrow('ascending order');
  });

  it('with an empty RDN are refused', () => {
    expect(() => read({ der: fromHex('30023100') })).toThrow('expected a SEQUENCE');
  });

  it('are written for people as RFC 4514 says, and hide no control characters', () => {
    const name = createName([
      { oid: oids.countryName, value: 'DE' },
      [
        { oid: oids.organizationName, value: 'Contoso, "Inc"' },
        { oid: '1.2.3.4', value: 'x' },
      ],
      { oid: oids.commonName, value: ' a\n\u202e#b ' },
    ]);
    expect(String(name)).toBe('CN=\\ a\\0a\\e2\\80\\ae#b\\ ,1.2.3.4=x+O=Contoso\\, \\"Inc\\",C=DE');
  });

  it('say whether they are empty', () => {
    expect(read(createName([])).isEmpty).toBe(true);
    expect(createName([{ oid: oids.commonName, value: 'x' }]).isEmpty).toBe(false);
  });

  it.each([
    ['an empty value', oids.commonName, ''],
    ['a country that is not printable', oids.countryName, 'D_'],
    ['a domain component beyond ASCII', oids.domainComponent, 'ü'],
    ['half a surrogate pair', oids.commonName, '\ud800'],
    ['an attribute type that is none', 'CN', 'x'],
  ])('are not written with %s', (_, oid, value) => {
    expect(() => createName([{ oid, value }])).toThrow(EncodeError);
  });
});
