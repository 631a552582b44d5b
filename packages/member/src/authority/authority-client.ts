import type { IncomingMessage } from 'node:http';
import {
  type Credential,
  type HttpClient,
  httpClient,
  type Log,
  type OwnedTrust,
  peerOf,
} from '@entente/tls';
import {
  decodeSignedTopology,
  links,
  type Topology,
  type TopologyKnowledge,
  type TopologyRefusal,
  type VerifyResult,
  verifyTopology,
} from '@entente/topology';
import { allowNames } from '@entente/trust';
import type { MemberFiles } from '../files/member-files.ts';
import type { RevocationLists } from '../follow/revocation-lists.ts';
import { readEventStream } from './event-stream.ts';

/** What a member needs to follow its authority. */
export interface AuthorityClientOptions {
  /** Our own FQDN. */
  readonly fqdn: string;
  readonly url: string;
  /** Addresses of our hosts that DNS does not know. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Who may sign the first topology. */
  readonly administratorsHash: string;
  readonly identity: Credential;
  readonly trust: OwnedTrust;
  readonly files: MemberFiles;
  readonly lists: RevocationLists;
  readonly log: Log;
  readonly pollMs: number;
  readonly current: () => Topology | undefined;
  readonly takeUp: (topology: Topology) => void;
  /** Told when the authority has answered with the topology in force, or with one that was taken up. */
  readonly confirmed: () => Promise<void>;
}

/** Member–authority in the allow matrix. */
const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** Well above the largest topology that an authority stores. */
const maxAnswerBytes = 67_108_864;
/** Versions fetched in a row by a member that was away. */
const mostVersionsBehind = 1_000;

/** The authority as a member sees it: takes topology and revocation lists from it, and hears when they change. */
export class AuthorityClient implements AsyncDisposable {
  readonly url: string;
  readonly transport: (request: Request) => Promise<Response>;
  readonly #options: AuthorityClientOptions;
  readonly #http: HttpClient;
  readonly #stop = new AbortController();
  #poll: ReturnType<typeof setInterval> | undefined;
  /** One refresh at a time; a wish that comes meanwhile makes one more. */
  #refreshing: Promise<void> | undefined;
  #again = false;

  constructor(options: AuthorityClientOptions) {
    this.#options = options;
    this.url = options.url;
    this.#http = httpClient({
      trust: options.trust,
      identity: options.identity,
      allow: allowNames([new URL(options.url).hostname]),
      link: { name: links.memberToAuthority.name, interface: 'internal' },
      addresses: options.addresses,
      limits: { maxBytes: maxAnswerBytes },
      signal: this.#stop.signal,
    });
    this.transport = (request) => this.#http.fetch(request);
  }

  /** Takes the state once, then follows it. A member that has an older state starts without the authority. */
  async start(): Promise<void> {
    try {
      await this.#refreshAll();
    } catch (error) {
      if (this.#options.current() === undefined) throw error;
      this.#warn('the authority cannot be reached; going on with the last good state', error);
    }
    void this.#followEvents();
    this.#poll = setInterval(() => void this.refresh(), this.#options.pollMs);
    this.#poll.unref();
  }

  /** Takes topology and lists anew; failures are logged, the last good state stays in force. */
  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) {
      this.#again = true;
      return this.#refreshing;
    }
    this.#refreshing = (async () => {
      do {
        this.#again = false;
        try {
          await this.#refreshAll();
        } catch (error) {
          this.#warn('the state of the domain was not refreshed', error);
        }
      } while (this.#again && !this.#stop.signal.aborted);
      this.#refreshing = undefined;
    })();
    return this.#refreshing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error(`${this.url} is no longer asked`));
    clearInterval(this.#poll);
    this.#http[Symbol.dispose]();
  }

  async #refreshAll(): Promise<void> {
    // Lists travel over plain HTTP: whoever blocks them must not hold up the topology too.
    const [lists] = await Promise.allSettled([this.#options.lists.refresh(this.#stop.signal)]);
    await this.#refreshTopology();
    if (lists.status === 'rejected') throw lists.reason;
  }

  async #refreshTopology(): Promise<void> {
    const response = await this.#get('/topology');
    if (response.status !== 200) throw new Error(`/topology: status ${response.status}`);
    await this.#consider(await response.text());
  }

  async #consider(text: string): Promise<void> {
    const inForce = this.#options.current();
    const known = inForce === undefined ? this.#firstKnowledge() : { document: inForce.document };
    const result = verifyTopology(text, { known, now: this.#now() });
    if (result.accepted) return this.#takeUp(result.topology, text);
    // A member that was away goes through the versions it has missed, each signed by the administrators of the one before.
    if (result.refusal.reason === 'version-gap' || inForce === undefined) {
      const caughtUp = await this.#catchUp(text, inForce);
      if (caughtUp?.accepted === true) return this.#takeUp(caughtUp.topology, text);
      if (caughtUp !== undefined) return this.#logRefusal(caughtUp.refusal);
    }
    this.#logRefusal(result.refusal);
  }

  /** @returns what came of the newest document after all before it, or `undefined` where a version cannot be had */
  async #catchUp(text: string, inForce: Topology | undefined): Promise<VerifyResult | undefined> {
    const decoded = decodeSignedTopology(text);
    const newest = decoded.ok
      ? Number((decoded.document as { version?: unknown } | null)?.version)
      : Number.NaN;
    const first = (inForce?.document.version ?? 0) + 1;
    if (!Number.isInteger(newest) || newest - first > mostVersionsBehind) return undefined;
    let known: TopologyKnowledge['known'] | undefined = inForce && { document: inForce.document };
    for (let version = first; version < newest; version++) {
      const response = await this.#get(`/topology/${version}`);
      if (response.status !== 200) return undefined;
      const passed = verifyTopology(await response.text(), {
        known: known ?? this.#firstKnowledge(),
        now: this.#now(),
        superseded: true,
      });
      if (passed.accepted) known = { document: passed.topology.document };
      // The join token may name administrators that came later: the chain begins with their first document.
      else if (known !== undefined || passed.refusal.reason !== 'wrong-administrators') return passed;
    }
    return known === undefined ? undefined : verifyTopology(text, { known, now: this.#now() });
  }

  async #takeUp(topology: Topology, text: string): Promise<void> {
    if (topology.hash === this.#options.current()?.hash) return this.#options.confirmed();
    await this.#options.files.write('topology', text);
    this.#options.takeUp(topology);
    await this.#options.confirmed();
    const { version } = topology.document;
    this.#options.log.info(
      { event: 'topology', version, hash: topology.hash },
      `topology version ${version} is in force`,
    );
  }

  #logRefusal({ message, reason, remedy }: TopologyRefusal): void {
    this.#options.log.warn({ event: 'topology-refused', reason, remedy, peer: this.url }, message);
  }

  #firstKnowledge(): TopologyKnowledge['known'] {
    return { administratorSetHash: this.#options.administratorsHash };
  }

  #now(): number {
    return this.#options.trust.clock.now();
  }

  async #followEvents(): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      const why = await readEventStream({
        url: new URL('/events', this.url),
        client: this.#http,
        onOpen: (incoming) => {
          retryMs = firstRetryMs;
          this.#logLink(incoming);
          // Whatever happened while nobody listened.
          void this.refresh();
        },
        onEvent: () => void this.refresh(),
      });
      if (signal.aborted) return;
      this.#warn(`the authority's events ended: ${why}`, undefined);
      await pause(retryMs * (0.5 + Math.random()), signal);
      retryMs = Math.min(retryMs * 2, longestRetryMs);
    }
  }

  #logLink(incoming: IncomingMessage): void {
    const peer = peerOf(incoming);
    if (peer === undefined) return;
    const link = links.memberToAuthority;
    const { fqdn, log } = this.#options;
    const to = new URL(this.url).hostname;
    log.info(
      {
        event: 'link',
        link: link.row,
        from: fqdn,
        to,
        protection: link.protection,
        tls: peer.protocol,
        cipher: peer.cipher,
      },
      `${link.name}: ${to}`,
    );
  }

  #get(path: string): Promise<Response> {
    return this.transport(new Request(new URL(path, this.url), { signal: this.#stop.signal }));
  }

  #warn(what: string, error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const fields = {
      event: 'authority-unreachable',
      peer: this.url,
      code: (error as { code?: string } | undefined)?.code,
    };
    this.#options.log.warn(fields, error === undefined ? what : `${what}: ${(error as Error).message}`);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      // An authority that is away for long means many pauses: none leaves its listener behind.
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
