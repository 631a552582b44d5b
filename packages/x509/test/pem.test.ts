import { decodeCertificate, decodePem, decodePemCertificates, encodePem } from '@entente/x509';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { certificates, crls } from './samples.ts';

const block = (body: string, label = 'CERTIFICATE', end = label) =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${end}-----\n`;

describe('PEM', () => {
  it('reads back what it wrote, blocks in order', () => {
    const blocks = fc.array(
      fc.record({
        label: fc.stringMatching(/^[A-Z0-9]{1,8}( [A-Z0-9]{1,8}){0,2}$/),
        der: fc.uint8Array({ maxLength: 300 }),
      }),
    );
    fc.assert(
      fc.property(blocks, (all) => {
        const text = all.map(({ label, der }) => encodePem(label, der)).join('');
        expect(decodePem(text)).toEqual({ ok: true, value: all });
        expect(decodePem(new TextEncoder().encode(text))).toEqual({ ok: true, value: all });
      }),
    );
  });

  it('writes what Node writes', () => {
    const der = certificates()[0]!;
    const lines = Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g)!;
    expect(encodePem('CERTIFICATE', der)).toBe(
      `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
    );
  });

  it('skips text between blocks, and markers that do not begin a line', () => {
    const text = `subject=CN -----BEGIN X-----\n${block('AQ==')}issuer=…\r\n${block('Ag==').replaceAll('\n', '\r\n')}`;
    expect(decodePem(text)).toMatchObject({
      ok: true,
      value: [{ der: Uint8Array.of(1) }, { der: Uint8Array.of(2) }],
    });
  });

  it('reads a text without blocks as none', () => {
    expect(decodePem('nothing here')).toEqual({ ok: true, value: [] });
  });

  it('skips a byte order mark of UTF-8, at the beginning and where another file begins', () => {
    const marked = `\ufeff${block('AQ==')}\ufeff${block('Ag==')}`;
    const blocks = [{ der: Uint8Array.of(1) }, { der: Uint8Array.of(2) }];
    expect(decodePem(marked)).toMatchObject({ ok: true, value: blocks });
    expect(decodePem(Buffer.from(marked))).toMatchObject({ ok: true, value: blocks });
    expect(decodePem(Buffer.from(marked).toString('latin1'))).toMatchObject({ ok: true, value: blocks });
  });

  const wide = (text: string) => Buffer.from(text, 'utf16le');
  it.each<[string, string | Uint8Array]>([
    ['little-endian, with mark', wide(`\ufeff${block('AQ==')}`)],
    ['little-endian, without mark', wide(block('AQ=='))],
    ['big-endian, with mark', wide(`\ufeff${block('AQ==')}`).swap16()],
    ['big-endian, without mark', wide(block('AQ==')).swap16()],
    ['read as UTF-8', wide(`\ufeff${block('AQ==')}`).toString()],
    ['read as Latin-1', wide(block('AQ==')).toString('latin1')],
  ])('refuses UTF-16 by its name: %s', (_, text) => {
    for (const decode of [decodePem, decodePemCertificates])
      expect(decode(text)).toMatchObject({
        ok: false,
        error: {
          code: 'unsupported',
          message: 'expected PEM in ASCII or UTF-8, found UTF-16: write the file again as UTF-8',
          where: 'pem',
        },
      });
  });

  it.each<[string, unknown]>([
    ['a promise: await it', Promise.resolve('x')],
    ['nothing', undefined],
    ['something else', 7],
    ['something else', null],
    ['something else', { pem: 'x' }],
    ['something else', [block('AQ==')]],
  ])('refuses %s in the place of a text', (found, value) => {
    for (const decode of [decodePem, decodePemCertificates])
      expect(decode(value as string)).toMatchObject({
        ok: false,
        error: {
          code: 'malformed',
          message: `expected PEM as a text or in a Uint8Array, found ${found}`,
          where: 'pem',
        },
      });
  });

  it.each<[string, string | Uint8Array]>([
    ['at least one PEM block, found none', ''],
    ['at least one PEM block, found none', 'nothing here'],
    ['at least one PEM block, found none', '/etc/ssl/ca.crt'],
    ['at least one PEM block, found none', Buffer.from('nothing here')],
    ['PEM, found DER: decodeCertificate reads it', certificates()[0]!],
  ])('refuses certificates of what has no block: expected %s', (rest, text) => {
    expect(decodePemCertificates(text)).toMatchObject({
      ok: false,
      error: { code: 'malformed', message: `expected ${rest}`, where: 'pem' },
    });
  });

  it('reads a text with blocks of other kinds alone as no certificates', () => {
    expect(decodePemCertificates(block('AQ==', 'PRIVATE KEY'))).toEqual({ ok: true, value: [] });
  });

  it.each([
    ['another label at the end', block('AQ==', 'A', 'B')],
    ['no end', '-----BEGIN A-----\nAQ==\n'],
    ['no end of the first line', '-----BEGIN A'],
    ['a hyphen in the label', block('AQ==', 'A-B')],
    ['a character outside base64', block('A*==')],
    ['a header inside', block('Proc-Type: 4,ENCRYPTED\n\nAQ==')],
    ['padding missing', block('AQ')],
    ['padding too long', block('AQI==')],
    ['padding in the middle', block('AQ==AQ==')],
    ['bits left over', block('AR==')],
    ['a character left over', block('AQIDA')],
    ['a character beyond ASCII', block('AQ=\u013d')],
  ])('refuses %s', (_, text) => {
    expect(decodePem(text)).toMatchObject({ ok: false, error: { code: 'malformed', where: 'pem' } });
  });

  it('refuses more text and more blocks than the caller allows', () => {
    expect(decodePem(block('AQ=='), { maxBytes: 10 })).toMatchObject({
      ok: false,
      error: { code: 'limit-exceeded' },
    });
    expect(decodePem(block('AQ==').repeat(3), { maxItems: 2 })).toMatchObject({
      ok: false,
      error: { code: 'limit-exceeded' },
    });
  });

  it('reads bundles of certificates, other blocks aside', () => {
    const all = certificates();
    const bundle = [
      encodePem('X509 CRL', crls()[0]!),
      ...all.map((der) => encodePem('CERTIFICATE', der)),
    ].join('\n');
    const decoded = decodePemCertificates(bundle);
    expect(decoded.ok && decoded.value.map(({ der }) => der)).toEqual(all);
  });

  it('says which block of a bundle is refused', () => {
    const bundle = `${encodePem('CERTIFICATE', certificates()[0]!)}${block('AQ==')}`;
    expect(decodePemCertificates(bundle)).toMatchObject({
      ok: false,
      error: { where: 'block 2: certificate' },
    });
  });
});

describe('PEM in the place of DER', () => {
  const text = '-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n';

  it.each([text, Buffer.from(text)])('is said to be PEM', (input) => {
    expect(decodeCertificate(input as Uint8Array)).toMatchObject({
      ok: false,
      error: {
        code: 'malformed',
        where: 'certificate',
        message: expect.stringMatching(/^expected DER, found PEM: /),
      },
    });
  });

  it('is a refusal where it is no octets at all', () => {
    expect(decodeCertificate(undefined as never)).toMatchObject({
      ok: false,
      error: { message: 'expected DER in a Uint8Array, found something else' },
    });
  });
});
