import type { Log } from '@entente/tls';
import {
  type Certificate,
  type CertificateList,
  decodeCrl,
  decodePem,
  decodePemCertificates,
  encodePem,
} from '@entente/x509';
import type { MemberFiles } from '../files/member-files.ts';
import type { DomainState } from '../state/domain-state.ts';
import { acceptLists, type RefusedList } from './accept-lists.ts';
import { crlLocations, fetchCrl } from './fetch-crl.ts';

const pemLabel = 'X509 CRL';
const earlierRun = 'an earlier run';

/** What an earlier run's lists are read with. */
export interface RestoreListsOptions {
  /** Leaf and intermediates of this member, PEM. */
  readonly chainPem: string;
  /** The enterprise roots. */
  readonly roots: readonly Certificate[];
  readonly files: Pick<MemberFiles, 'read'>;
  readonly log: Log;
}

/**
 * Reads the lists that an earlier run has written, believed as little as what comes over the network.
 * @returns those that our authorities have signed; none where the file does not exist or is damaged
 */
export async function restoreLists(options: RestoreListsOptions): Promise<readonly CertificateList[]> {
  const { chainPem, files, log, roots } = options;
  const text = await files.read('lists');
  const blocks = text === undefined ? undefined : decodePem(text);
  if (blocks?.ok !== true) return [];
  const offered = blocks.value.flatMap(({ label, der }) => {
    const decoded = label === pemLabel ? decodeCrl(der) : undefined;
    return decoded?.ok === true ? [{ list: decoded.value, from: undefined }] : [];
  });
  const { lists, refused } = acceptLists([], offered, authoritiesOf(chainPem, roots));
  logRefused(log, refused);
  return lists;
}

/** What the lists of our own authorities are followed with. */
export interface RevocationListsOptions {
  /** Leaf and intermediates of this member at the moment, PEM. */
  readonly chainPem: () => string;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  readonly files: Pick<MemberFiles, 'write'>;
  readonly state: Pick<DomainState, 'lists' | 'roots' | 'takeUp'>;
  readonly log: Log;
  /** Milliseconds for fetching all of the lists. Default 10,000. */
  readonly timeoutMs?: number;
}

/** Fetches the revocation lists of our own authorities, and puts those in force that {@link acceptLists} accepts. */
export class RevocationLists {
  readonly #options: RevocationListsOptions;

  constructor(options: RevocationListsOptions) {
    this.#options = options;
  }

  /**
   * Fetches the lists that our own chain names.
   * @param signal - gives up
   * @throws Error where a list cannot be fetched; the others are in force all the same
   */
  async refresh(signal: AbortSignal): Promise<void> {
    const { addresses, chainPem, log, state, timeoutMs = 10_000 } = this.#options;
    // For all of it: a list that arrives byte by byte over plain HTTP holds nothing up for longer.
    const within = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const pem = chainPem();
    const chain = decodePemCertificates(pem);
    if (!chain.ok) return;
    const outcomes = await Promise.allSettled(
      crlLocations(chain.value).map(async (url) => ({
        list: await fetchCrl(url, addresses.get(url.hostname), within),
        from: url.href,
      })),
    );
    if (signal.aborted) return;
    // One list that cannot be fetched does not keep the others out.
    const fetched = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
    const before = state.lists;
    const { lists, refused } = acceptLists(before, fetched, authoritiesOf(pem, state.roots));
    logRefused(log, refused);
    const fresh = lists.filter((list) => !before.includes(list));
    if (fresh.length > 0) {
      state.takeUp({ lists });
      await this.#keep(lists, fresh);
    }
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  async #keep(lists: readonly CertificateList[], fresh: readonly CertificateList[]): Promise<void> {
    const { files, log } = this.#options;
    for (const { crlNumber, issuer, nextUpdate } of fresh) {
      log.info(
        { event: 'revocation-list', issuer: issuer.toString(), number: Number(crlNumber ?? 0n), nextUpdate },
        `revocation list ${crlNumber} of ${issuer.toString()} is in force`,
      );
    }
    await files.write('lists', lists.map(({ der }) => encodePem(pemLabel, der)).join(''));
  }
}

function authoritiesOf(chainPem: string, roots: readonly Certificate[]): readonly Certificate[] {
  const chain = decodePemCertificates(chainPem);
  return [...(chain.ok ? chain.value.slice(1) : []), ...roots];
}

function logRefused(log: Log, refused: readonly RefusedList[]): void {
  for (const { from = earlierRun, list, problem } of refused) {
    log.warn(
      { event: 'revocation-list-refused', peer: from, issuer: list.issuer.toString() },
      `the revocation list from ${from} ${problem}`,
    );
  }
}
