import type { Certificate, CertificateList } from '@entente/x509';
import { statusLocations } from '../../knowledge/locations.ts';
import type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
import type { ValidatedPath } from '../../path/validated-path.ts';
import type { AnchorSet } from '../../policy/anchor.ts';
import type { PresentedChain } from '../../question/presented-chain.ts';
import type { Store } from '../watched-store.ts';
import { anchorKey, keyOf, partsOf } from './anchor-key.ts';
import { type IssuedCertificate, issuedCertificates } from './chain-issuers.ts';
import { checkFetcher } from './check-fetch.ts';
import { type FetchedObject, fetchObject, type LookUp, type ObjectRequest } from './fetch-object.ts';
import type { FetchRules } from './fetch-rules.ts';
import { isDue, isOld } from './fetched-again.ts';
import { FetchedCrls } from './fetched-crls.ts';
import { FetchedOcspAnswers, type OcspInquiry, ocspKey } from './fetched-ocsp.ts';
import { FetchesUnderWay } from './fetches-under-way.ts';
import { KeptObjects, noRoom } from './kept-objects.ts';
import { KeptOnDisk } from './kept-on-disk.ts';
import { keysOfPath } from './keys-of-path.ts';
import { ocspQuestion } from './ocsp-question.ts';
import { type After, repeatedly } from './repeat-with-delay.ts';
import { SingleFlight } from './single-flight.ts';

/** Options of {@link createRevocationFetcher}. */
export interface FetcherOptions extends FetchRules {
  /** Directory that keeps CRLs and OCSP responses across restarts. Default: none. */
  readonly cacheDirectory?: string;
  /** Whether to fetch again before an object expires. Default true. */
  readonly refresh?: boolean;
  /**
   * Age at which CRLs are fetched again, however long they are still current: milliseconds, 1,000 or more. A revocation takes
   * effect here no later than this, where the location answers. Default 3,600,000, an hour.
   */
  readonly refreshEveryMs?: number;
  /** Milliseconds before a location that failed is tried again. Default 30,000. */
  readonly retryAfterMs?: number;
  /** The current time, milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: () => number;
  /** Runs something later, once, and gives a function that cancels it. Default: a timer of the machine that does not keep the process alive. */
  readonly after?: After;
  /** Default: the system's resolver. */
  readonly lookUp?: LookUp;
  /** Called for every location that failed, with the cause. */
  readonly onFailure?: (url: string, why: string) => void;
  /**
   * Called for every CRL that was fetched and that the issuer of the certificate has signed which names its location, also where it
   * is older than the known one.
   */
  readonly onCrl?: (crl: CertificateList, url: string) => void;
}

/** Fetches revocation knowledge when a verdict lacks it, and keeps it fresh. */
export interface RevocationFetcher {
  /** Everything that was fetched. */
  readonly store: Store<RevocationKnowledge>;
  /** Why locations failed the last time, by URL. */
  readonly failures: ReadonlyMap<string, string>;
  /**
   * Fetches the status of the certificates of a chain: CRLs, and OCSP where a certificate names no CRL or its CRL is unavailable.
   * Call it only for a chain whose path has passed, that is, after `revocation-unknown` or `revocation-stale`.
   *
   * @param presented - the chain
   * @param anchors - the anchors of the verdict
   * @param now - milliseconds since the epoch
   */
  prepare(presented: PresentedChain, anchors: AnchorSet, now: number): Promise<void>;
  /**
   * Notes that a connection was admitted whose path needs what was fetched for it: that stays as long as the connection is open.
   *
   * @param path - of the verdict
   * @returns to be called when the connection has closed
   */
  use(path: ValidatedPath): () => void;
  /** Drops what has not been used for long, and fetches again what will expire soon. Called by a timer unless `refresh` is false. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const defaultMaxCrlBytes = 16 * 1_024 * 1_024;
const defaultMaxOcspBytes = 64 * 1_024;
const defaultMostKept = 256;
const defaultMostKeptBytes = 64 * 1_024 * 1_024;
/** OCSP responses are a few kilobytes each. */
const mostOcspBytesKept = 4 * 1_024 * 1_024;
const refreshIntervalMs = 60_000;
/** What a revocation waits for at the most where nobody has said anything: lists of a private CA are often current for a month. */
const defaultRefreshEveryMs = 3_600_000;
const shortestRefreshMs = 1_000;
const ocspMediaType = 'application/ocsp-request';

/**
 * Creates a fetcher under the fetching rules: listed hosts only, at a checked address, no redirects, limits on size, time and
 * number; one request at a time for a location, however many verdicts wait for it.
 *
 * @param options - hosts, limits, cache
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export async function createRevocationFetcher(options: FetcherOptions): Promise<RevocationFetcher> {
  checkFetcher(options, 'createRevocationFetcher', 'needs hosts');
  const fetcher = new Fetcher(options);
  await fetcher.load();
  return fetcher;
}

class Fetcher implements RevocationFetcher {
  readonly store: Store<RevocationKnowledge>;
  readonly #options: FetcherOptions;
  readonly #kept: { readonly crls: KeptObjects; readonly answers: KeptObjects };
  readonly #crls: FetchedCrls;
  readonly #answers: FetchedOcspAnswers;
  readonly #flights: SingleFlight;
  readonly #underWay: FetchesUnderWay;
  readonly #listeners = new Set<(current: RevocationKnowledge) => void>();
  readonly #files: KeptOnDisk;
  #stopRefreshing = (): void => {};
  #knowledge: RevocationKnowledge = { crls: [] };

  constructor(options: FetcherOptions) {
    this.#options = options;
    const most = options.maxKeptPerAnchor ?? defaultMostKept;
    const mostBytes = options.maxKeptBytesPerAnchor ?? defaultMostKeptBytes;
    this.#kept = {
      crls: new KeptObjects({ most, mostBytes }),
      answers: new KeptObjects({ most, mostBytes: mostOcspBytesKept }),
    };
    // As many as are fetched again together where all that is kept is due.
    this.#underWay = new FetchesUnderWay({ most: 2 * most, mostBytes });
    this.#files = new KeptOnDisk(options.cacheDirectory, options.onFailure);
    this.#crls = new FetchedCrls(this.#kept.crls, (key) => void this.#files.removeList(key));
    this.#answers = new FetchedOcspAnswers(this.#kept.answers, (key) => void this.#files.removeAnswer(key));
    this.#flights = new SingleFlight({
      now: () => this.#now(),
      retryAfterMs: options.retryAfterMs ?? 30_000,
      onFailure: options.onFailure,
    });
    const current = () => this.#knowledge;
    this.store = {
      get current() {
        return current();
      },
      onChange: (listener) => {
        this.#listeners.add(listener);
        return () => {
          this.#listeners.delete(listener);
        };
      },
      [Symbol.asyncDispose]: async () => {},
    };
    if (options.refresh === false) return;
    const everyMs = Math.max(shortestRefreshMs, options.refreshEveryMs ?? refreshIntervalMs);
    const refresh = (): void => void this.refresh();
    this.#stopRefreshing = repeatedly(Math.min(everyMs, refreshIntervalMs), refresh, options.after);
  }

  get failures(): ReadonlyMap<string, string> {
    return this.#flights.failures;
  }

  /** Loads what an earlier run kept. */
  async load(): Promise<void> {
    const maxBytes = this.#maxCrlBytes();
    const now = this.#now();
    for await (const { key, bytes, keptAt, issuer } of this.#files.lists(maxBytes)) {
      const parts = partsOf(key);
      const source = { anchor: parts?.anchor ?? '', now, issuer, since: keptAt };
      const why = parts === undefined ? noRoom : this.#crls.offer(parts.request, bytes, source, maxBytes);
      this.#kept.crls.restored(key);
      if (why === noRoom) await this.#files.removeList(key);
    }
    const maxOcspBytes = this.#maxOcspBytes();
    for await (const { key, bytes } of this.#files.answers(maxOcspBytes)) {
      const isOfUse = this.#answers.restore(key, bytes, maxOcspBytes, now);
      this.#kept.answers.restored(key);
      if (!isOfUse) await this.#files.removeAnswer(key);
    }
    this.#knowledge = this.#all();
  }

  async prepare(presented: PresentedChain, anchors: AnchorSet, now: number): Promise<void> {
    const { maxPerChain = 8 } = this.#options;
    const chain = issuedCertificates(presented, anchors, now);
    const anchor = anchorKey(chain.anchor);
    const about = chain.issued.slice(0, maxPerChain);
    let left = maxPerChain;
    await Promise.all(
      about.map(async (issued) => {
        const { crls, ocsp } = statusLocations(issued.certificate);
        const chosen: (readonly string[])[] = [];
        for (const names of crls) {
          const few = names.slice(0, Math.max(0, left));
          left -= few.length;
          if (few.length > 0) chosen.push(few);
        }
        const had = await Promise.all(chosen.map((names) => this.#crl(anchor, names, issued.issuer, now)));
        const [responder] = ocsp;
        if (responder === undefined || had.some((one) => one) || left <= 0) return;
        left -= 1;
        await this.#ocsp(anchor, responder, issued, now);
      }),
    );
  }

  use(path: ValidatedPath): () => void {
    const { answers, crls } = keysOfPath(path);
    const now = this.#now();
    for (const key of crls) this.#kept.crls.use(key, now);
    for (const key of answers) this.#kept.answers.use(key, now);
    return () => {
      const closedAt = this.#now();
      for (const key of crls) this.#kept.crls.release(key, closedAt);
      for (const key of answers) this.#kept.answers.release(key, closedAt);
    };
  }

  async refresh(): Promise<void> {
    const now = this.#now();
    this.#dropIdle(now);
    const { refreshEveryMs = defaultRefreshEveryMs } = this.#options;
    // The issuer must be known: otherwise a forged CRL could replace the known one.
    const crls = [...this.#crls.entries()].filter(
      (one) => one.issuer !== undefined && (isDue(one.crl, now) || isOld(one, refreshEveryMs, now)),
    );
    const answers = [...this.#answers.entries()].filter(([, answer]) => isDue(answer, now));
    await Promise.all([
      ...crls.map(({ anchor, issuer, locations }) => this.#fetchFirst(anchor, locations, issuer)),
      ...answers.map(([, inquiry]) => this.#fetchOcsp(inquiry)),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopRefreshing();
    this.#listeners.clear();
    await this.#flights.landed();
    await this.#files.removed();
  }

  /** Fetches the CRL of a distribution point if needed. @returns whether it is known and current */
  async #crl(anchor: string, names: readonly string[], issuer: Certificate, now: number): Promise<boolean> {
    const current = () =>
      names.some((url) => {
        const known = this.#crls.get(keyOf(anchor, url));
        return known?.unchecked === false && isCurrent(known.crl, now);
      });
    if (!current()) await this.#fetchFirst(anchor, names, issuer);
    return current();
  }

  /** Tries one location after the other until one has answered. */
  async #fetchFirst(
    anchor: string,
    names: readonly string[],
    issuer: Certificate | undefined,
  ): Promise<void> {
    for (const url of names) if (await this.#fetchCrl(anchor, url, names, issuer)) return;
  }

  async #ocsp(anchor: string, url: string, issued: IssuedCertificate, now: number): Promise<void> {
    const question = ocspQuestion(issued);
    const key = ocspKey(anchor, url, question);
    const { issuer } = issued;
    this.#answers.learnIssuer(key, issuer);
    if (isCurrent(this.#answers.get(key), now)) return;
    await this.#fetchOcsp({ anchor, url, question, serialHex: issued.certificate.serialHex, issuer });
  }

  /** Fetches a CRL from one location. @returns whether the location answered with a CRL */
  async #fetchCrl(
    anchor: string,
    url: string,
    locations: readonly string[],
    issuer: Certificate | undefined,
  ): Promise<boolean> {
    const key = keyOf(anchor, url);
    // Of each anchor by itself: what fails for the peers of one must not hold up a list that those of another need.
    await this.#flights.fly(key, url, async () => {
      const maxBytes = this.#maxCrlBytes();
      const fetchedAt = this.#now();
      const answer = await this.#fetch(anchor, { url, maxBytes });
      if (!answer.ok) return answer.why;
      const before = this.#crls.get(key)?.crl;
      const { onCrl } = this.#options;
      const source = { anchor, issuer, locations, fetchedAt, now: fetchedAt, onSigned: onCrl };
      const why = this.#crls.offer(url, answer.bytes, source, maxBytes);
      if (why !== undefined || this.#crls.get(key)?.crl === before) return why;
      this.#changed();
      if (this.#crls.get(key)?.unchecked === true) return undefined;
      const isKept = () => this.#crls.get(key) !== undefined;
      await this.#files.keepList(key, url, { bytes: answer.bytes, issuer: issuer?.der }, isKept);
      return undefined;
    });
    return !this.#flights.hasFailed(key);
  }

  #fetchOcsp(inquiry: OcspInquiry): Promise<void> {
    const { anchor, url, question } = inquiry;
    const key = ocspKey(anchor, url, question);
    return this.#flights.fly(key, url, async () => {
      const maxBytes = this.#maxOcspBytes();
      const body = { bytes: question, mediaType: ocspMediaType };
      const answer = await this.#fetch(anchor, { url, maxBytes, body });
      if (!answer.ok) return answer.why;
      const why = this.#answers.offer(inquiry, answer.bytes, maxBytes, this.#now());
      if (why !== undefined) return why;
      this.#changed();
      await this.#files.keepAnswer(key, url, answer.bytes, () => this.#answers.get(key) !== undefined);
      return undefined;
    });
  }

  #dropIdle(now: number): void {
    const crls = this.#kept.crls.idle(now);
    const answers = this.#kept.answers.idle(now);
    for (const key of crls) this.#crls.drop(key);
    for (const key of answers) this.#answers.drop(key);
    if (crls.length + answers.length > 0) this.#changed();
  }

  #fetch(anchor: string, wanted: ObjectRequest): Promise<FetchedObject> {
    return this.#underWay.bounded(anchor, (take) =>
      fetchObject({ ...wanted, take }, this.#options, this.#options.lookUp),
    );
  }

  #changed(): void {
    this.#knowledge = this.#all();
    for (const listener of [...this.#listeners]) listener(this.#knowledge);
  }

  #all(): RevocationKnowledge {
    return {
      crls: this.#crls.lists,
      ocspResponses: this.#answers.responses,
      whyNotFetched: (url) => this.#flights.whyNot(url),
    };
  }

  #maxCrlBytes(): number {
    return this.#options.maxCrlBytes ?? defaultMaxCrlBytes;
  }

  #maxOcspBytes(): number {
    return this.#options.maxOcspBytes ?? defaultMaxOcspBytes;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

function isCurrent(known: { readonly nextUpdate?: number | undefined } | undefined, now: number): boolean {
  return known?.nextUpdate !== undefined && known.nextUpdate > now;
}
