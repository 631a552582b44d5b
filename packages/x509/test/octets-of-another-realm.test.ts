import { ofAnotherRealm } from '@entente/testkit/realm';
import { decodeCertificate, decodePemCertificates, encodePem } from '@entente/x509';
import { describe, expect, it } from 'vitest';
import { certificates } from './samples.ts';

describe('octets of another realm', () => {
  it('are read as those of this one', () => {
    const root = certificates()[0]!;
    expect(ofAnotherRealm(root)).not.toBeInstanceOf(Uint8Array);
    expect(decodeCertificate(ofAnotherRealm(root))).toEqual(decodeCertificate(root));
    const pem = Buffer.from(encodePem('CERTIFICATE', root));
    expect(decodePemCertificates(ofAnotherRealm(pem))).toEqual(decodePemCertificates(pem));
    expect(decodeCertificate(new DataView(new ArrayBuffer(8)) as never)).toMatchObject({ ok: false });
    expect(decodeCertificate(new Uint16Array(8) as never)).toMatchObject({ ok: false });
  });
});
