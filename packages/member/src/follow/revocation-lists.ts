import type { Log } from '@entente/tls';
import { isSignedBy, type RevocationKnowledge } from '@entente/trust';
import {
  type Certificate,
  type CertificateList,
  decodeCrl,
  decodePem,
  decodePemCertificates,
  encodePem,
  oids,
} from '@entente/x509';
import type { MemberFiles } from '../files/member-files.ts';
import type { CurrentStore } from '../state/current-store.ts';
import { crlLocations, fetchCrl } from './fetch-crl.ts';

const pemLabel = 'X509 CRL';
const earlierRun = 'an earlier run';

/** What the lists of our own authorities are followed with. */
export interface RevocationListsOptions {
  /** Leaf and intermediates of this member, PEM. */
  readonly chainPem: () => string;
  /** The enterprise roots in force. */
  readonly roots: () => readonly Certificate[];
  /** Addresses of our hosts that DNS does not know. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly files: Pick<MemberFiles, 'read' | 'write'>;
  readonly store: CurrentStore<RevocationKnowledge>;
  readonly log: Log;
  /** Milliseconds that the lists may take to be fetched. Default 10,000. */
  readonly timeoutMs?: number;
}

/**
 * The revocation lists of our own authorities: one for each key and distribution point, the newest that it has signed. They come
 * over plain HTTP, so nothing gets in that is not signed by an authority of ours, and nothing goes back to an older number or
 * gives way to a list of the same authority that says less.
 */
export class RevocationLists {
  readonly #options: RevocationListsOptions;

  constructor(options: RevocationListsOptions) {
    this.#options = options;
  }

  /** Takes in what an earlier run wrote down, as little believed as what comes over the network. */
  async restore(): Promise<void> {
    const text = await this.#options.files.read('lists');
    const blocks = text === undefined ? undefined : decodePem(text);
    if (blocks?.ok !== true) return;
    const lists = blocks.value.flatMap(({ label, der }) => {
      const decoded = label === pemLabel ? decodeCrl(der) : undefined;
      return decoded?.ok === true ? [decoded.value] : [];
    });
    this.#takeIn(lists.map((list) => ({ list, from: earlierRun })));
  }

  /**
   * Fetches the lists that our own chain names.
   * @param signal gives up
   * @throws where a list cannot be had
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const { addresses, chainPem, timeoutMs = 10_000 } = this.#options;
    // For all of it: whoever lets a list drip over plain HTTP holds nothing up for longer.
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const chain = decodePemCertificates(chainPem());
    if (!chain.ok) return;
    const outcomes = await Promise.allSettled(
      crlLocations(chain.value).map(async (url) => ({
        list: await fetchCrl(url, addresses.get(url.hostname), within),
        from: url.href,
      })),
    );
    // One list that cannot be had does not keep the others out.
    const fetched = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    await this.#keep(this.#takeIn(fetched));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #keep(fresh: readonly CertificateList[]): Promise<void> {
    const { files, log, store } = this.#options;
    if (fresh.length === 0) return;
    for (const { crlNumber, issuer, nextUpdate } of fresh) {
      log.info(
        { event: 'revocation-list', issuer: issuer.toString(), number: Number(crlNumber ?? 0n), nextUpdate },
        `revocation list ${crlNumber} of ${issuer.toString()} is in force`,
      );
    }
    await files.write('lists', store.current.crls.map(({ der }) => encodePem(pemLabel, der)).join(''));
  }

  /** @returns what is in force now and was not before */
  #takeIn(
    offered: readonly { readonly list: CertificateList; readonly from: string }[],
  ): readonly CertificateList[] {
    const { chainPem, log, roots, store } = this.#options;
    const chain = decodePemCertificates(chainPem());
    const authorities = [...(chain.ok ? chain.value.slice(1) : []), ...roots()];
    const before = store.current.crls;
    const lists = new Map(before.map((list) => [placeOf(list), list]));
    for (const { list, from } of offered) {
      // It came over plain HTTP: a forged list must not displace the true one, whatever number it carries.
      if (
        !authorities.some(
          (issuer) => issuer.subject.canonical === list.issuer.canonical && isSignedBy(list, issuer),
        )
      ) {
        log.warn(
          { event: 'revocation-list-refused', peer: from, issuer: list.issuer.toString() },
          `the revocation list from ${from} is not signed by our authority`,
        );
        continue;
      }
      const problem = scopeProblem(list, from);
      if (problem !== undefined) {
        log.warn(
          { event: 'revocation-list-refused', peer: from, issuer: list.issuer.toString() },
          `the revocation list from ${from} ${problem}`,
        );
        continue;
      }
      const known = lists.get(placeOf(list));
      // A list with a lower number is an old one played back (RFC 5280 §5.2.3).
      if (known === undefined || (list.crlNumber ?? 0n) > (known.crlNumber ?? 0n))
        lists.set(placeOf(list), list);
    }
    const after = [...lists.values()];
    const fresh = after.filter((list) => !before.includes(list));
    if (fresh.length > 0) store.set({ crls: after });
    return fresh;
  }
}

/**
 * What a list may replace: one of the same authority, by name and key (a root that is being replaced has one name and two keys),
 * for the same certificates.
 */
function placeOf({ authorityKeyId, extensions, issuer }: CertificateList): string {
  const scope = extensions.find(({ oid }) => oid === oids.issuingDistributionPoint)?.value;
  return [issuer.canonical, hex(authorityKeyId?.keyId), hex(scope)].join(' ');
}

function hex(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : Buffer.from(bytes).toString('hex');
}

/** Over plain HTTP anything that our authority ever signed may be put in the place of what was asked for. @see RFC 5280 §5.2.5 */
function scopeProblem(list: CertificateList, from: string): string | undefined {
  if (list.baseCrlNumber !== undefined) return 'is a delta, not a whole list';
  const point = list.issuingDistributionPoint;
  if (point === undefined || from === earlierRun) return undefined;
  const names = point.name?.type === 'full' ? point.name.names : [];
  const covers = names.some((name) => name.type === 'uri' && name.value === from);
  return covers ? undefined : 'covers other certificates than those that name this place';
}
