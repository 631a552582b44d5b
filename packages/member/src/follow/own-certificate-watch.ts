import type { Clock, Log } from '@entente/tls';
import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodePemCertificates } from '@entente/x509';
import type { DomainState } from '../state/domain-state.ts';
import { isAhead } from '../state/signed-times.ts';
import { placeOfList } from './accept-lists.ts';
import { crlLocations, fetchCrl } from './fetch-crl.ts';
import type { ListAlarm } from './list-alarm.ts';
import { type OwnCertificateProblem, ownCertificateProblem } from './own-certificate.ts';

/** Whose certificate is watched, and where it is logged. */
export interface OwnCertificateWatchOptions {
  /** Our own FQDN. */
  readonly fqdn: string;
  /** Leaf and intermediates of this member at the moment, PEM. */
  readonly chainPem: () => string;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly state: Pick<DomainState, 'lists' | 'roots'>;
  /** Is shown the lists of our authorities that are seen outside. */
  readonly listAlarm: Pick<ListAlarm, 'see'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** A list that is published for outsiders, and has our own certificate. */
interface SeenRevocation {
  readonly leaf: Certificate;
  readonly list: CertificateList;
  readonly problem: OwnCertificateProblem;
}

/**
 * Knows whether our own certificate is over, and logs it once. An authority that has revoked it gives us nothing, so the list that is
 * published for outsiders counts too, for this question alone and where nothing in force knows better.
 */
export class OwnCertificateWatch {
  readonly #options: OwnCertificateWatchOptions;
  #decoded: { readonly pem: string; readonly chain: readonly Certificate[] } | undefined;
  #outside: SeenRevocation | undefined;
  #told: string | undefined;

  constructor(options: OwnCertificateWatchOptions) {
    this.#options = options;
  }

  /** Why our certificate is over at this moment; undefined while it is not, as far as we know. */
  get problem(): OwnCertificateProblem | undefined {
    const [leaf] = this.#chain();
    if (leaf === undefined) return undefined;
    const { clock, fqdn, state } = this.#options;
    return ownCertificateProblem(fqdn, leaf, state.lists, clock.now()) ?? this.#seenOutside(leaf)?.problem;
  }

  /** Logs what is wrong, if it is news. */
  check(): void {
    const { problem } = this;
    if (problem === undefined) return;
    const { event, serial } = problem.fields;
    const told = `${event} ${serial}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#options.log.error(problem.fields, problem.message);
  }

  /**
   * Looks at the lists that are published for outsiders. They are never in force.
   * @param signal - gives up
   */
  async lookOutside(signal: AbortSignal): Promise<void> {
    const { addresses, listAlarm } = this.#options;
    const [leaf] = this.#chain();
    if (leaf === undefined) return;
    for (const url of crlLocations([leaf])) {
      const list = await fetchCrl(url, addresses.get(url.hostname), signal).catch(() => undefined);
      if (signal.aborted || list === undefined) continue;
      listAlarm.see(list, url.href);
      if (this.#counts(list)) this.#see(leaf, list);
    }
    this.check();
  }

  #chain(): readonly Certificate[] {
    const pem = this.#options.chainPem();
    if (this.#decoded?.pem !== pem) {
      const decoded = decodePemCertificates(pem);
      this.#decoded = { pem, chain: decoded.ok ? decoded.value : [] };
    }
    return this.#decoded.chain;
  }

  /** Anybody on the way may give us a forged list; one that is old is looked at when it is asked what was seen. */
  #counts(list: CertificateList): boolean {
    const { clock, state } = this.#options;
    const now = clock.now();
    const isOfToday =
      list.baseCrlNumber === undefined &&
      !isAhead(list.thisUpdate, now) &&
      (list.nextUpdate === undefined || now <= list.nextUpdate);
    return (
      isOfToday && believed(this.#chain().slice(1), state.roots).some((issuer) => isSignedBy(list, issuer))
    );
  }

  #see(leaf: Certificate, list: CertificateList): void {
    const { clock, fqdn } = this.#options;
    const known = this.#seenOutside(leaf);
    if (known !== undefined && !(isSamePlace(known.list, list) && isNewer(list, known.list))) return;
    const problem = ownCertificateProblem(fqdn, leaf, [list], Math.min(clock.now(), leaf.notAfter));
    if (problem !== undefined) this.#outside = { leaf, list, problem };
    // What is on hold may be released; any other revocation is for ever.
    else if (known?.problem.fields.reason === 'certificateHold') this.#outside = undefined;
  }

  /** What was seen outside of the certificate that we have now. A list in force that is not older knows better. */
  #seenOutside(leaf: Certificate): SeenRevocation | undefined {
    const seen = this.#outside;
    if (seen === undefined || seen.leaf.serialHex !== leaf.serialHex) return undefined;
    const isOvertaken = this.#options.state.lists.some(
      (known) => isSamePlace(known, seen.list) && !isNewer(seen.list, known),
    );
    return isOvertaken ? undefined : seen;
  }
}

/** Those of our intermediates that lead to a root in force, and the roots. */
function believed(
  intermediates: readonly Certificate[],
  roots: readonly Certificate[],
): readonly Certificate[] {
  const found = [...roots];
  // Each is certified by the one after it.
  for (const one of intermediates.toReversed()) {
    if (found.some((issuer) => isSignedBy(one, issuer))) found.push(one);
  }
  return found;
}

function isSamePlace(one: CertificateList, other: CertificateList): boolean {
  return placeOfList(one) === placeOfList(other);
}

function isNewer(one: CertificateList, other: CertificateList): boolean {
  return (one.crlNumber ?? 0n) > (other.crlNumber ?? 0n);
}
