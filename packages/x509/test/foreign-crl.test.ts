import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { decodeCrl } from '@entente/x509';
import * as peculiar from '@peculiar/x509';
import { expect, it } from 'vitest';

it('a CRL of @peculiar/x509 is read, although it writes an empty list of extensions into an entry without reason', async () => {
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = (await webcrypto.subtle.generateKey(algorithm, false, ['sign'])) as webcrypto.CryptoKeyPair;
  const crl = await peculiar.X509CrlGenerator.create({
    issuer: 'CN=Contoso Root',
    entries: [{ serialNumber: '07', revocationDate: new Date() }],
    signingAlgorithm: algorithm,
    signingKey: keys.privateKey,
  });
  const decoded = decodeCrl(new Uint8Array(crl.rawData));
  if (!decoded.ok) throw new Error(decoded.error.message);
  expect(decoded.value.emptyEntryExtensions).toBe(true);
  expect(decoded.value.lookup(Uint8Array.of(7))?.serialHex).toBe('07');
});
