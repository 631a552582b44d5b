import type { CertificateList } from '@entente/x509';
import { scopeDer } from '../revocation/crl-scope.ts';
import { StoreFault } from './fault.ts';
import { isOlder, type KnownList } from './older-list.ts';

/** A CRL that was read, and where it was found. */
export interface ReadList {
  readonly crl: CertificateList;
  /** As `FoundBlock.place`. */
  readonly place: string;
}

/**
 * The CRLs of a store that are in force. One that was signed before the one in force, and is put in its place, is not loaded: an old copy of a
 * file must not undo a revocation. Nothing is kept when the process ends, and nothing of a CRL whose place is gone without another one.
 */
export class ListsInForce {
  #known: readonly KnownList[] = [];
  readonly #now: () => number;

  /** @param now - milliseconds since the epoch */
  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Loads what was read. All of the first reading counts.
   *
   * @param read - every CRL of the store
   * @param onOlder - receives a fault for each that is not loaded
   * @returns those in force; one with the same bytes as before is the same object
   */
  takeUp(
    read: readonly ReadList[],
    onOlder: ((fault: StoreFault) => void) | undefined,
  ): readonly CertificateList[] {
    const now = this.#now();
    const before = new Map<string, KnownList[]>();
    for (const known of this.#known) {
      const scope = scopeOf(known.crl);
      before.set(scope, [...(before.get(scope) ?? []), known]);
    }
    const next = new Set<KnownList>();
    for (const { crl, place } of read) {
      const ofScope = before.get(scopeOf(crl)) ?? [];
      const same = ofScope.find((known) => Buffer.from(known.crl.der).equals(crl.der));
      const newer = same === undefined ? newerOf(ofScope, crl, now) : undefined;
      if (newer !== undefined) onOlder?.(older(crl, newer.crl, place));
      next.add(same ?? newer ?? { crl, since: now });
    }
    this.#known = [...next];
    return this.#known.map(({ crl }) => crl);
  }
}

/** The newest of those that are newer. A CRL of the future keeps out no other: no verdict rests on it. */
function newerOf(ofScope: readonly KnownList[], crl: CertificateList, now: number): KnownList | undefined {
  return ofScope
    .filter((known) => known.crl.thisUpdate <= now && isOlder(crl, known, now))
    .sort((a, b) => b.crl.thisUpdate - a.crl.thisUpdate)[0];
}

/** CRLs of one signer for the same certificates replace each other; a delta replaces no complete one. */
function scopeOf(crl: CertificateList): string {
  const keyId = crl.authorityKeyId?.keyId;
  return [
    crl.issuer.canonical,
    crl.baseCrlNumber === undefined ? 'complete' : 'delta',
    keyId === undefined ? '' : Buffer.from(keyId).toString('hex'),
    Buffer.from(scopeDer(crl) ?? []).toString('hex'),
  ].join('\n');
}

function older(crl: CertificateList, inForce: CertificateList, place: string): StoreFault {
  const time = (list: CertificateList) => new Date(list.thisUpdate).toISOString();
  const numberOf = (list: CertificateList) =>
    list.crlNumber === undefined ? '' : `, number ${list.crlNumber}`;
  return new StoreFault('ENTENTE_STORE_OLDER', {
    sentence: `expected a CRL of ${crl.issuer.toString()} from ${time(inForce)}${numberOf(inForce)} or later, found one from ${time(crl)}${numberOf(crl)}`,
    place,
    remedy:
      'put the newest CRL of this issuer there: that one stays in force until then; after a restart the file counts as it is',
  });
}
