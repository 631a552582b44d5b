import { get } from 'node:http';
import { issuerId, publicationPaths } from '@entente/pki';
import { decodePemCertificates, encodePem } from '@entente/x509';
import type { AuthorityPlace } from './authority-place.ts';

/** Whose list: that of the root, or of the authority that issues. */
export type ListOwner = 'root' | 'issuing';

/**
 * Fetches a revocation list from the plain HTTP address of an authority.
 *
 * @param place - which authority
 * @param whose - the signer of the list
 * @returns DER
 * @throws Error where it answers with another status, or not
 */
export function publishedList(place: AuthorityPlace, whose: ListOwner): Promise<Uint8Array> {
  const id = whose === 'issuing' ? place.ceremony.issuerId : rootIdOf(place);
  return fetchPlain(place.objectsPort, publicationPaths.crl(id, 0));
}

/** The same, PEM. */
export async function publishedListPem(place: AuthorityPlace, whose: ListOwner): Promise<string> {
  return encodePem('X509 CRL', await publishedList(place, whose));
}

function rootIdOf(place: AuthorityPlace): string {
  const root = decodePemCertificates(place.ceremony.rootPem);
  if (!root.ok || root.value[0] === undefined) throw new Error('the ceremony gave no root');
  return issuerId(root.value[0].publicKey.der);
}

function fetchPlain(port: number, path: string): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
      const parts: Uint8Array[] = [];
      response.on('data', (part: Uint8Array) => parts.push(part));
      response.on('error', reject);
      response.on('end', () =>
        response.statusCode === 200
          ? resolve(Buffer.concat(parts))
          : reject(new Error(`${path}: status ${response.statusCode}`)),
      );
    }).on('error', reject);
  });
}
