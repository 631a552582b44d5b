import type { Clock, Log } from '@entente/tls';
import { isSignedBy } from '@entente/trust';
import { type Certificate, type CertificateList, decodePemCertificates } from '@entente/x509';
import type { DomainState } from '../state/domain-state.ts';
import { crlLocations, fetchCrl } from './fetch-crl.ts';
import type { ListAlarm } from './list-alarm.ts';
import { ownCertificateProblem } from './own-certificate.ts';

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

/** Logs once that our own certificate is revoked or has expired. */
export class OwnCertificateWatch {
  readonly #options: OwnCertificateWatchOptions;
  #told: string | undefined;

  constructor(options: OwnCertificateWatchOptions) {
    this.#options = options;
  }

  /** Looks at the lists in force. */
  check(): void {
    const [leaf] = this.#chain();
    if (leaf !== undefined) this.#look(leaf, this.#options.state.lists);
  }

  /**
   * Looks at the lists that are published for outsiders, because an authority that has revoked our certificate gives us nothing else. What
   * they say counts for this line of the log alone: they are never in force.
   * @param signal - gives up
   */
  async lookOutside(signal: AbortSignal): Promise<void> {
    const { addresses, listAlarm, state } = this.#options;
    const [leaf, ...intermediates] = this.#chain();
    if (leaf === undefined) return;
    const authorities = [...intermediates, ...state.roots];
    for (const url of crlLocations([leaf])) {
      const list = await fetchCrl(url, addresses.get(url.hostname), signal).catch(() => undefined);
      if (signal.aborted || list === undefined) continue;
      listAlarm.see(list, url.href);
      if (authorities.some((issuer) => isSignedBy(list, issuer))) this.#look(leaf, [list]);
    }
  }

  #chain(): readonly Certificate[] {
    const decoded = decodePemCertificates(this.#options.chainPem());
    return decoded.ok ? decoded.value : [];
  }

  #look(leaf: Certificate, lists: readonly CertificateList[]): void {
    const { clock, fqdn, log } = this.#options;
    const problem = ownCertificateProblem(fqdn, leaf, lists, clock.now());
    if (problem === undefined) return;
    const { event, serial } = problem.fields;
    const told = `${event} ${serial}`;
    if (told === this.#told) return;
    this.#told = told;
    log.error(problem.fields, problem.message);
  }
}
