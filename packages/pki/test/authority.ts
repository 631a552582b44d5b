import { createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import {
  type AuthorityKeyKind,
  authorityKeyAlgorithms,
  createAuthorityRequest,
  createIssuance,
  createIssuer,
  createIssuingAuthority,
  createRootAuthority,
  drawSerialNumber,
  type Issuance,
  type IssuanceOptions,
  type Issuer,
  type Signer,
} from '@entente/pki';
import { createMemoryLedger, type Ledger } from '@entente/pki/ledger';
import { keySigner, throwAwaySigner } from '@entente/pki/node';
import { type Certificate, decodeCertificate } from '@entente/x509';

/** The time at which the tests play. */
export const now = Date.UTC(2026, 0, 15, 12);
export const objectsUrl = 'http://ca.contoso.example';

const crypto = webcrypto as webcrypto.Crypto;

export interface TestAuthority {
  readonly root: Uint8Array;
  readonly rootKeys: webcrypto.CryptoKeyPair;
  readonly issuing: Uint8Array;
  readonly issuer: Issuer;
  readonly anchors: readonly Certificate[];
  readonly throwAway: Signer;
}

export async function newKeys(kind: AuthorityKeyKind = 'ec-p256'): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(authorityKeyAlgorithms[kind], true, ['sign', 'verify']);
}

/** A root with one issuing authority. */
export async function testAuthority(kind: AuthorityKeyKind = 'ec-p256'): Promise<TestAuthority> {
  const rootKeys = await newKeys(kind);
  const root = await createRootAuthority({
    name: { organisation: 'Contoso, Ltd. "+"', commonName: 'Contoso Root CA' },
    keys: rootKeys,
    crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now,
  });
  const keys = await newKeys(kind);
  const issuing = await createIssuingAuthority({
    request: await createAuthorityRequest({ name: { commonName: 'Contoso Issuing CA' }, keys, crypto }),
    root: { certificate: root, privateKey: rootKeys.privateKey },
    crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now,
    crlUrl: `${objectsUrl}/crl/root/0.crl`,
    issuerUrl: `${objectsUrl}/issuer/root.cer`,
  });
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  const signer = keySigner(createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }));
  const decoded = decodeCertificate(root);
  if (!decoded.ok) throw new Error(decoded.error.message);
  return {
    root,
    rootKeys,
    issuing,
    issuer: await createIssuer(issuing, signer),
    anchors: [decoded.value],
    throwAway: await throwAwaySigner(signer.scheme),
  };
}

export const serverNames = {
  commonName: 'fe01.contoso.example',
  dnsNames: ['fe01.contoso.example', 'pool01.contoso.example'],
  uris: ['sip:fe01.contoso.example', 'sip:pool01.contoso.example'],
};

/** An authority that issues {@link serverNames} to every requester, unless a test sets another rule. */
export function testIssuance(
  authority: TestAuthority,
  changes: Partial<IssuanceOptions> = {},
): { readonly issuance: Issuance; readonly ledger: Ledger } {
  const ledger = changes.ledger ?? createMemoryLedger();
  const issuance = createIssuance({
    issuer: authority.issuer,
    anchors: authority.anchors,
    throwAway: authority.throwAway,
    ledger,
    mayIssue: () => ({ ok: true, names: serverNames }),
    clock: () => now,
    random: randomBytes,
    objectsUrl,
    ...changes,
  });
  return { issuance, ledger };
}
