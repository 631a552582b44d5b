import { createPrivateKey, sign } from 'node:crypto';
import {
  type Credential,
  type HttpClient,
  httpClient,
  loadCredential,
  openTrust,
  type Trust,
} from '@entente/tls';
import { encodeSignedTopology, links, signTopology, type TopologyDocument } from '@entente/topology';
import { type AuthorityPlace, domain } from './authority-place.ts';

/** What the authority answered. */
export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** An administrator who sends commands to a running authority over a connection that was judged. */
export interface AuthorityOrders extends AsyncDisposable {
  /**
   * Sends one command.
   * @param path - e.g. `/revoke`
   * @param order - the JSON body
   * @returns whatever was answered
   * @throws where no answer came
   */
  post(path: string, order: object): Promise<Answer>;
  /** Reads a JSON resource, e.g. `/healthz`. */
  get(path: string): Promise<Answer>;
  /** Signs a topology and publishes it. @throws Error where it is refused */
  publish(document: TopologyDocument): Promise<void>;
  /** @returns a join token as text */
  joinToken(server: string, replace?: boolean): Promise<string>;
}

/** Names of the authority's hosts, all on this machine. */
export const addresses: ReadonlyMap<string, string> = new Map([[`ca.${domain}`, '127.0.0.1']]);

/**
 * Trust in the roots of an authority alone, with its lists fetched from its plain HTTP address.
 *
 * @param place - whose root
 * @param outside - further hosts that serve lists, by name
 */
export async function openTrustIn(
  place: AuthorityPlace,
  outside: ReadonlyMap<string, string> = new Map(),
): Promise<Trust & AsyncDisposable> {
  const known = new Map([...addresses, ...outside]);
  return openTrust({
    anchors: place.ceremony.files.rootCertificate,
    fetch: {
      hosts: [],
      privateHosts: [...known.keys()],
      lookUp: async (host) => [known.get(host)].filter((address) => address !== undefined),
    },
  });
}

/**
 * A client for the HTTPS listener of an authority.
 *
 * @param place - which authority
 * @param trust - what judges it
 * @param identity - whose requests they are; none for a server that joins
 */
export function authorityClient(place: AuthorityPlace, trust: Trust, identity?: Credential): HttpClient {
  return httpClient({
    trust,
    ...(identity === undefined ? {} : { identity }),
    allow: [place.fqdn],
    link: { name: links.administratorToAuthority.name, interface: 'internal' },
    addresses,
    // An order must not go over a connection that the authority is closing, because it was idle.
    keepAlive: false,
  });
}

/**
 * Sends commands as the administrator whom the ceremony certified.
 *
 * @param place - which authority
 * @param administrator - name; default the first one
 */
export async function openOrders(place: AuthorityPlace, administrator?: string): Promise<AuthorityOrders> {
  const { administrators } = place.ceremony;
  const files =
    administrator === undefined
      ? administrators[0]
      : administrators.find(({ name }) => name === administrator);
  if (files === undefined) throw new Error('the ceremony certified no such administrator');
  const trust = await openTrustIn(place);
  const identity = await loadCredential({ certificate: files.certificate, key: files.key });
  const client = authorityClient(place, trust, identity);
  const url = (path: string): string => `https://${place.fqdn}:${place.httpsPort}${path}`;
  const send = async (path: string, init: RequestInit): Promise<Answer> => {
    const response = await client.fetch(new Request(url(path), init));
    return { status: response.status, body: readObject(await response.text()) };
  };
  const post = (path: string, order: object): Promise<Answer> =>
    send(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(order),
    });
  return {
    post,
    get: (path) => send(path, {}),
    async publish(document) {
      const headers = { 'content-type': 'application/jose+json' };
      const body = signedBy(place, document);
      const answer = await send('/topology', { method: 'POST', headers, body });
      if (answer.status !== 200) throw new Error(`the topology was refused: ${JSON.stringify(answer)}`);
    },
    async joinToken(server, replace = false) {
      const answer = await post('/join-tokens', { server, replace });
      if (answer.status !== 201) throw new Error(`no join token: ${JSON.stringify(answer)}`);
      return answer.body.token as string;
    },
    async [Symbol.asyncDispose]() {
      client[Symbol.dispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}

function signedBy({ signingKey }: AuthorityPlace, document: TopologyDocument): string {
  const key = createPrivateKey(signingKey);
  const signer = {
    keyId: 'administrator',
    algorithm: 'ES256',
    sign: (bytes: Uint8Array) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  } as const;
  return encodeSignedTopology(signTopology(document, [signer]));
}

function readObject(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Not JSON: shown as it is.
  }
  return { text };
}
