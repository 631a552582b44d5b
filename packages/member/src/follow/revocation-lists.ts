import { issuerId } from '@entente/pki';
import type { Log } from '@entente/tls';
import {
  enterpriseRoots,
  maxListBytes,
  type NamedList,
  type SignedTrustState,
  type Topology,
  type TrustStateRefusal,
} from '@entente/topology';
import { isSignedBy } from '@entente/trust';
import {
  type Certificate,
  type CertificateList,
  decodeCertificate,
  decodeCrl,
  decodePem,
  decodePemCertificates,
  encodePem,
} from '@entente/x509';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { MemberFiles } from '../files/member-files.ts';
import { unwrittenRemedy } from '../files/write-failure.ts';
import type { DomainState } from '../state/domain-state.ts';
import {
  acceptLists,
  heldFor,
  type ListKnowledge,
  listHash,
  type OfferedList,
  type RefusedList,
} from './accept-lists.ts';

const pemLabel = 'X509 CRL';
const earlierRun = 'an earlier run';

/** What an earlier run's lists are read with. */
export interface RestoreListsOptions {
  /** Leaf and intermediates of this member, PEM. */
  readonly chainPem: string;
  /** The enterprise roots. */
  readonly roots: readonly Certificate[];
  readonly files: Pick<MemberFiles, 'path' | 'read'>;
  readonly log: Log;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * Reads the lists that an earlier run has written, believed as little as what comes over the network.
 * @returns those that our authorities have signed; none where the file does not exist; what is damaged in it is logged, and missing
 */
export async function restoreLists(options: RestoreListsOptions): Promise<readonly CertificateList[]> {
  const { chainPem, files, log, now, roots } = options;
  const text = await files.read('lists');
  if (text === undefined) return [];
  const blocks = decodePem(text);
  const decoded = blocks.ok
    ? blocks.value.map(({ label, der }) => (label === pemLabel ? decodeCrl(der) : undefined))
    : [];
  const found = decoded.flatMap((one) => (one?.ok === true ? [one.value] : []));
  if (found.length === 0 || found.length < decoded.length)
    log.warn(
      { event: 'lists-damaged', place: files.path('lists'), found: found.length },
      'not all of the file of revocation lists can be read; what was revoked by the others counts again once the authority answers',
    );
  const authorities = authoritiesOf(chainPem, roots);
  // Of a root that was retired, or of an authority that has certified others: the next trust state brings those that count.
  const isOfOurs = ({ issuer }: CertificateList) =>
    authorities.some(({ subject }) => subject.canonical === issuer.canonical);
  const offered = found.filter(isOfOurs).map((list): OfferedList => ({ list, named: undefined }));
  const { lists, refused } = acceptLists(offered, { current: [], authorities, now });
  logRefused(log, refused, earlierRun);
  return lists;
}

/** What the lists of our own authorities are followed with. */
export interface RevocationListsOptions {
  /** Leaf and intermediates of this member at the moment, PEM. */
  readonly chainPem: () => string;
  readonly authority: Pick<AuthorityClient, 'list' | 'url'>;
  readonly files: Pick<MemberFiles, 'write'>;
  readonly state: Pick<DomainState, 'lists' | 'rootsUnder' | 'takeUp'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/** The lists after a state, and why some of those that it names are missing. */
export interface GatheredLists {
  /** All lists that may be in force: those before, and those that were accepted. */
  readonly lists: readonly CertificateList[];
  /** The first one that was refused. */
  readonly refusal: TrustStateRefusal | undefined;
  /** Our authorities, whose lists were looked for. */
  readonly authorities: readonly Certificate[];
}

/**
 * Fetches the revocation lists that trust states name, over our own authenticated HTTPS. A list that we have is not fetched again.
 */
export class RevocationLists {
  readonly #options: RevocationListsOptions;
  /** Whether lists that are in force are not on disk. */
  #isUnwritten = false;
  /** Those that the last state was judged by. */
  #authorities: readonly Certificate[] = [];

  constructor(options: RevocationListsOptions) {
    this.#options = options;
  }

  /**
   * Fetches what a state names and we do not have. Nothing is put in force yet. Where the topology lists our roots, a list of an authority
   * that leads to none of them is passed over: its root was retired, and nothing below it is believed.
   * @param signed - the state; its signer need not have been judged
   * @param topology - by whose roots the state is judged
   * @throws where the authority does not answer; see `AuthorityClient.list`
   */
  async gather(
    { chain, state: { lists: named } }: SignedTrustState,
    topology: Topology,
  ): Promise<GatheredLists> {
    const { chainPem, state } = this.#options;
    const authorities = withIntermediates(authoritiesOf(chainPem(), state.rootsUnder(topology)), chain);
    this.#authorities = authorities;
    const ours = new Set(authorities.map(({ publicKey }) => issuerId(publicKey.der)));
    const isRetired = ({ issuer }: NamedList) => !ours.has(issuer);
    const counting = enterpriseRoots(topology) === undefined ? named : named.filter((one) => !isRetired(one));
    const gathered = await this.#gather(counting, { current: state.lists, authorities });
    return { ...gathered, authorities };
  }

  /**
   * The number of the list in force in the place of one that a state names: the authority may name an older one, where it went back.
   * @returns undefined where there is none, and before the first state
   */
  numberFor(named: NamedList): number | undefined {
    const held = heldFor(named, { current: this.#options.state.lists, authorities: this.#authorities });
    return held === undefined ? undefined : Number(held.crlNumber ?? 0n);
  }

  async #gather(
    named: readonly NamedList[],
    { authorities, current }: Pick<ListKnowledge, 'authorities' | 'current'>,
  ): Promise<Pick<GatheredLists, 'lists' | 'refusal'>> {
    const { authority, log, now } = this.#options;
    const offered: OfferedList[] = [];
    for (const one of named) {
      const held = heldFor(one, { current, authorities });
      const hash = held === undefined ? undefined : listHash(held);
      // The authority may have published a newer list since it signed the state, and we have that.
      if (hash === one.sha256 || (held?.crlNumber ?? -1n) > BigInt(one.number)) continue;
      if (one.bytes > maxListBytes) return { lists: current, refusal: tooLarge(one) };
      const bytes = await authority.list(one, hash);
      if (bytes === undefined) return { lists: current, refusal: unchanged(one) };
      const decoded = decodeCrl(bytes);
      if (!decoded.ok) return { lists: current, refusal: unreadable(one, decoded.error.message) };
      offered.push({ list: decoded.value, named: one });
    }
    if (offered.length === 0) return { lists: current, refusal: undefined };
    const { lists, refused } = acceptLists(offered, { current, authorities, now: now() });
    logRefused(log, refused, authority.url);
    const [first] = refused;
    return {
      lists,
      refusal:
        first === undefined
          ? undefined
          : listRefused(`The list ${placeOf(first.named)} ${first.problem}.`, first.remedy),
    };
  }

  /**
   * Puts gathered lists in force. They are written with the next {@link keep}.
   * @param lists - from `gather`, with a signer that has passed the verdict
   */
  putInForce(lists: readonly CertificateList[]): void {
    const { log, state } = this.#options;
    const before = new Set(state.lists);
    const fresh = lists.filter((list) => !before.has(list));
    if (fresh.length === 0) return;
    state.takeUp({ lists });
    this.#isUnwritten = true;
    for (const { crlNumber, issuer, nextUpdate } of fresh) {
      log.info(
        { event: 'revocation-list', issuer: issuer.toString(), number: Number(crlNumber ?? 0n), nextUpdate },
        `revocation list ${crlNumber} of ${issuer.toString()} is in force`,
      );
    }
  }

  /** Writes the lists that are in force, where they are not on disk; one write at a time. What fails is logged. */
  async keep(): Promise<void> {
    if (!this.#isUnwritten) return;
    const { files, log, state } = this.#options;
    this.#isUnwritten = false;
    try {
      await files.write('lists', state.lists.map(({ der }) => encodePem(pemLabel, der)).join(''));
    } catch (error) {
      this.#isUnwritten = true;
      log.warn(
        { event: 'revocation-list-not-kept', remedy: unwrittenRemedy((error as Error).message) },
        `the revocation lists were not written: ${(error as Error).message}; after a restart those before are in force until the authority answers`,
      );
    }
  }
}

function authoritiesOf(chainPem: string, roots: readonly Certificate[]): readonly Certificate[] {
  const chain = decodePemCertificates(chainPem);
  return [...(chain.ok ? chain.value.slice(1) : []), ...roots];
}

/** The authority that certified the key of a state may be a newer one than that which certified us. */
function withIntermediates(
  authorities: readonly Certificate[],
  chain: readonly Uint8Array[],
): readonly Certificate[] {
  const others = chain.slice(1).flatMap((der) => {
    const decoded = decodeCertificate(der);
    const isOurs =
      decoded.ok &&
      decoded.value.basicConstraints?.cA === true &&
      authorities.some(
        (issuer) =>
          issuer.subject.canonical === decoded.value.issuer.canonical && isSignedBy(decoded.value, issuer),
      );
    return decoded.ok && isOurs ? [decoded.value] : [];
  });
  return [...authorities, ...others];
}

function placeOf(named: NamedList | undefined): string {
  return named === undefined ? '' : `${named.issuer}/${named.shard}`;
}

function tooLarge(named: NamedList): TrustStateRefusal {
  return listRefused(
    `The list ${placeOf(named)} has ${named.bytes} bytes; at most ${maxListBytes} are read.`,
  );
}

function unchanged(named: NamedList): TrustStateRefusal {
  return listRefused(
    `The authority has the list ${placeOf(named)} that is in force here, and not the one that its trust state names.`,
  );
}

function unreadable(named: NamedList, found: string): TrustStateRefusal {
  return listRefused(`The list ${placeOf(named)} is not a revocation list: ${found}.`);
}

function listRefused(message: string, remedy = wentBackRemedy): TrustStateRefusal {
  return { reason: 'list-refused', message, remedy };
}

const wentBackRemedy =
  'look at the log of the authority; restore its directory from the newest copy if it went back';

function logRefused(log: Log, refused: readonly RefusedList[], from: string): void {
  for (const { list, problem, reason, remedy } of refused) {
    const fields = { event: 'revocation-list-refused', reason, peer: from, issuer: list.issuer.toString() };
    log[reason === 'revocation-withdrawn' ? 'error' : 'warn'](
      remedy === undefined ? fields : { ...fields, remedy },
      `the revocation list from ${from} ${problem}`,
    );
  }
}
