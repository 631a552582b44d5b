import { PkiFault, type RollingPublisher } from '@entente/pki';
import type { OpenAuthorityFolder } from '@entente/pki/node';
import type { Log, OwnedTrust } from '@entente/tls';
import type { RevocationKnowledge } from '@entente/trust';
import { type CertificateList, decodeCrl } from '@entente/x509';
import type { AuditLog } from '../audit/audit-log.ts';
import type { EventHub } from '../event-hub.ts';

/** What the revocation lists of an authority are made known with. */
export interface KnownListsOptions {
  readonly opened: Pick<OpenAuthorityFolder, 'issuers'>;
  readonly publisher: Pick<RollingPublisher, 'all'>;
  readonly events: EventHub;
  readonly audit: AuditLog;
  readonly log: Log;
}

/** What follows each change of the revocation lists: the authority's own verdicts, the trust state, events, the log. */
export class KnownLists {
  readonly #options: KnownListsOptions;
  readonly #announced = new Map<string, number>();
  #knowledge: RevocationKnowledge;
  #numbers = '0';

  constructor(options: KnownListsOptions) {
    this.#options = options;
    this.#knowledge = { crls: options.opened.issuers.roots.all.map(({ list }) => list) };
  }

  /** By which the authority judges. */
  get knowledge(): RevocationKnowledge {
    return this.#knowledge;
  }

  /** Numbers of the lists in force, those of the roots first. */
  get numbers(): string {
    return this.#numbers;
  }

  /**
   * Applies the lists in force.
   * @param trust - judges open connections again
   * @param sign - signs the next trust state
   */
  async changed(trust: Pick<OwnedTrust, 'announce'>, sign: () => Promise<unknown>): Promise<void> {
    const { audit, events, log, opened, publisher } = this.#options;
    const published = publisher.all().flatMap(({ current, issuer }) => {
      const list = current(0);
      return list === undefined ? [] : [{ issuer: issuer.id, list }];
    });
    const roots = opened.issuers.roots.all;
    this.#knowledge = {
      crls: [...roots.map(({ list }) => list), ...published.map(({ list }) => readList(list.der))],
    };
    const all = [...roots.map(({ crl, id }) => ({ issuer: id, list: crl })), ...published];
    this.#numbers = all.map(({ list }) => list.number).join('-');
    trust.announce();
    // Before the other events: a member that hears of those finds the state that names what is new.
    await sign();
    for (const { issuer, list } of all) {
      const { number } = list;
      if (this.#announced.get(issuer) === number) continue;
      this.#announced.set(issuer, number);
      events.announce({ type: 'crl', issuer, number });
      audit.note({ action: 'list-signed', actor: 'authority', outcome: 'done', details: { issuer, number } });
      log.info({ event: 'revocation-list', issuer, number }, `revocation list ${number} is published`);
    }
  }
}

/** The authority's own CRL, decoded as every member decodes it. */
function readList(der: Uint8Array): CertificateList {
  const decoded = decodeCrl(der);
  if (decoded.ok) return decoded.value;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `expected a CRL, found ${decoded.error.message}`,
    place: 'CRL of this authority',
    remedy: "restore the authority's directory from a copy",
  });
}
