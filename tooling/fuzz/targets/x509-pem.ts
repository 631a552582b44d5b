import { decodePemCertificates, encodePem } from '@entente/x509';
import { pemRoundTrip } from '../../../packages/x509/test/round-trip.ts';
import { certificates, crls } from '../../../packages/x509/test/samples.ts';
import type { FuzzTarget } from '../target.ts';

const text = (parts: readonly string[]): Uint8Array => new TextEncoder().encode(parts.join(''));

/** PEM texts, bundles of certificates among them. */
export const target: FuzzTarget = {
  name: 'x509-pem',
  seeds: () => [
    text(certificates().map((der) => encodePem('CERTIFICATE', der))),
    text([
      'Subject: contoso\n',
      encodePem('X509 CRL', crls()[0]!),
      '\r\n',
      encodePem('CERTIFICATE', certificates()[2]!),
    ]),
    text([
      encodePem('A', Uint8Array.of()),
      encodePem('B', Uint8Array.of(1)),
      encodePem('C', Uint8Array.of(1, 2)),
    ]),
  ],
  run(input) {
    pemRoundTrip(input);
    decodePemCertificates(input);
  },
};
