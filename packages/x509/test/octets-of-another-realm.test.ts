import { runInNewContext } from 'node:vm';
import { decodeCertificate, decodePemCertificates, encodePem } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { certificates } from './samples.ts';

/** As a test runner with a realm of its own hands them over. */
function elsewhere(octets: Uint8Array): Uint8Array {
  const copy = runInNewContext('new Uint8Array(length)', { length: octets.length }) as Uint8Array;
  copy.set(octets);
  return copy;
}

describe('octets of another realm', () => {
  it('are read as those of this one', () => {
    const root = certificates()[0]!;
    expect(elsewhere(root)).not.toBeInstanceOf(Uint8Array);
    expect(decodeCertificate(elsewhere(root))).toEqual(decodeCertificate(root));
    const pem = Buffer.from(encodePem('CERTIFICATE', root));
    expect(decodePemCertificates(elsewhere(pem))).toEqual(decodePemCertificates(pem));
    expect(decodeCertificate(new DataView(new ArrayBuffer(8)) as never)).toMatchObject({ ok: false });
    expect(decodeCertificate(new Uint16Array(8) as never)).toMatchObject({ ok: false });
  });
});
