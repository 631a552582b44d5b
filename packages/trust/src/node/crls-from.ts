import { extname } from 'node:path';
import { callback } from '@entente/options';
import { decodeCrl } from '@entente/x509';
import type { RevocationKnowledge } from '../knowledge/revocation-knowledge.ts';
import { checkLocation, checks } from './check-options.ts';
import { StoreFault } from './fault.ts';
import { follow, followRules } from './follow-files.ts';
import { ListsInForce, type ReadList } from './lists-in-force.ts';
import { type FoundBlock, filesOf, labelsOf, readBlocks, type StoreLocation } from './read-blocks.ts';
import type { FollowOptions, Store } from './watched-store.ts';

/** Largest CRL that is read from a file: room for several million entries. */
const mostCrlBytes = 256 * 1_024 * 1_024;

/** Options of {@link crlsFrom}. */
export interface CrlsFromOptions extends FollowOptions {
  /** Milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: () => number;
}

/**
 * CRLs from a PEM or DER file, from every such file in a directory, or from PEM text; files are watched as by `anchorsFrom`. An
 * empty directory is not a fault: then nothing is known. A file or a text without a CRL is one, and so is a file `.crl` of a directory that has none:
 * what was emptied, or is another file, must not take away what is known.
 *
 * A CRL that its issuer signed before the one in force, by `thisUpdate`, and in one second by CRL number, is not loaded where it is put in the place
 * of that one: `onFault` receives `ENTENTE_STORE_OLDER`, and the newer one stays in force. What is in force is not kept when the process ends: its
 * next start takes every file as it is.
 *
 * @param location - path of a file or directory, or `{ pem }`
 * @param options - how files are watched
 * @throws StoreFault `ENTENTE_STORE_UNREADABLE`, `ENTENTE_STORE_MALFORMED`, `ENTENTE_STORE_EMPTY`
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export async function crlsFrom(
  location: StoreLocation,
  options: CrlsFromOptions = {},
): Promise<Store<RevocationKnowledge>> {
  checkLocation(location, 'crlsFrom');
  checks.options<CrlsFromOptions>(options, { ...followRules, now: callback }, 'crlsFrom');
  const inForce = new ListsInForce(options.now ?? Date.now);
  return follow(
    typeof location === 'string' ? [location] : [],
    async () => ({ crls: inForce.takeUp(await readCrls(location), options.onFault) }),
    options,
  );
}

async function readCrls(location: StoreLocation): Promise<readonly ReadList[]> {
  const crls: ReadList[] = [];
  for (const place of typeof location === 'string' ? await filesOf(location) : [location]) {
    const blocks = await readBlocks(place, 'X509 CRL');
    const found = crlsOf(blocks);
    if (found.length === 0 && (place === location || isNamedCrl(place))) throw none(place, blocks);
    crls.push(...found);
  }
  return crls;
}

function isNamedCrl(place: StoreLocation): boolean {
  return typeof place === 'string' && extname(place).toLowerCase() === '.crl';
}

function none(place: StoreLocation, blocks: readonly FoundBlock[]): StoreFault {
  return new StoreFault('ENTENTE_STORE_EMPTY', {
    sentence: `expected at least one CRL, found ${labelsOf(blocks, 'none')}`,
    place: typeof place === 'string' ? place : 'text',
    remedy:
      'put the CRL there, as DER or as a PEM block X509 CRL; remove the file, or leave the option out, where there is none',
  });
}

function crlsOf(blocks: readonly FoundBlock[]): readonly ReadList[] {
  return blocks
    .filter((block) => block.label === 'X509 CRL' || block.label === 'CRL')
    .map((block) => {
      const decoded = decodeCrl(block.der, { maxBytes: mostCrlBytes });
      if (decoded.ok) return { crl: decoded.value, place: block.place };
      throw new StoreFault('ENTENTE_STORE_MALFORMED', {
        sentence: `expected a CRL, found ${decoded.error.message} (${decoded.error.where})`,
        place: block.place,
        remedy: 'replace the CRL, or remove it',
      });
    });
}
