import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { encodeCertificationRequest, encodeRequestInfo, type KeyKind } from '@entente/x509';
import { issuingName } from '../ceremony/certify-issuing.ts';
import { signatureAlgorithm } from '../ground/signature-algorithm.ts';
import { presentPrivateKey, readPrivateKey } from './authority-files.ts';
import type { AuthorityFolder } from './authority-folder.ts';
import { issuerFiles } from './issuer-files.ts';
import { protectedKey } from './key-protection.ts';
import { keySigner } from './key-signer.ts';
import { secretMode } from './write-file-atomically.ts';

/** A key that waits for a certificate of the root. */
export interface PendingIssuer {
  /** The one that the issuing authority will have. */
  readonly number: number;
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array;
}

const generate = promisify(generateKeyPair);
const rsaBits = 3072;

/**
 * The key that waits for a certificate.
 * @param folder - of the authority
 * @param number - of the next issuing authority
 * @returns undefined where there is none
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read it
 */
export async function pendingIssuer(
  folder: AuthorityFolder,
  number: number,
): Promise<PendingIssuer | undefined> {
  const key = await presentPrivateKey(folder.pathOf(issuerFiles(number).key), folder.passphrase);
  return key === undefined ? undefined : { number, publicKey: keySigner(key).publicKey };
}

/**
 * The request of the next issuing authority. Its key is created where there is none yet.
 * @param folder - of the authority
 * @param domain - the organisation's network
 * @param number - of the next issuing authority
 * @param kind - of the key of the active one: the next has the same
 * @returns PKCS#10, DER
 * @throws PkiFault `ENTENTE_PKI_SECRET_EXPOSED` where others may read the key that is there
 * @see RFC 2986
 */
export async function requestOf(
  folder: AuthorityFolder,
  domain: string,
  number: number,
  kind: KeyKind,
): Promise<Uint8Array> {
  const { key } = issuerFiles(number);
  if (!(await folder.exists(key)))
    await folder.create(key, await newKey(kind, folder.passphrase), secretMode);
  const signer = keySigner(await readPrivateKey(folder.pathOf(key), folder.passphrase));
  const info = encodeRequestInfo({
    subject: issuingName(domain, number),
    publicKey: { der: signer.publicKey },
  });
  return encodeCertificationRequest(info, signatureAlgorithm(signer.scheme), await signer.sign(info));
}

/**
 * A new key of an authority.
 * @param kind - P-384 and RSA as they are; anything else is P-256
 * @param passphrase - with which it is encrypted; undefined: it is not
 * @returns PKCS#8, PEM
 */
export async function newKey(kind: KeyKind, passphrase: string | undefined): Promise<string> {
  const { privateKey }: { readonly privateKey: KeyObject } =
    kind === 'rsa'
      ? await generate('rsa', { modulusLength: rsaBits })
      : await generate('ec', { namedCurve: kind === 'ec-p384' ? 'P-384' : 'P-256' });
  return protectedKey(privateKey, passphrase);
}
