import { webcrypto } from 'node:crypto';
import * as pki from '@entente/pki';
import * as node from '@entente/pki/node';
import { decodeCertificate } from '@entente/x509';
import { describe, expect, it } from 'vitest';

const now = Date.UTC(2026, 0, 1);
const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, [
  'sign',
  'verify',
]);
const root = {
  name: { organisation: 'Contoso', commonName: 'Contoso Root' },
  keys,
  crypto: webcrypto,
  serialNumber: Uint8Array.of(1),
  now,
} as never as pki.RootAuthorityOptions;
const limits = { domains: ['contoso.example'], addresses: [] };
const needs = { ledger: {}, clock: () => now, random: () => new Uint8Array(16) };
const order = {
  authority: 'https://ca.contoso.example',
  server: 'edge1.contoso.example',
  rootSpkiHash: 'a'.repeat(64),
  administratorsHash: 'b'.repeat(64),
  createdBy: 'carol',
};
const issuance = { ...needs, issuer: {}, anchors: [], throwAway: {}, mayIssue: () => undefined };
const never = (value: unknown) => value as never;

const cases: readonly [string, () => unknown][] = [
  ['the limits of a root', () => pki.createRootAuthority(never({ ...root, limit: limits }))],
  [
    'the domains in the limits of a root',
    () => pki.createRootAuthority({ ...root, limits: never({ ...limits, domain: [] }) }),
  ],
  ['the path length of a root', () => pki.createRootAuthority(never({ ...root, pathLen: 0 }))],
  ['the life of a join token', () => pki.issueJoinToken(never(needs), never({ ...order, lifetime: 60_000 }))],
  [
    'what refuses tokens',
    async () =>
      pki.enrolHandler(never({ ...needs, random: undefined, issuance: {}, refuseTokens: () => undefined })),
  ],
  [
    'the lists of an issuance',
    async () =>
      pki.createIssuance(never({ ...issuance, objectsUrl: 'http://ca.contoso.example', revocations: {} })),
  ],
  [
    'the life of a list',
    async () =>
      pki.createCrlPublisher(
        never({
          issuer: {},
          ledger: {},
          clock: () => now,
          objectsUrl: 'http://ca.contoso.example',
          lifetime: 1,
        }),
      ),
  ],
  [
    'the limits of an authority',
    () =>
      node.initialiseAuthority(
        never({
          directory: 'ca',
          domain: 'contoso.example',
          objectsUrl: '',
          now,
          openLedger: {},
          limit: limits,
        }),
      ),
  ],
  [
    'what looks at the ledger of a folder',
    () => node.checkAuthorityFolder('ca', never({ checkLedgers: async () => {} })),
  ],
];
const fault = {
  code: 'ENTENTE_PKI_BAD_ARGUMENT',
  place: expect.stringMatching(/./),
  remedy: expect.stringMatching(/correct the name/),
};

describe('an option of an authority', () => {
  it.each(cases)('is refused where it is misspelt: %s', async (_, call) => {
    await expect((async () => call())()).rejects.toMatchObject(fault);
  });

  it.each([
    ['now', new Date(now)],
    ['now', '2026-01-01'],
    ['lifetimeMs', Number.NaN],
    ['lifetimeMs', '1000'],
    ['pathLength', '0'],
    ['pathLength', -1],
    ['keys', undefined],
  ])('of a root is refused where %s is %o', async (name, value) => {
    await expect(pki.createRootAuthority(never({ ...root, [name]: value }))).rejects.toMatchObject({
      code: fault.code,
      place: expect.stringContaining(name),
    });
  });

  it('limits a root where it is spelt right', async () => {
    const decoded = decodeCertificate(await pki.createRootAuthority({ ...root, limits }));
    expect(decoded).toMatchObject({ ok: true, value: { nameConstraints: { permitted: { length: 6 } } } });
  });
});
