import { generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type InitialisedAuthority, initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { decodePemCertificates } from '@entente/x509';
import { type Organisation, outsideObjectsUrl } from './organisation.ts';

/** An organisation whose authority was created and that does not run yet. */
export interface PreparedOrganisation {
  /** Names, ports and users. */
  readonly organisation: Organisation;
  /** Where its files go. */
  readonly directory: string;
  /** Where the authority keeps its keys, certificates and ledger: `authority` in `directory`. */
  readonly authorityDirectory: string;
  /** What the key ceremony has created. */
  readonly ceremony: InitialisedAuthority;
  /** Signs topologies. The private key is also in the file `signing.key` of the directory, where an administrator's programs find it. */
  readonly signingKey: { readonly publicKey: Uint8Array; readonly privateKey: string };
  /** The root's certificate, DER. */
  readonly root: Uint8Array;
}

/**
 * Runs the key ceremony of an organisation: root, issuing CA, an administrator's certificate and signing key.
 * @param organisation - names and ports
 * @param directory - made if it does not exist
 * @param withEdge - its issuing CA also gets the certificate that outsiders receive
 * @param now - time of the ceremony, milliseconds since 1970; default that of the machine
 */
export async function prepareOrganisation(
  organisation: Organisation,
  directory: string,
  withEdge: boolean,
  now: number = Date.now(),
): Promise<PreparedOrganisation> {
  const { authority, domain } = organisation;
  await mkdir(directory, { recursive: true });
  const authorityDirectory = join(directory, 'authority');
  const ceremony = await initialiseAuthority({
    directory: authorityDirectory,
    domain,
    fqdn: authority.fqdn,
    objectsUrl: `http://${authority.fqdn}:${authority.objectsPort}`,
    ...(withEdge ? { outsideObjectsUrls: [outsideObjectsUrl(organisation)] } : {}),
    now,
    openLedger,
    administrators: ['administrator'],
  });
  const signingKey = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  await writeFile(join(directory, 'signing.key'), signingKey.privateKey, { mode: 0o600 });
  const root = decodePemCertificates(ceremony.rootPem);
  if (!root.ok || root.value[0] === undefined) throw new Error('the ceremony gave no root');
  return { organisation, directory, authorityDirectory, ceremony, signingKey, root: root.value[0].der };
}
