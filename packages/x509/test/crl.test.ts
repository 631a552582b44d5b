import {
  certificateIssuerExtension,
  crlNumberExtension,
  type DecodeLimits,
  decodeCrl,
  deltaCrlIndicatorExtension,
  EncodeError,
  encodeTbsCrl,
  issuingDistributionPointExtension,
  oids,
  type RevokedFields,
  reasonCodeExtension,
  type TbsCrlFields,
  TbsCrlWriter,
} from '@entente/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crl, crls, ecdsa, fromHex, issuerName, otherIssuerName } from './samples.ts';

const DATE = Date.UTC(2026, 0, 1);
const entry = (serial: string, more: Partial<RevokedFields> = {}): RevokedFields => ({
  serialNumber: fromHex(serial),
  revocationDate: DATE,
  ...more,
});

function read(fields: Partial<TbsCrlFields>, revoked: Iterable<RevokedFields> = [], limits?: DecodeLimits) {
  const decoded = decodeCrl(crl(fields, revoked), limits);
  if (!decoded.ok) throw new Error(`${decoded.error.code} ${decoded.error.where}: ${decoded.error.message}`);
  return decoded.value;
}

const indirect = { extensions: [issuingDistributionPointExtension({ indirectCRL: true })] };

describe('decodeCrl', () => {
  it('reads number, base, distribution point and times', () => {
    const delta = read({ extensions: [crlNumberExtension(9n), deltaCrlIndicatorExtension(7)] });
    expect([delta.version, delta.crlNumber, delta.baseCrlNumber, delta.entryCount]).toEqual([2, 9n, 7n, 0]);
    const [full, first, , , partitioned] = crls().map((der) => {
      const decoded = decodeCrl(der);
      if (!decoded.ok) throw new Error(decoded.error.message);
      return decoded.value;
    });
    expect(full!.baseCrlNumber).toBeUndefined();
    expect(first).toMatchObject({ version: 1, nextUpdate: undefined, entryCount: 1 });
    expect(partitioned!.issuingDistributionPoint).toMatchObject({
      indirectCRL: true,
      onlyContainsUserCerts: true,
      onlyContainsCACerts: false,
      onlySomeReasons: { superseded: true, keyCompromise: false },
    });
  });

  it('finds each entry by its serial number and nothing else', () => {
    const serials = fc.uniqueArray(
      fc.uint8Array({ minLength: 1, maxLength: 20 }).map((octets) => {
        const hex = Buffer.from(octets).toString('hex');
        return `01${hex}`;
      }),
      { minLength: 2, maxLength: 60 },
    );
    fc.assert(
      fc.property(serials, (all) => {
        const half = Math.ceil(all.length / 2);
        const list = read(
          {},
          all.slice(0, half).map((serial) => entry(serial)),
        );
        for (const [index, serial] of all.entries()) {
          const found = list.lookup(fromHex(serial));
          expect(found?.serialHex).toBe(index < half ? serial : undefined);
        }
        expect([...list.entries()].map(({ serialHex }) => serialHex)).toEqual(all.slice(0, half));
      }),
    );
  });

  it('does not confuse serial numbers that differ in leading zeros or in sign', () => {
    const list = read({}, [entry('0080'), entry('01')]);
    expect(list.lookup(fromHex('0080'))?.serialHex).toBe('0080');
    expect(list.lookup(fromHex('80'))).toBeUndefined();
    expect(list.lookup(fromHex('0001'))).toBeUndefined();
    expect(list.lookup(fromHex(''))).toBeUndefined();
  });

  it('belongs to its own issuer when it is not indirect', () => {
    const list = read({}, [entry('01')]);
    expect(list.lookup(Uint8Array.of(1), issuerName)?.serialHex).toBe('01');
    expect(list.lookup(Uint8Array.of(1), otherIssuerName)).toBeUndefined();
  });

  it('hands a certificate issuer on to the entries that follow', () => {
    const issuer = (name: typeof issuerName) => ({ extensions: [certificateIssuerExtension(name)] });
    const list = read(indirect, [
      entry('01'),
      entry('02', issuer(otherIssuerName)),
      entry('03'),
      entry('01'),
      entry('04', issuer(issuerName)),
      entry('05'),
    ]);
    const other = [...list.entries()].filter(
      ({ certificateIssuer: { canonical } }) => canonical === otherIssuerName.canonical,
    );
    expect(other.map(({ serialHex }) => serialHex)).toEqual(['02', '03', '01']);
    const listed = (serial: number, name?: typeof issuerName) =>
      list.lookup(Uint8Array.of(serial), name) !== undefined;
    expect([1, 2, 3, 4, 5].map((serial) => listed(serial))).toEqual([true, false, false, true, true]);
    expect([1, 2, 3, 4, 5].map((serial) => listed(serial, otherIssuerName))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(list.lookup(Uint8Array.of(3), otherIssuerName)?.certificateIssuer.canonical).toBe(
      otherIssuerName.canonical,
    );
    expect(list.unknownCriticalInEntries).toEqual([]);
  });

  it('lets the first of two entries count, but a revocation more than a removal', () => {
    const twice = (first: RevokedFields['reason'], second: RevokedFields['reason']) =>
      read({}, [entry('01', { reason: first }), entry('01', { reason: second })]).lookup(Uint8Array.of(1))
        ?.reason;
    expect(twice('keyCompromise', 'superseded')).toBe('keyCompromise');
    expect(twice('removeFromCRL', 'superseded')).toBe('superseded');
    expect(twice('superseded', 'removeFromCRL')).toBe('superseded');
  });

  it('names the critical extensions that nobody knows, in the CRL and in entries', () => {
    const strange = { oid: '1.2.3.4', critical: true, value: fromHex('0500') };
    const list = read({ extensions: [strange] }, [
      entry('01', { extensions: [{ ...strange, oid: '1.2.3.5' }] }),
      entry('02'),
    ]);
    expect(list.unknownCritical).toEqual(['1.2.3.4']);
    expect(list.unknownCriticalInEntries).toEqual(['1.2.3.5']);
  });

  const issuerEntry = entry('01', { extensions: [certificateIssuerExtension(otherIssuerName)] });
  const reason = (hex: string) =>
    entry('01', { extensions: [{ oid: oids.reasonCode, critical: false, value: fromHex(hex) }] });
  const point = (hex: string) => ({
    extensions: [{ oid: oids.issuingDistributionPoint, critical: true, value: fromHex(hex) }],
  });
  it.each([
    ['a certificate issuer in a CRL that is not indirect', {}, [issuerEntry]],
    ['entry extensions in version 1', { version: 1 as const }, [reason('0a0101')]],
    ['a reason of 7', {}, [reason('0a0107')]],
    ['a reason of 11', {}, [reason('0a010b')]],
    ['a reason that is no ENUMERATED', {}, [reason('020101')]],
    [
      'an entry extension twice',
      {},
      [entry('01', { extensions: [reasonCodeExtension('superseded'), reasonCodeExtension('superseded')] })],
    ],
    [
      'a certificate issuer without a directory name',
      indirect,
      [
        entry('01', {
          extensions: [{ oid: oids.certificateIssuer, critical: true, value: fromHex('3003820161') }],
        }),
      ],
    ],
    ['an empty distribution point', point('3000'), []],
    ['a limit to users and to CAs at once', point('30068101ff8201ff'), []],
    ['a limit that is FALSE', point('3003810100'), []],
    ['extensions in version 1', { version: 1 as const, extensions: [crlNumberExtension(1)] }, []],
    [
      'a negative number',
      { extensions: [{ oid: oids.cRLNumber, critical: false, value: fromHex('0201ff') }] },
      [],
    ],
  ])('refuses %s', (_, fields, revoked) => {
    expect(() => read(fields, revoked)).toThrow(/^malformed/);
  });

  it('refuses a number above 20 octets', () => {
    const number = (hex: string) => [{ oid: oids.cRLNumber, critical: false, value: fromHex(hex) }];
    expect(() => read({ extensions: number(`021501${'00'.repeat(20)}`) })).toThrow(/^limit-exceeded/);
    expect(read({ extensions: number(`021500${'ff'.repeat(20)}`) }).crlNumber).toBe(2n ** 160n - 1n);
  });

  it('refuses more entries than the caller allows', () => {
    const three = ['01', '02', '03'].map((serial) => entry(serial));
    expect(() => read({}, three, { maxItems: 2 })).toThrow('expected at most 2 elements');
  });

  it('refuses an algorithm outside that is not the one inside', () => {
    const der = crl();
    der[der.length - 68] = 3;
    expect(der[der.length - 69]).toBe(3);
    expect(decodeCrl(der)).toMatchObject({
      ok: false,
      error: { message: 'expected the algorithm named in tbsCertList.signature, found another' },
    });
  });

  it('refuses version 1 spelt out and version 3', () => {
    const version = (number: number) => {
      const der = Buffer.from(crl());
      der[der.indexOf(fromHex('020101')) + 2] = number;
      return decodeCrl(der);
    };
    expect(version(1).ok).toBe(true);
    expect(version(0)).toMatchObject({
      ok: false,
      error: { code: 'malformed', where: 'tbsCertList.version' },
    });
    expect(version(2)).toMatchObject({
      ok: false,
      error: { code: 'unsupported', where: 'tbsCertList.version' },
    });
  });

  /** Puts octets at the end of what is signed. */
  function withLast(hex: string): Buffer {
    const der = Buffer.from(crl());
    const end = der.indexOf(Buffer.from(ecdsa.der), 20);
    const tbs = sequence(der.subarray(5, end), Buffer.from(hex, 'hex'));
    return sequence(tbs, der.subarray(end));
  }

  function sequence(...parts: readonly Uint8Array[]): Buffer {
    const content = Buffer.concat(parts);
    const length = content.length < 128 ? [content.length] : [0x81, content.length];
    return Buffer.concat([Buffer.of(0x30, ...length), content]);
  }

  it.each([
    ['entries', '3000', 'tbsCertList.revokedCertificates'],
    ['extensions of its own', 'a0023000', 'tbsCertList.crlExtensions'],
  ])('refuses a list of %s that is empty', (_, hex, where) => {
    expect(decodeCrl(withLast(hex))).toMatchObject({ ok: false, error: { where } });
  });

  it('reads an entry whose list of extensions is empty as one without, and says so', () => {
    // One entry with serial number 7, a date and an empty SEQUENCE.
    const list = '30163014020107170d3236303130313030303030305a3000';
    const decoded = decodeCrl(withLast(list));
    if (!decoded.ok) throw new Error(decoded.error.message);
    const { value } = decoded;
    expect(value.emptyEntryExtensions).toBe(true);
    expect(value.lookup(fromHex('07'))).toMatchObject({ serialHex: '07', extensions: [], reason: undefined });
    expect([...value.entries()]).toHaveLength(1);
    expect(read({}, [entry('01', { reason: 'superseded' })]).emptyEntryExtensions).toBe(false);
  });

  it('refuses an empty list of extensions in another form, and in version 1', () => {
    const long = '30173015020107170d3236303130313030303030305a308100';
    expect(decodeCrl(withLast(long))).toMatchObject({ ok: false });
    const empty = entry('01', {
      extensions: [{ oid: oids.reasonCode, critical: false, value: fromHex('0a0101') }],
    });
    expect(() => read({ version: 1 }, [empty])).toThrow(/version 1/);
  });

  it('refuses a signature that runs past the end of the CRL', () => {
    const der = crl(indirect);
    der[2]! -= 10;
    expect(decodeCrl(der)).toMatchObject({ ok: false, error: { where: 'signature', code: 'malformed' } });
  });
});

describe('TbsCrlWriter', () => {
  const fields: TbsCrlFields = { signatureAlgorithm: ecdsa, issuer: issuerName, thisUpdate: DATE };

  it('writes what encodeTbsCrl writes, from entries that come one at a time', async () => {
    const all = Array.from({ length: 300 }, (_, i) =>
      entry(`01${i.toString(16).padStart(4, '0')}`, { reason: 'superseded' }),
    );
    async function* rows() {
      yield* all;
    }
    const writer = new TbsCrlWriter(fields);
    for await (const row of rows()) writer.add(row);
    expect(writer.finish()).toEqual(encodeTbsCrl(fields, all));
  });

  it('takes no entry and no second end after its end', () => {
    const writer = new TbsCrlWriter(fields);
    writer.finish();
    expect(() => writer.add(entry('01'))).toThrow(EncodeError);
    expect(() => writer.finish()).toThrow(EncodeError);
  });

  it('leaves the reason unspecified out', () => {
    const list = read({}, [
      entry('01', { reason: 'unspecified' }),
      entry('02', { reason: 'unspecified', invalidityDate: DATE }),
    ]);
    expect([...list.entries()].map(({ extensions }) => extensions.length)).toEqual([0, 1]);
  });

  it('refuses numbers that no CRL can have', () => {
    expect(() => crlNumberExtension(-1)).toThrow(EncodeError);
    expect(() => deltaCrlIndicatorExtension(2n ** 160n)).toThrow(EncodeError);
  });
});
