import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { type Certificate, decodeCrl, decodePem, decodePemCertificates } from '@entente/x509';
import { PkiFault } from '../ground/fault.ts';
import { createIssuer, type Issuer } from '../ground/issuer.ts';
import type { Signer } from '../ground/signer.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { PublishedCrl } from '../revocation/crl-publisher.ts';
import { authorityFiles, presentRootKey, readAuthorityFile, readPrivateKey } from './authority-files.ts';
import { keySigner } from './key-signer.ts';
import { throwAwaySigner } from './throw-away-signer.ts';

/**
 * Opens the ledger of an authority.
 * @param directory - its folder
 */
export type OpenLedger = (directory: string) => Promise<Ledger>;

/** The open authority of a domain. The root's key is not needed and not read. */
export interface OpenAuthority {
  readonly issuer: Issuer;
  /** The issuing authority's certificate for outsiders, see `certifyOutside`; `undefined` where there is none. */
  readonly outside: Certificate | undefined;
  /** The root that certified the issuing authority. */
  readonly root: Certificate;
  /** Every root in the file: during a rollover there are two. */
  readonly roots: readonly Certificate[];
  /** The root's CRL, as the ceremony signed it. */
  readonly rootCrl: PublishedCrl;
  readonly ledger: Ledger;
  /** Signs pre-certificates, see `throwAwaySigner`. */
  readonly throwAway: Signer;
  /** Path of the root's key where it lies beside the issuing key, which is a danger. */
  readonly rootKey: string | undefined;
  /** Path of the authority's own server certificate. */
  readonly serverCertificate: string;
  /** Path of its key. */
  readonly serverKey: string;
  /** Closes the ledger. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens an authority that `initialiseAuthority` created.
 * @param directory - its folder
 * @param openLedger - opens its ledger, e.g. `openLedger` of `@entente/store-sql`
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_KEY_MISMATCH`, `ENTENTE_PKI_SECRET_EXPOSED`, and what `openLedger`
 * throws
 */
export async function openAuthority(directory: string, openLedger: OpenLedger): Promise<OpenAuthority> {
  const roots = await readCertificates(join(directory, authorityFiles.rootCertificate));
  const [issuing] = await readCertificates(join(directory, authorityFiles.issuingCertificate));
  const key = await readPrivateKey(directory, authorityFiles.issuingKey);
  const issuer = await createIssuer(issuing.der, keySigner(key));
  const root = roots.find(({ subject }) => subject.canonical === issuing.issuer.canonical);
  if (root === undefined) {
    throw damaged(
      join(directory, authorityFiles.issuingCertificate),
      `the issuing authority was certified by ${issuing.issuer.toString()}, not by a root here`,
    );
  }
  const outside = await readOutside(directory, issuing);
  const rootCrl = await readCrl(join(directory, authorityFiles.rootCrl));
  const throwAway = await throwAwaySigner(issuer.signer.scheme);
  const ledger = await openLedger(directory);
  return {
    issuer,
    throwAway,
    outside,
    root,
    roots,
    rootCrl,
    ledger,
    rootKey: await presentRootKey(directory),
    serverCertificate: join(directory, authorityFiles.serverCertificate),
    serverKey: join(directory, authorityFiles.serverKey),
    [Symbol.asyncDispose]: () => ledger[Symbol.asyncDispose](),
  };
}

async function readCertificates(path: string): Promise<readonly [Certificate, ...Certificate[]]> {
  const decoded = decodePemCertificates(await readAuthorityFile(path));
  const [first, ...others] = decoded.ok ? decoded.value : [];
  if (first !== undefined) return [first, ...others];
  throw damaged(path, decoded.ok ? 'the file contains no certificate' : decoded.error.message);
}

/** There is none without edges. One for another key would make every chain for outsiders invalid. */
async function readOutside(directory: string, issuing: Certificate): Promise<Certificate | undefined> {
  const path = join(directory, authorityFiles.outsideCertificate);
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (!exists) return undefined;
  const [outside] = await readCertificates(path);
  if (Buffer.from(outside.publicKey.der).equals(issuing.publicKey.der)) return outside;
  throw new PkiFault('ENTENTE_PKI_KEY_MISMATCH', {
    sentence: 'the certificate for outsiders has another key than the issuing authority',
    place: path,
    remedy: 'remove it, and create it again with entente ca outside',
  });
}

async function readCrl(path: string): Promise<PublishedCrl> {
  const blocks = decodePem(await readAuthorityFile(path));
  const der = blocks.ok ? blocks.value.find(({ label }) => label === 'X509 CRL')?.der : undefined;
  const list = der === undefined ? undefined : decodeCrl(der);
  if (der === undefined || list?.ok !== true || list.value.nextUpdate === undefined) {
    throw damaged(path, 'the file contains no CRL with a CRL number and nextUpdate');
  }
  const { crlNumber, thisUpdate, nextUpdate } = list.value;
  return { der, number: Number(crlNumber ?? 0n), thisUpdate, nextUpdate };
}

function damaged(place: string, sentence: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence,
    place,
    remedy: 'restore it from a copy, or make a new authority with entente ca init in another directory',
  });
}
