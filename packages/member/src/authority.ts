import { issuerId, publicationPaths } from '@entente/pki';
import { agent, type Identity, type OwnedTrust } from '@entente/tls';
import { type Topology, verifyTopology } from '@entente/topology';
import { type AnchorSet, allowNames, type RevocationKnowledge } from '@entente/trust';
import { type Certificate, type CertificateList, decodeCrl, decodePemCertificates } from '@entente/x509';
import type { CurrentStore } from './current-store.ts';
import { readEventStream } from './event-stream.ts';
import type { MemberLog } from './log.ts';
import type { MemberFiles } from './member-files.ts';
import { createTransport } from './transport.ts';

/** What a member needs to follow its authority. */
export interface AuthorityOptions {
  readonly url: string;
  readonly address: string | undefined;
  /** Who may sign the first topology. */
  readonly administratorsHash: string;
  readonly identity: Identity;
  readonly trust: OwnedTrust;
  readonly files: MemberFiles;
  readonly anchors: CurrentStore<AnchorSet>;
  readonly crls: CurrentStore<RevocationKnowledge>;
  readonly log: MemberLog;
  readonly pollMs: number;
  readonly current: () => Topology | undefined;
  readonly takeUp: (topology: Topology) => void;
}

const firstRetryMs = 500;
const longestRetryMs = 30_000;
/** Versions fetched in a row by a member that was away. */
const mostVersionsBehind = 1_000;

/** The authority as a member sees it: takes topology and revocation lists from it, and hears when they change. */
export class Authority implements AsyncDisposable {
  readonly url: string;
  readonly transport: (request: Request) => Promise<Response>;
  readonly #options: AuthorityOptions;
  readonly #agent: ReturnType<typeof agent>;
  readonly #stop = new AbortController();
  #poll: ReturnType<typeof setInterval> | undefined;
  /** One refresh at a time; a wish that comes meanwhile makes one more. */
  #refreshing: Promise<void> | undefined;
  #again = false;

  constructor(options: AuthorityOptions) {
    this.#options = options;
    this.url = options.url;
    this.#agent = agent({
      trust: options.trust,
      identity: options.identity,
      allow: allowNames([new URL(options.url).hostname]),
      link: { name: '15 member–authority', interface: 'internal' },
    });
    this.transport = createTransport({
      agent: this.#agent,
      ...(options.address === undefined ? {} : { address: options.address }),
    });
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
    this.#stop.abort();
    clearInterval(this.#poll);
    this.#agent.destroy();
  }

  async #refreshAll(): Promise<void> {
    await this.#refreshCrls();
    await this.#refreshTopology();
  }

  async #refreshCrls(): Promise<void> {
    const { identity, anchors, crls } = this.#options;
    const issuing = decodePemCertificates(identity.current.certificatePem);
    const issuers: Certificate[] = anchors.current.anchors.map(({ certificate }) => certificate);
    if (issuing.ok) issuers.push(...issuing.value.slice(1));
    const before = crls.current.crls;
    const lists: CertificateList[] = [];
    let changed = false;
    for (const issuer of issuers) {
      const known = before.find((list) => list.issuer.canonical === issuer.subject.canonical);
      const fetched = await this.#fetchCrl(issuer, known);
      if (fetched !== undefined) lists.push(fetched);
      if (fetched !== known) changed = true;
    }
    if (changed) crls.set({ crls: lists });
  }

  /** @returns the newest list of an issuer: what was fetched, or what is known where there is nothing newer */
  async #fetchCrl(
    issuer: Certificate,
    known: CertificateList | undefined,
  ): Promise<CertificateList | undefined> {
    const path = publicationPaths.crl(issuerId(issuer.publicKey.der), 0);
    const response = await this.#get(path);
    if (response.status === 404) return known;
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`);
    const decoded = decodeCrl(new Uint8Array(await response.arrayBuffer()));
    if (!decoded.ok) throw new Error(`${path}: ${decoded.error.message}`);
    const list = decoded.value;
    // A list with a lower number is an old one played back (RFC 5280 §5.2.3).
    if (known !== undefined && (list.crlNumber ?? 0n) <= (known.crlNumber ?? 0n)) return known;
    return list;
  }

  async #refreshTopology(): Promise<void> {
    const response = await this.#get('/topology');
    if (response.status !== 200) throw new Error(`/topology: status ${response.status}`);
    await this.#consider(await response.text());
  }

  async #consider(text: string, depth = 0): Promise<void> {
    const { current, files, trust, administratorsHash, log } = this.#options;
    const inForce = current();
    const known =
      inForce === undefined ? { administratorSetHash: administratorsHash } : { document: inForce.document };
    const result = verifyTopology(text, { known, now: trust.clock.now() });
    if (!result.accepted) {
      const next = (inForce?.document.version ?? 0) + 1;
      if (result.refusal.reason === 'version-gap' && depth < mostVersionsBehind) {
        const missing = await this.#get(`/topology/${next}`);
        if (missing.status === 200) {
          await this.#consider(await missing.text(), depth + 1);
          if ((this.#options.current()?.document.version ?? 0) >= next) await this.#consider(text, depth + 1);
          return;
        }
      }
      log.warn(
        {
          event: 'topology-refused',
          reason: result.refusal.reason,
          remedy: result.refusal.remedy,
          peer: this.url,
        },
        result.refusal.message,
      );
      return;
    }
    if (inForce !== undefined && result.topology.hash === inForce.hash) return;
    await files.write('topology', text);
    this.#options.takeUp(result.topology);
    log.info(
      { event: 'topology', version: result.topology.document.version, hash: result.topology.hash },
      `topology version ${result.topology.document.version} is in force`,
    );
  }

  async #followEvents(): Promise<void> {
    const { signal } = this.#stop;
    let retryMs = firstRetryMs;
    while (!signal.aborted) {
      const why = await readEventStream({
        url: new URL('/events', this.url),
        agent: this.#agent,
        address: this.#options.address,
        signal,
        onOpen: () => {
          retryMs = firstRetryMs;
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
    const timer = setTimeout(resolve, ms);
    const end = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', end, { once: true });
  });
}
