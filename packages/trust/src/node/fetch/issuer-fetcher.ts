import { type Certificate, decodeCertificate } from '@entente/x509';
import type { AnchorSet, TrustAnchor } from '../../policy/anchor.ts';
import type { PresentedChain } from '../../question/presented-chain.ts';
import { issued } from './chain-issuers.ts';
import { fetchObject, type LookUp } from './fetch-object.ts';
import { type FetchRules, hostListed } from './fetch-rules.ts';
import { issuerLocations } from './locations.ts';
import { SingleFlight } from './single-flight.ts';

/** Options of {@link createIssuerFetcher}. Which hosts may be asked, the anchors say (`TrustAnchor.issuersFrom`). */
export interface IssuerFetcherOptions extends Pick<FetchRules, 'privateHosts' | 'timeoutMs'> {
  /** Requests in a minute, whoever causes them. Default 32. */
  readonly maxPerMinute?: number;
  /** Milliseconds for which a location that failed is left alone. Default 30,000. */
  readonly retryAfterMs?: number;
  /** Milliseconds since the epoch. Default the machine's clock. */
  readonly now?: () => number;
  /** Default: the system's resolver. */
  readonly lookUp?: LookUp;
  /** Told of every location that failed, and why. */
  readonly onFailure?: (url: string, why: string) => void;
}

/** Fetches intermediates that peers forget to send. */
export interface IssuerFetcher {
  /** What has been fetched and leads to an anchor: for `JudgeOptions.intermediates`. A change is a new object. */
  readonly current: readonly Certificate[];
  /** Why locations failed last time, by URL. */
  readonly failures: ReadonlyMap<string, string>;
  /**
   * Climbs from the leaf by what the peer has sent, by what is known, and where both end by what is fetched. Call it only for a
   * chain that was refused with `unknown-issuer`. What is fetched is kept only if signatures lead from it to an anchor that lists
   * every host asked on the way; the judge still judges everything.
   *
   * @param presented - the chain
   * @param anchors - the anchors it was judged by
   * @returns the intermediates that the chain lacks, all of them now in `current`; none where it leads nowhere
   */
  complete(presented: PresentedChain, anchors: AnchorSet): Promise<readonly Certificate[]>;
}

const nothing: readonly never[] = [];
const mostCertificates = 16;
/** Intermediates fetched for one chain: more than two are missing nowhere. */
const mostFetched = 3;
const mostLocations = 2;
const mostKept = 256;
/** Certificates of CAs have one or two kilobytes. */
const maxIssuerBytes = 16_384;

/**
 * Makes a fetcher of missing intermediates under the fetching rules: nothing unless an anchor lists the host, at a checked
 * address, no redirects, bounded in size, time and number, a location by one request at a time. Here alone something is fetched
 * before a path is valid, at the word of a certificate that nobody has vouched for yet: hence the limit in a minute.
 *
 * @param options - bounds
 */
export function createIssuerFetcher(options: IssuerFetcherOptions = {}): IssuerFetcher {
  return new Fetcher(options);
}

class Fetcher implements IssuerFetcher {
  readonly #options: IssuerFetcherOptions;
  readonly #flights: SingleFlight;
  /** What a location answered last, believed or not. */
  readonly #answers = new Map<string, Certificate>();
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
    const [leaf, ...sent] = presented.certificates.slice(0, mostCertificates).flatMap((der) => {
      const decoded = decodeCertificate(der);
      return decoded.ok ? [decoded.value] : [];
    });
    const fetched: Fetched[] = [];
    const lacked: Certificate[] = [];
    const climbed: Certificate[] = [];
    for (let at = leaf; at !== undefined && climbed.length < mostCertificates; ) {
      const child: Certificate = at;
      climbed.push(child);
      const anchor = anchors.find(({ certificate }) => issued(certificate, child));
      if (anchor !== undefined) return this.#keep(fetched, anchor) ? lacked : nothing;
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

  /** Keeps what was fetched where the anchor that it leads to lists the hosts. */
  #keep(fetched: readonly Fetched[], anchor: TrustAnchor): boolean {
    if (!fetched.every(({ host }) => lists(anchor, host))) return false;
    if (fetched.length === 0) return true;
    const added = fetched.map(({ certificate }) => certificate);
    this.#current = [...this.#current.filter((one) => !added.includes(one)), ...added].slice(-mostKept);
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
      if (!this.#mayAsk()) return 'too many requests for intermediates in this minute';
      const rules = { ...this.#options, hosts: [host] };
      const answer = await fetchObject({ url, maxBytes: maxIssuerBytes }, rules, this.#options.lookUp);
      if (!answer.ok) return answer.why;
      const decoded = decodeCertificate(answer.bytes);
      if (!decoded.ok) return `not a certificate: ${decoded.error.message}`;
      if (this.#answers.size >= mostKept) this.#answers.clear();
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

/** A certificate, and the host that was asked for it. */
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
