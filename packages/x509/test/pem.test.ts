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
