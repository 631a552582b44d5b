import { issuerId } from '@entente/pki';
import type { Log } from '@entente/tls';
import type { NamedList, TrustState } from '@entente/topology';
import { isSignedBy } from '@entente/trust';
import type { Certificate, CertificateList } from '@entente/x509';
import { coversPlace, listHash } from './accept-lists.ts';

/** Where the alarm is logged. */
export interface ListAlarmOptions {
  readonly log: Log;
}

/** A list that was seen at another place than the authority's own HTTPS, with what a state must say of it. */
interface SeenList {
  /** Identifies the authority by its key. */
  readonly issuer: string;
  readonly number: bigint;
  readonly sha256: string;
  /** Where it was seen: a URL. */
  readonly from: string;
  /** Whether the list is for the certificates of this place. */
  covers(named: NamedList): boolean;
  /** Trust states since then that know only lower numbers. */
  unaware: number;
}

/** States that may have been on their way when the list was published. */
const statesOnTheWay = 1;
/** Most lists that are kept until their authority is known. */
const mostEarlyLists = 16;
/** Most lists that are remembered; an authority has a few. */
const mostLists = 256;

/**
 * Compares the lists of our authorities that are seen elsewhere, as on the plain HTTP of port 80, with those that the trust state names, and
 * logs `revocation-list-differs` once for each that should not exist: another list under a number that the state names, or one with
 * a higher number that the states since do not know. Somebody else then has a key of ours, or the authority went back. What is seen
 * is never in force. An older list is passed over: caches keep them.
 */
export class ListAlarm {
  readonly #log: Log;
  readonly #waiting = new Map<string, SeenList>();
  readonly #told = new Set<string>();
  /** Seen before a state told us of their authority, as while a member starts; each with where. */
  readonly #early = new Map<CertificateList, string>();
  #state: TrustState | undefined;
  #authorities: readonly Certificate[] = [];

  /** @param options - where to log */
  constructor({ log }: ListAlarmOptions) {
    this.#log = log;
  }

  /**
   * @param state - accepted
   * @param authorities - ours, roots among them
   */
  know(state: TrustState, authorities: readonly Certificate[]): void {
    // The last one is accepted again each time that it comes.
    const isAnother = state.sequence !== this.#state?.sequence;
    this.#state = state;
    this.#authorities = authorities;
    if (!isAnother) return;
    for (const [key, seen] of [...this.#waiting]) {
      if (this.#judge(seen, state)) this.#waiting.delete(key);
    }
    for (const [list, from] of [...this.#early]) {
      if (this.#issuerOf(list) === undefined) continue;
      this.#early.delete(list);
      this.see(list, from);
    }
  }

  /**
   * @param list - seen elsewhere; one that no authority of ours has signed is passed over
   * @param from - where: a URL
   */
  see(list: CertificateList, from: string): void {
    if (list.baseCrlNumber !== undefined) return;
    const sha256 = listHash(list);
    const issuer = this.#issuerOf(list);
    if (issuer === undefined) {
      if (this.#early.size < mostEarlyLists) this.#early.set(list, from);
      return;
    }
    const key = `${issuer} ${sha256}`;
    if (this.#told.has(key) || this.#waiting.has(key)) return;
    const seen: SeenList = {
      issuer,
      number: list.crlNumber ?? 0n,
      sha256,
      from,
      covers: (named) => coversPlace(list, named),
      unaware: -1,
    };
    if (this.#state !== undefined && this.#judge(seen, this.#state)) return;
    if (this.#waiting.size < mostLists) this.#waiting.set(key, seen);
  }

  /** @returns whether the list needs no further state */
  #judge(seen: SeenList, state: TrustState): boolean {
    const named = state.lists.find((one) => one.issuer === seen.issuer && seen.covers(one));
    if (named === undefined) return true;
    const number = BigInt(named.number);
    if (seen.number < number) return true;
    if (seen.number === number) {
      if (seen.sha256 !== named.sha256) this.#tell(seen, named, 'forked');
      return true;
    }
    // The authority may publish a list a moment before it signs the state that names it.
    seen.unaware++;
    if (seen.unaware <= statesOnTheWay) return false;
    this.#tell(seen, named, 'unknown-number');
    return true;
  }

  #tell(seen: SeenList, named: NamedList, reason: 'forked' | 'unknown-number'): void {
    const key = `${seen.issuer} ${seen.sha256}`;
    if (this.#told.size >= mostLists) this.#told.clear();
    this.#told.add(key);
    const fields = {
      event: 'revocation-list-differs',
      reason,
      peer: seen.from,
      issuer: seen.issuer,
      number: Number(seen.number),
      sha256: seen.sha256,
      named: { number: named.number, sha256: named.sha256 },
      remedy: differsRemedy,
    };
    const place = `${seen.issuer}/${named.shard}`;
    this.#log.error(
      fields,
      reason === 'forked'
        ? `the list number ${seen.number} of ${place} at ${seen.from} is another one than that which the trust state names`
        : `the list number ${seen.number} of ${place} at ${seen.from} is signed by our authority, and its trust states know number ${named.number} only`,
    );
  }

  #issuerOf(list: CertificateList): string | undefined {
    const issuer = this.#authorities.find(
      (one) => one.subject.canonical === list.issuer.canonical && isSignedBy(list, one),
    );
    return issuer === undefined ? undefined : issuerId(issuer.publicKey.der);
  }
}

const differsRemedy =
  'compare the number with those in the log of the authority (event revocation-list); if it did not publish this list, and was not restored from an older copy, another party has the key of that authority: replace it (entente ca rollover shows the steps)';
