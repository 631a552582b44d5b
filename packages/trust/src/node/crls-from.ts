import { type CertificateList, decodeCrl } from '@entente/x509';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { StoreFault } from './fault.ts';
import { follow } from './follow.ts';
import { type FoundBlock, readBlocks, type StoreLocation } from './read-blocks.ts';
import type { FollowOptions, Store } from './store.ts';

/** Largest CRL that is read from a file: room for several million entries. */
const mostCrlBytes = 256 * 1_024 * 1_024;

/**
 * CRLs from a PEM or DER file, from every such file in a directory, or from PEM text; files are watched as by `anchorsFrom`. An
 * empty directory is not a fault: then nothing is known.
 *
 * @param location - path of a file or directory, or `{ pem }`
 * @param options - how files are watched
 * @throws StoreFault `ENTENTE_STORE_UNREADABLE`, `ENTENTE_STORE_MALFORMED`
 */
export function crlsFrom(
  location: StoreLocation,
  options: FollowOptions = {},
): Promise<Store<RevocationKnowledge>> {
  return follow(
    typeof location === 'string' ? [location] : [],
    async () => ({ crls: crlsOf(await readBlocks(location, 'X509 CRL')) }),
    options,
  );
}

function crlsOf(blocks: readonly FoundBlock[]): readonly CertificateList[] {
  return blocks
    .filter((block) => block.label === 'X509 CRL' || block.label === 'CRL')
    .map((block) => {
      const decoded = decodeCrl(block.der, { maxBytes: mostCrlBytes });
      if (decoded.ok) return decoded.value;
      throw new StoreFault('ENTENTE_STORE_MALFORMED', {
        sentence: `expected a CRL, found ${decoded.error.message} (${decoded.error.where})`,
        place: block.place,
        remedy: 'replace the CRL, or remove it',
      });
    });
}
