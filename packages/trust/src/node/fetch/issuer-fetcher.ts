import { type Certificate, decodeCertificate } from '@entente/x509';
import { issuerLocations } from '../../knowledge/locations.ts';
import type { AnchorSet, TrustAnchor } from '../../policy/anchor.ts';
import type { PresentedChain } from '../../question/presented-chain.ts';
import { anchorKey } from './anchor-key.ts';
import { issued } from './chain-issuers.ts';
import { checkFetcher } from './check-fetch.ts';
import { fetchObject, type LookUp } from './fetch-object.ts';
import { type FetchRules, hostListed } from './fetch-rules.ts';
import { SingleFlight } from './single-flight.ts';

/** Options of {@link createIssuerFetcher}. The anchors list the hosts (`TrustAnchor.issuersFrom`). */
export interface IssuerFetcherOptions extends Pick<FetchRules, 'privateHosts' | 'timeoutMs'> {
  /** Requests per minute, for all peers together. Default 32. */
  readonly maxPerMinute?: number;
  /** Milliseconds before a location that failed is tried again. Default 30,000. */
  readonly retryAfterMs?: number;
  /** The current time, milliseconds since the epoch. Default: the clock of the machine. */
  readonly now?: () => number;
  /** Default: the system's resolver. */
  readonly lookUp?: LookUp;
  /** Called for every location that failed, with the cause. */
  readonly onFailure?: (url: string, why: string) => void;
}

/** Fetches intermediates that peers do not send. */
export interface IssuerFetcher {
  /** The fetched certificates that lead to an anchor: for `JudgeOptions.intermediates`. A change is a new object. */
  readonly current: readonly Certificate[];
  /** Why locations failed the last time, by URL. */
  readonly failures: ReadonlyMap<string, string>;
  /**
   * Follows the issuers from the leaf through the certificates that the peer sent and those that are known, and fetches the next
   * one where both end. Call it only for a chain that was refused with `unknown-issuer`. A fetched certificate is kept only if
   * signatures lead from it to an anchor that lists every host it was fetched from; the judge still judges everything.
   *
   * @param presented - the chain
   * @param anchors - the anchors of the verdict
   * @returns the intermediates that the chain lacks, all of them now in `current`; none where it leads to no anchor
   */
  complete(presented: PresentedChain, anchors: AnchorSet): Promise<readonly Certificate[]>;
}

const nothing: readonly never[] = [];
/** Certificates that are read: more than a handshake has room for. */
const mostSent = 512;
/** Certificates from the leaf upwards; a path that has passed is shorter. */
const mostClimbed = 16;
/** Intermediates fetched for one chain; more than two are never missing in practice. */
const mostFetched = 3;
const mostLocations = 2;
/** Answers of locations, verified or not: they only save a request. */
const mostAnswers = 256;
/** Intermediates kept for the peers of one anchor; those of other anchors do not displace them. */
const mostKeptOfAnchor = 32;
/** Certificates of CAs are one or two kilobytes. */
const maxIssuerBytes = 16_384;

/**
 * Creates a fetcher of missing intermediates under the fetching rules: nothing unless an anchor lists the host, at a checked
 * address, no redirects, limits on size, time and number, one request at a time for a location. Only here something is fetched
 * before a path is valid, because a certificate that is not verified yet names it: therefore the limit per minute.
 *
 * @param options - limits
 * @throws TrustFault `ENTENTE_BAD_STORE_OPTION`
 */
export function createIssuerFetcher(options: IssuerFetcherOptions = {}): IssuerFetcher {
  checkFetcher(options, 'createIssuerFetcher');
  return new Fetcher(options);
}

class Fetcher implements IssuerFetcher {
  readonly #options: IssuerFetcherOptions;
  readonly #flights: SingleFlight;
  /** The last answer of a location, verified or not. */
  readonly #answers = new Map<string, Certificate>();
  /** By anchor, the one that was not needed for longest first. */
  readonly #kept = new Map<string, readonly Certificate[]>();
  #current: readonly Certificate[] = [];
  #minute = 0;
  #requests = 0;

  constructor(options: IssuerFetcherOptions) {
    this.#options = options;
    this.#flights = new SingleFlight({
      now: () => this.#now(),
      retryAfterMs: options.retryAfterMs ?? 30_000,
      onFailure: options.onFailure,
    });
  }

  get current(): readonly Certificate[] {
    return this.#current;
  }

  get failures(): ReadonlyMap<string, string> {
    return this.#flights.failures;
  }

  async complete(presented: PresentedChain, { anchors }: AnchorSet): Promise<readonly Certificate[]> {
    const generous = anchors.filter(({ issuersFrom }) => issuersFrom !== undefined);
    if (generous.length === 0) return nothing;
    const [leaf, ...sent] = presented.certificates.slice(0, mostSent).flatMap((der) => {
      const decoded = decodeCertificate(der);
      return decoded.ok ? [decoded.value] : [];
    });
    const fetched: Fetched[] = [];
    const lacked: Certificate[] = [];
    const climbed: Certificate[] = [];
    for (let at = leaf; at !== undefined && climbed.length < mostClimbed; ) {
      const child: Certificate = at;
      climbed.push(child);
      const anchor = anchors.find(({ certificate }) => issued(certificate, child));
      if (anchor !== undefined) return this.#keep(fetched, lacked, anchor) ? lacked : nothing;
      const isAbove = (one: Certificate) => !climbed.includes(one) && issued(one, child);
      at = sent.find(isAbove);
      if (at !== undefined) continue;
      at = this.#current.find(isAbove);
      if (at === undefined && fetched.length < mostFetched) {
        const found = await this.#issuerOf(child, generous);
        if (found === undefined) return nothing;
        fetched.push(found);
        at = found.certificate;
      }
      if (at !== undefined) lacked.push(at);
    }
    return nothing;
  }

  /** Keeps the fetched certificates if their anchor lists the hosts, and notes which ones of it were needed. */
  #keep(fetched: readonly Fetched[], needed: readonly Certificate[], anchor: TrustAnchor): boolean {
    if (!fetched.every(({ host }) => lists(anchor, host))) return false;
    if (needed.length === 0) return true;
    const key = anchorKey(anchor.certificate);
    const known = this.#kept.get(key) ?? nothing;
    const others = known.filter((one) => !needed.includes(one));
    this.#kept.set(key, [...others, ...needed].slice(-mostKeptOfAnchor));
    if (fetched.length > 0) this.#current = [...new Set([...this.#kept.values()].flat())];
    return true;
  }

  async #issuerOf(child: Certificate, generous: readonly TrustAnchor[]): Promise<Fetched | undefined> {
    for (const url of issuerLocations(child).slice(0, mostLocations)) {
      const host = hostOf(url);
      if (host === undefined || !generous.some((anchor) => lists(anchor, host))) continue;
      const known = this.#answers.get(url);
      if (known === undefined || !issued(known, child)) await this.#fetch(url, host);
      const certificate = this.#answers.get(url);
      if (certificate?.basicConstraints?.cA === true && issued(certificate, child))
        return { certificate, host };
    }
    return undefined;
  }

  #fetch(url: string, host: string): Promise<void> {
    return this.#flights.fly(url, url, async () => {
      if (!this.#mayAsk()) return 'the limit of requests for intermediates per minute is reached';
      const rules = { ...this.#options, hosts: [host] };
      const answer = await fetchObject({ url, maxBytes: maxIssuerBytes }, rules, this.#options.lookUp);
      if (!answer.ok) return answer.why;
      const decoded = decodeCertificate(answer.bytes);
      if (!decoded.ok) return `not a certificate: ${decoded.error.message}`;
      if (this.#answers.size >= mostAnswers) this.#answers.clear();
      this.#answers.set(url, decoded.value);
      return undefined;
    });
  }

  #mayAsk(): boolean {
    const minute = Math.floor(this.#now() / 60_000);
    if (minute !== this.#minute) this.#requests = 0;
    this.#minute = minute;
    this.#requests += 1;
    return this.#requests <= (this.#options.maxPerMinute ?? 32);
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }
}

/** A certificate, and the host that it was fetched from. */
interface Fetched {
  readonly certificate: Certificate;
  readonly host: string;
}

function lists({ issuersFrom }: TrustAnchor, host: string): boolean {
  return issuersFrom !== undefined && hostListed({ hosts: issuersFrom }, host);
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1') : undefined;
}
