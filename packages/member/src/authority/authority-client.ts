import type { IncomingMessage } from 'node:http';
import {
  type Credential,
  type HttpClient,
  type HttpClientOptions,
  httpClient,
  type Trust,
} from '@entente/tls';
import { links, maxListBytes } from '@entente/topology';
import { allowNames } from '@entente/trust';
import type { AuthorityWays } from './authority-connections.ts';
import { readEventStream, type ServerEvent } from './event-stream.ts';
import { refusedAnswer } from './refused-answer.ts';

/** How a member reaches its authority. */
export interface AuthorityClientOptions {
  /** Base URL of the authority, `https://…`. */
  readonly url: string;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Judges the authority. */
  readonly trust: Trust;
  /** Shown to the authority; none before the first certificate. */
  readonly credential?: Credential;
  /** The ways to the authority; default: connections that this client opens. */
  readonly ways?: AuthorityWays;
}

/** Of a revocation list; well above the largest topology that an authority stores. */
const maxAnswerBytes = maxListBytes;

/** Asks the authority of the domain, over connections that were judged. */
export class AuthorityClient implements AsyncDisposable {
  /** Base URL of the authority. */
  readonly url: string;
  /** Sends a request; it fails once the client is disposed of. */
  readonly transport: (request: Request) => Promise<Response>;
  /**
   * The same over a connection of its own: an open one may show the certificate that has been renewed meanwhile, and the authority renews
   * each certificate once.
   */
  readonly enrolTransport: (request: Request) => Promise<Response>;
  readonly #http: HttpClient;
  readonly #enrolling: HttpClient;
  readonly #ways: AuthorityWays | undefined;
  readonly #stop = new AbortController();

  /** @param options - where the authority is, and how it is judged */
  constructor({ addresses, credential, trust, url, ways }: AuthorityClientOptions) {
    const { hostname } = new URL(url);
    this.url = url;
    const options: HttpClientOptions = {
      trust,
      allow: allowNames([hostname]),
      link: { name: links.memberToAuthority.name, interface: 'internal' },
      ...(credential === undefined ? {} : { identity: credential }),
      addresses,
      limits: { maxBytes: maxAnswerBytes },
      signal: this.#stop.signal,
    };
    this.#http = httpClient(options);
    this.#enrolling = httpClient({ ...options, keepAlive: false });
    this.#ways = ways;
    this.transport = (request) => this.#send(request, this.#http);
    this.enrolTransport = (request) => this.#send(request, this.#enrolling);
  }

  /** Whether the topology lets this client open connections to the authority. */
  get mayDial(): boolean {
    return this.#ways?.mayDial ?? true;
  }

  /** Whether the authority can be asked over its pushes, also where this client reaches it by no connection of its own. */
  get isPushedTo(): boolean {
    return this.#ways?.isPushedTo ?? false;
  }

  /** The name that the authority proves. */
  get host(): string {
    return new URL(this.url).hostname;
  }

  /**
   * Sends a GET request.
   * @param path - e.g. `/topology`
   * @param signal - gives up
   * @returns whatever the authority answers, any status
   */
  get(path: string, signal?: AbortSignal): Promise<Response> {
    return this.transport(new Request(new URL(path, this.url), signal === undefined ? {} : { signal }));
  }

  /**
   * Fetches the newest trust state.
   * @returns the signed text; nothing of it is verified
   * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where the status is not 200
   */
  state(): Promise<string> {
    return this.#text('/state');
  }

  /**
   * Fetches a revocation list.
   * @param named - issuer and shard
   * @param known - SHA-256 of the one that we have, lower-case hexadecimal
   * @returns the list, DER, of which nothing is verified; `undefined` where the authority has the one that we have
   * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where the status is neither 200 nor 304
   */
  async list(
    { issuer, shard }: { readonly issuer: string; readonly shard: number },
    known?: string,
  ): Promise<Uint8Array | undefined> {
    const path = `/lists/${issuer}/${shard}`;
    const headers: Record<string, string> = known === undefined ? {} : { 'if-none-match': `"${known}"` };
    const response = await this.transport(new Request(new URL(path, this.url), { headers }));
    if (response.status === 304 && known !== undefined) return undefined;
    if (response.status !== 200) throw await refusedAnswer(this.url, path, response);
    return new Uint8Array(await response.arrayBuffer());
  }

  /**
   * Fetches the newest signed topology.
   * @returns the signed text; nothing of it is verified
   * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where the status is not 200
   */
  topology(): Promise<string> {
    return this.#text('/topology');
  }

  /**
   * Fetches an earlier version of the signed topology.
   * @param version - from 1
   * @returns the signed text, or `undefined` where the status is not 200
   */
  async topologyVersion(version: number): Promise<string | undefined> {
    const response = await this.get(`/topology/${version}`);
    return response.status === 200 ? response.text() : undefined;
  }

  /**
   * Fetches the keys of our pool, which are secret.
   * @returns what the authority answers
   * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where the status is not 200
   */
  domainKeys(): Promise<string> {
    return this.#text('/domain-keys');
  }

  /**
   * Says how we stand.
   * @param standing - see `formatMemberStanding` of `@entente/topology`
   * @throws MemberFault `ENTENTE_MEMBER_ANSWER` where the status is not 204
   */
  async report(standing: string): Promise<void> {
    const headers = { 'content-type': 'application/json' };
    const request = new Request(new URL('/standing', this.url), { method: 'POST', body: standing, headers });
    const response = await this.transport(request);
    if (response.status !== 204) throw await refusedAnswer(this.url, '/standing', response);
  }

  /**
   * Reads the authority's events until the stream ends.
   * @param listeners - called when the stream is open, and for each event
   * @returns why it ended, an error; never rejects
   */
  async events(listeners: {
    readonly onOpen: (incoming: IncomingMessage) => void;
    readonly onEvent: (event: ServerEvent) => void;
  }): Promise<unknown> {
    const { onEvent, onOpen } = listeners;
    const why = await readEventStream({
      url: new URL('/events', this.url),
      client: this.#http,
      onOpen: (incoming) => {
        this.#ways?.reached();
        onOpen(incoming);
      },
      onEvent,
    });
    this.#ways?.lost();
    return why;
  }

  #send(request: Request, http: HttpClient): Promise<Response> {
    const direct = (one: Request) => http.fetch(one);
    return this.#ways === undefined ? direct(request) : this.#ways.send(request, direct, this.#stop.signal);
  }

  async #text(path: string): Promise<string> {
    const response = await this.get(path);
    if (response.status !== 200) throw await refusedAnswer(this.url, path, response);
    return response.text();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error(`${this.url} is no longer asked`));
    this.#http[Symbol.dispose]();
    this.#enrolling[Symbol.dispose]();
  }
}
