import type { Certificate } from '@entente/x509';
import type { AnchorSet } from '../../anchor.ts';
import type { PresentedChain } from '../../question.ts';
import type { RevocationKnowledge } from '../../revocation/knowledge.ts';
import type { Store } from '../store.ts';
import { issuedCertificates } from './chain-issuers.ts';
import { DiskCache } from './disk-cache.ts';
import { fetchObject, type LookUp } from './fetch-object.ts';
import type { FetchRules } from './fetch-rules.ts';
import { FetchedCrls } from './fetched-crls.ts';
import { statusLocations } from './locations.ts';

/** Options of {@link createRevocationFetcher}. */
export interface FetcherOptions extends FetchRules {
  /** Keeps what was fetched over a restart. */
  readonly cacheDirectory?: string;
  /** Fetch again before what is known expires. Default true. */
  readonly refresh?: boolean;
  /** Milliseconds for which a location that failed is left alone. Default 30,000. */
  readonly retryAfterMs?: number;
  /** Milliseconds since the epoch. Default the machine's clock. */
  readonly now?: () => number;
  /** Default: the system's resolver. */
  readonly lookUp?: LookUp;
  /** Told of every location that failed, and why. */
  readonly onFailure?: (url: string, why: string) => void;
}

/** Fetches revocation knowledge when a verdict lacks it, and keeps it fresh. */
export interface RevocationFetcher {
  /** What has been fetched so far. */
  readonly store: Store<RevocationKnowledge>;
  /** Why locations failed last time, by URL. */
  readonly failures: ReadonlyMap<string, string>;
  /**
   * Fetches what a chain says about its own status. Call it only for a chain whose path has passed: its verdict names
   * `revocation-unknown` or `revocation-stale`.
   *
   * @param presented - the chain
   * @param anchors - the anchors it was judged by
   * @param now - milliseconds since the epoch
   */
  prepare(presented: PresentedChain, anchors: AnchorSet, now: number): Promise<void>;
  /** Fetches again what comes near its end. Runs by itself unless `refresh` is false. */
  refresh(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const defaultMaxCrlBytes = 16 * 1_024 * 1_024;
/** Fetched again after this part of its life. */
const refreshAfter = 0.75;
const refreshIntervalMs = 60_000;
/** Failures remembered; the oldest goes first. */
const mostFailures = 1_024;

/**
 * Makes a fetcher under the fetching rules: listed hosts only, at a checked address, no redirects, bounded in size, time and
 * number; a location is asked by one request at a time, however many verdicts wait for it.
 *
 * @param options - hosts, bounds, cache
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
  readonly #failures = new Map<string, string>();
  readonly #failedAt = new Map<string, number>();
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #listeners = new Set<(current: RevocationKnowledge) => void>();
  readonly #cache: DiskCache | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #knowledge: RevocationKnowledge = { crls: [] };

  constructor(options: FetcherOptions) {
    this.#options = options;
    this.#cache = options.cacheDirectory === undefined ? undefined : new DiskCache(options.cacheDirectory);
    const fetcher = this;
    this.store = {
      get current() {
        return fetcher.#knowledge;
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
    this.#timer = setInterval(() => void this.refresh(), refreshIntervalMs);
    this.#timer.unref();
  }

  get failures(): ReadonlyMap<string, string> {
    return this.#failures;
  }

  /** Takes in what an earlier run has kept. */
  async load(): Promise<void> {
    const maxBytes = this.#maxCrlBytes();
    for (const { url, bytes } of (await this.#cache?.all(maxBytes)) ?? []) {
      this.#crls.offer(url, bytes, undefined, maxBytes);
    }
    this.#knowledge = { crls: this.#crls.lists };
  }

  async prepare(presented: PresentedChain, anchors: AnchorSet, now: number): Promise<void> {
    const wanted = new Map<string, Certificate>();
    for (const { certificate, issuer } of issuedCertificates(presented, anchors)) {
      for (const url of statusLocations(certificate).crls) {
        const known = this.#crls.get(url)?.crl;
        if (known?.nextUpdate !== undefined && known.nextUpdate > now) continue;
        if (wanted.size < (this.#options.maxPerChain ?? 8)) wanted.set(url, issuer);
      }
    }
    await Promise.all([...wanted].map(([url, issuer]) => this.#fetch(url, issuer)));
  }

  async refresh(): Promise<void> {
    const now = this.#now();
    const due = [...this.#crls.entries()].filter(({ crl }) => {
      if (crl.nextUpdate === undefined) return false;
      return now >= crl.thisUpdate + refreshAfter * (crl.nextUpdate - crl.thisUpdate);
    });
    await Promise.all(due.map(({ url, issuer }) => this.#fetch(url, issuer)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#listeners.clear();
    await Promise.all(this.#inFlight.values());
  }

  #fetch(url: string, issuer: Certificate | undefined): Promise<void> {
    const running = this.#inFlight.get(url);
    if (running !== undefined) return running;
    const failedAt = this.#failedAt.get(url);
    if (failedAt !== undefined && this.#now() - failedAt < (this.#options.retryAfterMs ?? 30_000)) {
      return Promise.resolve();
    }
    const fetching = this.#fetchCrl(url, issuer).finally(() => this.#inFlight.delete(url));
    this.#inFlight.set(url, fetching);
    return fetching;
  }

  async #fetchCrl(url: string, issuer: Certificate | undefined): Promise<void> {
    const maxBytes = this.#maxCrlBytes();
    const answer = await fetchObject({ url, maxBytes }, this.#options, this.#options.lookUp);
    const known = this.#crls.get(url);
    const why = answer.ok ? this.#crls.offer(url, answer.bytes, issuer, maxBytes) : answer.why;
    if (why !== undefined) {
      this.#failed(url, why);
      return;
    }
    this.#failures.delete(url);
    this.#failedAt.delete(url);
    const now = this.#crls.get(url);
    if (now === undefined || now.crl.thisUpdate === known?.crl.thisUpdate) return;
    this.#knowledge = { crls: this.#crls.lists };
    for (const listener of [...this.#listeners]) listener(this.#knowledge);
    if (answer.ok) {
      // A cache that cannot be written costs a fetch after the next start, nothing else.
      await this.#cache?.keep(url, answer.bytes).catch((fault: unknown) => {
        this.#options.onFailure?.(url, `fetched, but not kept: ${(fault as Error).message}`);
      });
    }
  }

  #failed(url: string, why: string): void {
    if (this.#failures.size >= mostFailures) {
      const oldest = this.#failures.keys().next().value;
      if (oldest !== undefined) {
        this.#failures.delete(oldest);
        this.#failedAt.delete(oldest);
      }
    }
    this.#failures.set(url, why);
    this.#failedAt.set(url, this.#now());
    this.#options.onFailure?.(url, why);
  }

  #maxCrlBytes(): number {
    return this.#options.maxCrlBytes ?? defaultMaxCrlBytes;
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}
