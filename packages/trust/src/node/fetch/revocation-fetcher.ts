import { type Certificate, decodeCertificate } from '@entente/x509';
import type { RevocationKnowledge } from '../../knowledge/revocation-knowledge.ts';
import type { AnchorSet } from '../../policy/anchor.ts';
import type { PresentedChain } from '../../question/presented-chain.ts';
import type { Store } from '../store.ts';
import { type IssuedCertificate, issuedCertificates } from './chain-issuers.ts';
import { DiskCache } from './disk-cache.ts';
import { type FetchedObject, fetchObject, type LookUp, type ObjectRequest } from './fetch-object.ts';
import type { FetchRules } from './fetch-rules.ts';
import { type FetchedCrl, FetchedCrls } from './fetched-crls.ts';
import { FetchedOcspAnswers, type OcspInquiry, ocspKey } from './fetched-ocsp.ts';
import { statusLocations } from './locations.ts';
import { ocspQuestion } from './ocsp-question.ts';
import { SingleFlight } from './single-flight.ts';

/** Options of {@link createRevocationFetcher}. */
export interface FetcherOptions extends FetchRules {
  /** Directory that keeps CRLs and OCSP responses across restarts. Default: none. */
  readonly cacheDirectory?: string;
  /** Whether to fetch again before an object expires. Default true. */
  readonly refresh?: boolean;
  /**
   * Age at which CRLs are fetched again, however long they are still current: milliseconds, 1,000 or more. A revocation takes
   * effect here no later than this. Default: they are fetched again only before they expire.
   */
  readonly refreshEveryMs?: number;
  /** Milliseconds before a location that failed is tried again. Default 30,000. */
  readonly retryAfterMs?: number;
  /** The current time, milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: () => number;
  /** Default: the system's resolver. */
  readonly lookUp?: LookUp;
  /** Called for every location that failed, with the cause. */
  readonly onFailure?: (url: string, why: string) => void;
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
  /** Fetches again what will expire soon. Called by a timer unless `refresh` is false. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const defaultMaxCrlBytes = 16 * 1_024 * 1_024;
const defaultMaxOcspBytes = 64 * 1_024;
/** Fraction of its life after which an object is fetched again. */
const refreshAfter = 0.75;
const refreshIntervalMs = 60_000;
const shortestRefreshMs = 1_000;
const ocspMediaType = 'application/ocsp-request';

/**
 * Creates a fetcher under the fetching rules: listed hosts only, at a checked address, no redirects, limits on size, time and
 * number; one request at a time for a location, however many verdicts wait for it.
 *
 * @param options - hosts, limits, cache
 */
export async function createRevocationFetcher(options: FetcherOptions): Promise<RevocationFetcher> {
  const fetcher = new Fetcher(options);
  await fetcher.load();
  return fetcher;
}

class Fetcher implements RevocationFetcher {
  readonly store: Store<RevocationKnowledge>;
  readonly #options: FetcherOptions;
  readonly #crls = new FetchedCrls();
  readonly #answers = new FetchedOcspAnswers();
  readonly #flights: SingleFlight;
  readonly #listeners = new Set<(current: RevocationKnowledge) => void>();
  readonly #cache: DiskCache | undefined;
  /** Issuers of the certificates that named the locations. */
  readonly #issuerCache: DiskCache | undefined;
  readonly #ocspCache: DiskCache | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #knowledge: RevocationKnowledge = { crls: [] };

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#flights = new SingleFlight({
      now: () => this.#now(),
      retryAfterMs: options.retryAfterMs ?? 30_000,
      onFailure: options.onFailure,
    });
    if (options.cacheDirectory !== undefined) {
      this.#cache = new DiskCache(options.cacheDirectory, 'object');
      this.#issuerCache = new DiskCache(options.cacheDirectory, 'issuer');
      this.#ocspCache = new DiskCache(options.cacheDirectory, 'ocsp');
    }
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
    this.#timer = setInterval(() => void this.refresh(), Math.min(everyMs, refreshIntervalMs));
    this.#timer.unref();
  }

  get failures(): ReadonlyMap<string, string> {
    return this.#flights.failures;
  }

  /** Loads what an earlier run kept. */
  async load(): Promise<void> {
    const maxBytes = this.#maxCrlBytes();
    const issuers = new Map((await this.#issuerCache?.all(maxBytes))?.map(({ key, bytes }) => [key, bytes]));
    for (const { key, bytes } of (await this.#cache?.all(maxBytes)) ?? []) {
      this.#crls.offer(key, bytes, { issuer: certificateIn(issuers.get(key)) }, maxBytes);
    }
    const maxOcspBytes = this.#maxOcspBytes();
    for (const { key, bytes } of (await this.#ocspCache?.all(maxOcspBytes)) ?? []) {
      this.#answers.restore(key, bytes, maxOcspBytes);
    }
    this.#knowledge = this.#all();
  }

  async prepare(presented: PresentedChain, anchors: AnchorSet, now: number): Promise<void> {
    const { maxPerChain = 8 } = this.#options;
    const about = issuedCertificates(presented, anchors).slice(0, maxPerChain);
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
        const had = await Promise.all(chosen.map((names) => this.#crl(names, issued.issuer, now)));
        const [responder] = ocsp;
        if (responder === undefined || had.some((one) => one) || left <= 0) return;
        left -= 1;
        await this.#ocsp(responder, issued, now);
      }),
    );
  }

  async refresh(): Promise<void> {
    const now = this.#now();
    const due = ({ thisUpdate, nextUpdate }: { thisUpdate: number; nextUpdate?: number | undefined }) =>
      nextUpdate !== undefined && now >= thisUpdate + refreshAfter * (nextUpdate - thisUpdate);
    const { refreshEveryMs = Number.POSITIVE_INFINITY } = this.#options;
    const old = ({ fetchedAt }: FetchedCrl) =>
      fetchedAt === undefined ? refreshEveryMs < Number.POSITIVE_INFINITY : now - fetchedAt >= refreshEveryMs;
    // The issuer must be known: otherwise a forged CRL could replace the known one.
    const crls = [...this.#crls.entries()].filter(
      (one) => one.issuer !== undefined && (due(one.crl) || old(one)),
    );
    const answers = [...this.#answers.entries()].filter(([, answer]) => due(answer));
    await Promise.all([
      ...crls.map(({ issuer, locations }) => this.#fetchFirst(locations, issuer)),
      ...answers.map(([, inquiry]) => this.#fetchOcsp(inquiry)),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
    await this.#flights.landed();
  }

  /** Fetches the CRL of a distribution point if needed. @returns whether it is known and current */
  async #crl(names: readonly string[], issuer: Certificate, now: number): Promise<boolean> {
    const current = () =>
      names.some((url) => {
        const known = this.#crls.get(url);
        return known?.unchecked === false && isCurrent(known.crl, now);
      });
    if (!current()) await this.#fetchFirst(names, issuer);
    return current();
  }

  /** Tries one location after the other until one has answered. */
  async #fetchFirst(names: readonly string[], issuer: Certificate | undefined): Promise<void> {
    for (const url of names) if (await this.#fetchCrl(url, names, issuer)) return;
  }

  async #ocsp(url: string, issued: IssuedCertificate, now: number): Promise<void> {
    const question = ocspQuestion(issued);
    const key = ocspKey(url, question);
    const { issuer } = issued;
    this.#answers.learnIssuer(key, issuer);
    if (isCurrent(this.#answers.get(key), now)) return;
    await this.#fetchOcsp({ url, question, serialHex: issued.certificate.serialHex, issuer });
  }

  /** Fetches a CRL from one location. @returns whether the location answered with a CRL */
  async #fetchCrl(
    url: string,
    locations: readonly string[],
    issuer: Certificate | undefined,
  ): Promise<boolean> {
    await this.#flights.fly(url, url, async () => {
      const maxBytes = this.#maxCrlBytes();
      const fetchedAt = this.#now();
      const answer = await this.#fetch({ url, maxBytes });
      if (!answer.ok) return answer.why;
      const before = this.#crls.get(url)?.crl;
      const why = this.#crls.offer(url, answer.bytes, { issuer, locations, fetchedAt }, maxBytes);
      if (why !== undefined || this.#crls.get(url)?.crl === before) return why;
      this.#changed();
      if (this.#crls.get(url)?.unchecked === true) return undefined;
      await this.#keep(this.#cache, url, url, answer.bytes);
      if (issuer !== undefined) await this.#keep(this.#issuerCache, url, url, issuer.der);
      return undefined;
    });
    return !this.#flights.failures.has(url);
  }

  #fetchOcsp(inquiry: OcspInquiry): Promise<void> {
    const { url, question } = inquiry;
    const key = ocspKey(url, question);
    return this.#flights.fly(key, url, async () => {
      const maxBytes = this.#maxOcspBytes();
      const body = { bytes: question, mediaType: ocspMediaType };
      const answer = await this.#fetch({ url, maxBytes, body });
      if (!answer.ok) return answer.why;
      const why = this.#answers.offer(inquiry, answer.bytes, maxBytes);
      if (why !== undefined) return why;
      this.#changed();
      await this.#keep(this.#ocspCache, key, url, answer.bytes);
      return undefined;
    });
  }

  /** A cache that cannot be written only costs a fetch after the next start. */
  async #keep(cache: DiskCache | undefined, key: string, url: string, bytes: Uint8Array): Promise<void> {
    await cache?.keep(key, bytes).catch((fault: unknown) => {
      this.#options.onFailure?.(url, `fetched, but not kept: ${(fault as Error).message}`);
    });
  }

  #fetch(wanted: ObjectRequest): Promise<FetchedObject> {
    return fetchObject(wanted, this.#options, this.#options.lookUp);
  }

  #changed(): void {
    this.#knowledge = this.#all();
    for (const listener of [...this.#listeners]) listener(this.#knowledge);
  }

  #all(): RevocationKnowledge {
    return { crls: this.#crls.lists, ocspResponses: this.#answers.responses };
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

function certificateIn(der: Uint8Array | undefined): Certificate | undefined {
  const decoded = der === undefined ? undefined : decodeCertificate(der);
  return decoded?.ok === true ? decoded.value : undefined;
}

function isCurrent(known: { readonly nextUpdate?: number | undefined } | undefined, now: number): boolean {
  return known?.nextUpdate !== undefined && known.nextUpdate > now;
}
