import { createPrivateKey, type KeyObject, randomBytes, webcrypto } from 'node:crypto';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { encodePem } from '@entente/x509';
import { createAuthorityRequest } from '../ceremony/authority-request.ts';
import { createIssuingAuthority } from '../ceremony/issuing-authority.ts';
import { type AuthorityKeyKind, authorityKeyAlgorithms } from '../ceremony/key-algorithm.ts';
import { rootPathLength } from '../ceremony/new-root.ts';
import { createOutsideAuthority } from '../ceremony/outside-authority.ts';
import { createRootAuthority } from '../ceremony/root-authority.ts';
import { createKeyAndRequest } from '../client/key-and-request.ts';
import { checkOptions } from '../ground/check-options.ts';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer } from '../ground/issuer.ts';
import { issuerId, publicationPaths, spkiHash } from '../ground/issuer-id.ts';
import type { NameLimits } from '../ground/name-limits.ts';
import { administratorNames } from '../ground/profile.ts';
import type { ProfileName } from '../ground/request.ts';
import { drawSerialNumber } from '../ground/serial-number.ts';
import { rootListLifetimeMs } from '../ground/validity.ts';
import { createIssuance, type Issuance } from '../issuing/issuance.ts';
import { createCrl } from '../revocation/create-crl.ts';
import { authorityFiles } from './authority-files.ts';
import { createFolder } from './create-folder.ts';
import { beginCreation } from './creation-mark.ts';
import { protectedKey, refusePassphrase } from './key-protection.ts';
import { keySigner } from './key-signer.ts';
import type { OpenLedger } from './open-authority-folder.ts';
import { throwAwaySigner } from './throw-away-signer.ts';
import { publicMode, secretMode, writeWhole } from './write-file-atomically.ts';

/** Options of {@link initialiseAuthority}. */
export interface InitialiseOptions {
  /** Folder for its files; created with mode 0700 if it does not exist. */
  readonly directory: string;
  /** The organisation's network, e.g. `contoso.example`. */
  readonly domain: string;
  /** The authority's own FQDN. Default: it has no name of its own, and gets no server certificate. */
  readonly fqdn?: string;
  /** Base of the plain HTTP address of CRLs and issuer certificates, e.g. `http://ca.contoso.example`. */
  readonly objectsUrl: string;
  /**
   * Bases of the plain HTTP addresses at which edges serve the same to outsiders. Without one, no partner can check whether an
   * edge's certificate is revoked; see `certifyOutside`. Default none.
   */
  readonly outsideObjectsUrls?: readonly string[];
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Opens the ledger in the folder, e.g. `openLedger` of `@entente/store-sql`. It is closed at the end. */
  readonly openLedger: OpenLedger;
  /** Default `ec-p256`. */
  readonly keyKind?: AuthorityKeyKind;
  /** The names that the root may vouch for, critical in its certificate. Default: any. */
  readonly limits?: NameLimits;
  /** Encrypts every key that is written, see `protectedKey`. Default: they are not encrypted. */
  readonly passphrase?: string;
  /** Names of the first administrators: each gets a client certificate. Default none. */
  readonly administrators?: readonly string[];
}

/** What the ceremony created. */
export interface InitialisedAuthority {
  /** PEM. */
  readonly rootPem: string;
  /** Lower-case hexadecimal SHA-256 of the root's SubjectPublicKeyInfo, as in join tokens. */
  readonly rootSpkiHash: string;
  /** Lower-case hexadecimal SHA-256 of the root's certificate, as a topology pins it. */
  readonly rootSha256: string;
  /** See `issuerId`. */
  readonly issuerId: string;
  /** Full paths of the files; `outsideCertificate` exists only with `outsideObjectsUrls`, `serverCertificate` and `serverKey` only with `fqdn`. */
  readonly files: Readonly<Record<keyof typeof authorityFiles, string>>;
  /** One for each name that was given, in the same order. */
  readonly administrators: readonly AdministratorFiles[];
}

/** The files of an administrator's client certificate. */
export interface AdministratorFiles {
  /** As it was given to the ceremony; the certificate names this administrator. */
  readonly name: string;
  /** Leaf and issuing authority, PEM. */
  readonly certificate: string;
  /** PKCS#8 PEM, mode 0600. */
  readonly key: string;
}

/**
 * Runs the key ceremony of a domain: root, issuing authority, the root's CRL, the authority's own server certificate, and an empty
 * ledger. Keys have mode 0600. The root's key is needed again only to certify the next issuing authority and to sign the root's
 * next CRL, once a year: move it off the machine.
 * @param options - folder, names and addresses
 * @returns what was created
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS` if the folder contains an authority, `ENTENTE_PKI_AUTHORITY_DAMAGED` if it contains one but for the
 * certificate of the root; `ENTENTE_PKI_PASSPHRASE`,
 * `ENTENTE_PKI_BAD_ARGUMENT`
 */
export async function initialiseAuthority(options: InitialiseOptions): Promise<InitialisedAuthority> {
  checkOptions(
    options,
    ['directory', 'domain', 'objectsUrl', 'now', 'openLedger'],
    ['fqdn', 'outsideObjectsUrls', 'keyKind', 'limits', 'passphrase', 'administrators'],
    'initialiseAuthority',
  );
  const { directory, domain, objectsUrl, now, outsideObjectsUrls: outside = [] } = options;
  const files = Object.fromEntries(
    Object.entries(authorityFiles).map(([key, name]) => [key, join(directory, name)]),
  ) as Record<keyof typeof authorityFiles, string>;
  if ('passphrase' in options) refusePassphrase(options.passphrase, 'passphrase of initialiseAuthority');
  const { passphrase } = options;
  await refuseExisting(files.rootCertificate);
  await createFolder(directory);
  const creation = await beginCreation(directory);

  const kind = options.keyKind ?? 'ec-p256';
  const crypto = webcrypto as webcrypto.Crypto;
  const rootKeys = await generate(kind);
  const root = await createRootAuthority({
    name: { organisation: domain, commonName: `${domain} Root CA` },
    keys: rootKeys,
    crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now,
    // So that it can certify the root that follows it.
    pathLength: rootPathLength,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  });
  const rootKey = await keyObject(rootKeys.privateKey);
  const rootIssuer = await createIssuer(root, keySigner(rootKey));

  const issuingKeys = await generate(kind);
  const issuing = await createIssuingAuthority({
    request: await createAuthorityRequest({
      name: { organisation: domain, commonName: `${domain} Issuing CA 1` },
      keys: issuingKeys,
      crypto,
    }),
    root: { certificate: root, privateKey: rootKeys.privateKey },
    crypto,
    serialNumber: drawSerialNumber(randomBytes),
    now,
    crlUrl: `${objectsUrl}${publicationPaths.crl(rootIssuer.id, 0)}`,
    issuerUrl: `${objectsUrl}${publicationPaths.issuer(rootIssuer.id)}`,
  });
  const issuingKey = await keyObject(issuingKeys.privateKey);
  const issuer = await createIssuer(issuing, keySigner(issuingKey));

  await using ledger = await options.openLedger(directory);
  // Another process may have been faster, and has closed the ledger since.
  await refuseExisting(files.rootCertificate);
  await creation.refuseUsed(ledger);
  const rootCrl = await createCrl(rootIssuer, {
    number: await ledger.nextCrlNumber(rootIssuer.id),
    thisUpdate: now,
    nextUpdate: now + rootListLifetimeMs,
    revoked: [],
  });
  const issuance = createIssuance({
    issuer,
    anchors: [rootIssuer.certificate],
    throwAway: await throwAwaySigner(issuer.signer.scheme),
    ledger,
    clock: () => now,
    random: randomBytes,
    objectsUrl,
    // The ceremony decides: it issues for the authority itself and its administrators only.
    mayIssue: ({ profile, subject }) => ({
      ok: true,
      names:
        profile === 'administrator'
          ? administratorNames(domain, subject)
          : { commonName: subject, dnsNames: [subject], uris: [] },
    }),
  });
  const server = options.fqdn === undefined ? undefined : await issueLeaf(issuance, 'server', options.fqdn);
  const administrators: AdministratorFiles[] = [];
  for (const name of options.administrators ?? []) {
    const leaf = await issueLeaf(issuance, 'administrator', name);
    const folder = join(directory, 'administrators');
    await createFolder(folder);
    const written = { name, certificate: join(folder, `${name}.crt`), key: join(folder, `${name}.key`) };
    await writeWhole(written.key, await protectedKey(leaf.key, passphrase), secretMode);
    await writeWhole(written.certificate, leaf.chainPem, publicMode);
    administrators.push(written);
  }
  const rootPem = encodePem('CERTIFICATE', root);
  await writeWhole(files.rootKey, await protectedKey(rootKey, passphrase), secretMode);
  await writeWhole(files.issuingKey, await protectedKey(issuingKey, passphrase), secretMode);
  if (server !== undefined) {
    await writeWhole(files.serverKey, await protectedKey(server.key, passphrase), secretMode);
    await writeWhole(files.serverCertificate, server.chainPem, publicMode);
  }
  await writeWhole(files.rootCrl, encodePem('X509 CRL', rootCrl), publicMode);
  await writeWhole(files.issuingCertificate, encodePem('CERTIFICATE', issuing), publicMode);
  if (outside.length > 0) {
    const certificate = await createOutsideAuthority({
      issuing: issuer.certificate,
      root: rootIssuer,
      serialNumber: drawSerialNumber(randomBytes),
      objectsUrls: outside,
    });
    await writeWhole(files.outsideCertificate, encodePem('CERTIFICATE', certificate), publicMode);
  }
  // Last, because its presence means that the authority is complete.
  await writeWhole(files.rootCertificate, rootPem, publicMode);
  await creation.end();
  return {
    rootPem,
    rootSpkiHash: spkiHash(rootIssuer.certificate.publicKey.der),
    rootSha256: spkiHash(root),
    issuerId: issuerId(issuer.certificate.publicKey.der),
    files,
    administrators,
  };
}

async function issueLeaf(
  issuance: Issuance,
  profile: ProfileName,
  subject: string,
): Promise<{ readonly key: KeyObject; readonly chainPem: string }> {
  const key = await createKeyAndRequest({ subject });
  const outcome = await issuance.issue(
    { profile, subject, request: key.request },
    { kind: 'administrator', name: 'ceremony' },
  );
  if (!outcome.ok) {
    throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
      sentence: outcome.refusal.message,
      place: `certificate for ${subject}`,
      remedy: outcome.refusal.remedy,
    });
  }
  const chainPem = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join('');
  return { key: createPrivateKey(key.privateKeyPem), chainPem };
}

async function refuseExisting(path: string): Promise<void> {
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_EXISTS', {
    sentence:
      'the folder contains an authority, and a second one would replace the root that every member trusts',
    place: path,
    remedy:
      'choose another directory, or move the old authority to another one if no member trusts it any longer',
  });
}

async function generate(kind: AuthorityKeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(authorityKeyAlgorithms[kind], true, ['sign', 'verify']);
}

async function keyObject(key: webcrypto.CryptoKey): Promise<KeyObject> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key));
  return createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
}
