import {
  basicConstraintsExtension,
  createAlgorithm,
  createName,
  encodePem,
  encodeTbsCertificate,
  encodeTbsCrl,
  extKeyUsageExtension,
  issuingDistributionPointExtension,
  keyUsageExtension,
  nameConstraintsExtension,
  oids,
  policyConstraintsExtension,
  reasonCodeExtension,
  subjectAltNameExtension,
  subjectKeyIdExtension,
} from '@entente/x509';
import { describe, expect, it } from 'vitest';

/** What callers without a compiler write: each of these gave something else that was then signed. */
const never = (value: unknown) => value as never;
const subtree = { base: { type: 'dns', value: 'contoso.example' }, minimum: 0 } as const;
const name = createName([{ oid: oids.commonName, value: 'Contoso' }]);
const signatureAlgorithm = createAlgorithm(oids.ecdsaWithSHA256);
const list = { signatureAlgorithm, issuer: name, thisUpdate: 0, nextUpdate: 1_000 };
const certificate = {
  serialNumber: Uint8Array.of(1),
  signatureAlgorithm,
  issuer: name,
  subject: name,
  notBefore: 0,
  notAfter: 1_000,
  publicKey: { der: Uint8Array.of(0x30, 0) },
};

const cases: readonly [string, () => unknown][] = [
  ['a path length under another name', () => basicConstraintsExtension(never({ cA: true, pathLen: 0 }))],
  ['a path length below 0', () => basicConstraintsExtension({ cA: true, pathLength: -1 })],
  ['a path length that is a text', () => basicConstraintsExtension(never({ cA: true, pathLength: '0' }))],
  ['the text false for a CA', () => basicConstraintsExtension(never({ cA: 'false' }))],
  ['a CA under another name', () => basicConstraintsExtension(never({ ca: true }))],
  ['the text false for critical', () => basicConstraintsExtension({ cA: true }, never('false'))],
  ['the text false for a use', () => keyUsageExtension(never({ keyCertSign: 'false' }))],
  ['a use under another name', () => keyUsageExtension(never({ digitalSignature: true, crlSign: true }))],
  ['a purpose that is no list', () => extKeyUsageExtension(never('1.3.6.1.5.5.7.3.1'))],
  [
    'excluded subtrees under another name',
    () => nameConstraintsExtension(never({ permitted: [subtree], exclude: [subtree] })),
  ],
  [
    'a constraint of policies under another name',
    () => policyConstraintsExtension(never({ requireExplicit: 0, inhibitMappings: 0 })),
  ],
  [
    'the scope of a list under another name',
    () => issuingDistributionPointExtension(never({ indirectCRL: true, onlyUserCerts: true })),
  ],
  [
    'a name of another type',
    () => subjectAltNameExtension(never([{ type: 'DNS', value: 'contoso.example' }])),
  ],
  ['a name that is a text', () => subjectAltNameExtension(never(['contoso.example']))],
  ['a text in the place of octets', () => subjectKeyIdExtension(never('0102'))],
  ['a text in the place of the octets of PEM', () => encodePem('CERTIFICATE', never('abcd'))],
  ['a reason that there is not', () => reasonCodeExtension(never('keycompromise'))],
  ['a reason that was left out', () => reasonCodeExtension(never(undefined))],
  ['extensions under another name', () => encodeTbsCertificate(never({ ...certificate, extension: [] }))],
  [
    'a serial number that is a text',
    () => encodeTbsCertificate(never({ ...certificate, serialNumber: '0102' })),
  ],
  [
    'a key without its DER',
    () => encodeTbsCertificate({ ...certificate, publicKey: never(Buffer.of(48, 0)) }),
  ],
  ['the end of a list under another name', () => encodeTbsCrl(never({ ...list, nextUpdateMs: 1_000 }))],
  [
    'an entry whose serial number is a text',
    () => encodeTbsCrl(list, never([{ serialNumber: '01', revocationDate: 0 }])),
  ],
  [
    'an entry whose reason has another name',
    () => encodeTbsCrl(list, never([{ ...certificate, revocationDate: 0, reasonCode: 'keyCompromise' }])),
  ],
  ['entries that are a promise', () => encodeTbsCrl(list, never(Promise.resolve([])))],
];

describe('what is to be signed', () => {
  it.each(cases)('is refused with code, place and remedy: %s', (_, call) => {
    const text = expect.stringMatching(/./);
    expect(call).toThrow(
      expect.objectContaining({ code: 'ENTENTE_X509_ENCODE', message: text, place: text, remedy: text }),
    );
  });

  it('has the value of what was given', () => {
    expect(basicConstraintsExtension({ cA: true, pathLength: 0 }).value).toEqual(
      Uint8Array.of(0x30, 6, 1, 1, 0xff, 2, 1, 0),
    );
  });
});
