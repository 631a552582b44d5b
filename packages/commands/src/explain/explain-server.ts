import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { loadCredential, type ProbedServer } from '@entente/tls';
import {
  type AnchorSet,
  createJudge,
  type ExplainTree,
  explain,
  type IdentityExpectation,
  type PresentedChain,
  type Question,
  reject,
  type TrustVerdict,
} from '@entente/trust';
import {
  anchorsFrom,
  createRevocationFetcher,
  crlsFrom,
  type RevocationFetcher,
  systemAnchors,
} from '@entente/trust/node';
import { decodeCertificate } from '@entente/x509';
import { askServer, isUnanswered, type Unanswered } from './ask-server.ts';
import { publishersOf } from './publishers.ts';
import type { StartTlsProtocol } from './starttls.ts';

/** By which rules a server's name is matched. */
export type NameRules = 'https' | 'host' | 'sip-domain';

/** What to explain. */
export interface ExplainServerOptions {
  /** DNS name or IP address to dial. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** The name that the certificate must prove. Default the host. */
  readonly name?: string;
  /** Default `https`; for an IP address `host` means the same as `https`. */
  readonly rules?: NameRules;
  /** File or directory of anchors. Default: the roots of this system. */
  readonly anchors?: string;
  /** File or directory of CRLs. */
  readonly crls?: string;
  /** Hosts with private addresses from which CRLs and OCSP responses may be fetched. */
  readonly fetchFrom?: readonly string[];
  /**
   * Addresses of hosts that DNS does not know, by name in lower case: for dialling and for fetching. CRLs and OCSP responses
   * may be fetched from a host that is named here, at a private address too.
   */
  readonly addresses?: ReadonlyMap<string, string>;
  /** Protocol in which TLS begins after a few words in the clear. */
  readonly startTls?: StartTlsProtocol;
  /** Files of PEM that this side presents to a server that asks for a certificate. */
  readonly identity?: { readonly certificate: string; readonly key: string };
  /** Default 10,000. */
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/** The answer, for people and for programs. */
export interface ExplainedServer {
  /** As a client that asks for this name would find; `no-certificate` where the server presents none. */
  readonly verdict: TrustVerdict;
  /** The verdict stage by stage, for display; authorisation and policies are not judged here. */
  readonly tree: ExplainTree;
  /** The name that the certificate had to prove. */
  readonly name: string;
  /** What the handshake agreed on, with whom, and how long it took. */
  readonly connection: Omit<ProbedServer, 'presented'>;
  /** Subjects as presented, leaf first. */
  readonly subjects: readonly string[];
  /** When the first certificate of the path ends, or the leaf where there is no path: milliseconds since the epoch; undefined where it cannot be read. */
  readonly endsAt: number | undefined;
  /** Where the anchors came from, and how many they are. */
  readonly anchors: { readonly source: string; readonly count: number };
  /** Revocation data that could not be fetched. */
  readonly notFetched: readonly NotFetched[];
}

/** A location of revocation data that could not be fetched. */
export interface NotFetched {
  /** URL of a list or of an OCSP responder, as a certificate of the chain names it. */
  readonly url: string;
  /** Issuer whose certificates it covers, as RFC 4514 writes the name, cut at 200 characters; undefined where none names it. */
  readonly of: string | undefined;
  /** What went wrong: a code, or one sentence. */
  readonly why: string;
}

/**
 * Connects to any TLS server and judges what it presents as a client of this name would.
 *
 * @param options - where to connect, which name, which roots
 * @returns the verdict, or why there is nothing to judge
 * @throws faults with `code` where a file cannot be read
 */
export async function explainServer(options: ExplainServerOptions): Promise<ExplainedServer | Unanswered> {
  const { host, port, timeoutMs = 10_000 } = options;
  const name = options.name ?? host;
  const addresses = options.addresses ?? new Map<string, string>();
  const anchors = await anchorsOf(options.anchors);
  const known =
    options.crls === undefined ? [] : (await crlsFrom(options.crls, { watch: false })).current.crls;
  const answer = await askServer({
    host,
    port,
    name,
    timeoutMs,
    address: addresses.get(host.toLowerCase()),
    startTls: options.startTls,
    identity: options.identity === undefined ? undefined : await loadCredential(options.identity),
  });
  if (isUnanswered(answer)) return answer;
  const { presented, ...connection } = answer;
  await using fetcher = await createRevocationFetcher({
    hosts: ['*'],
    privateHosts: [...(options.fetchFrom ?? []), ...addresses.keys()],
    lookUp: async (host) => {
      const known = addresses.get(host);
      if (known !== undefined) return [known];
      return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
    },
    refresh: false,
    timeoutMs,
  });
  const judge = createJudge({
    anchors: anchors.set,
    revocation: () => ({
      crls: [...known, ...fetcher.store.current.crls],
      ocspResponses: fetcher.store.current.ocspResponses ?? [],
      whyNotFetched: (url) => fetcher.failures.get(url),
    }),
  });
  const question: Question = {
    now: options.now ?? Date.now(),
    link: { name: 'explain', direction: 'outbound', interface: 'external', purpose: 'server' },
    identity: identityOf(options.rules ?? 'https', name),
    // No list of peers applies: the question is what a client of this server would find.
    authorise: () => ({ ok: true }),
  };
  const verdict =
    presented === undefined
      ? nothingShown()
      : await judged(presented, question, (chain, asked) => judge.judge(chain, asked), fetcher, anchors.set);
  const publishers = publishersOf(presented?.certificates ?? []);
  return {
    verdict,
    tree: withoutTopology(explain(verdict)),
    name,
    connection,
    subjects: (presented?.certificates ?? []).map(subjectOf),
    endsAt: endOf(verdict, presented),
    anchors: { source: anchors.source, count: anchors.set.anchors.length },
    notFetched: [...fetcher.failures].map(([url, why]) => ({ url, of: publishers.get(url), why })),
  };
}

async function judged(
  presented: PresentedChain,
  question: Question,
  judge: (presented: PresentedChain, question: Question) => TrustVerdict,
  fetcher: RevocationFetcher,
  anchors: AnchorSet,
): Promise<TrustVerdict> {
  const verdict = judge(presented, question);
  if (verdict.trusted) return verdict;
  const { reason } = verdict.rejection;
  if (reason !== 'revocation-unknown' && reason !== 'revocation-stale') return verdict;
  await fetcher.prepare(presented, anchors, question.now);
  return judge(presented, question);
}

async function anchorsOf(location: string | undefined): Promise<{ set: AnchorSet; source: string }> {
  if (location === undefined) {
    const set = await systemAnchors();
    return { set, source: set.source };
  }
  return { set: (await anchorsFrom(location, { watch: false })).current, source: location };
}

/** Who may use the link is in the topology, and policies are in the servers: a client that explains knows neither. */
function withoutTopology(tree: ExplainTree): ExplainTree {
  const [parse, path, revocation, identity] = tree.stages;
  const known = [parse, path, revocation, identity].filter((stage) => stage !== undefined);
  const notJudged = ['authorisation', 'policies'].map((stage) => ({
    state: 'unreached' as const,
    text: `${stage}: not judged here; only a server of the network knows, and logs it`,
    children: [],
  }));
  return { ...tree, stages: [...known, ...notJudged] };
}

function identityOf(rules: NameRules, name: string): IdentityExpectation {
  if (rules === 'sip-domain') return { mode: 'sip-domain', domain: name };
  return { mode: isIP(name) === 0 ? rules : 'https', name };
}

function nothingShown(): TrustVerdict {
  const rejection = reject('no-certificate', { expected: 'server' });
  return { trusted: false, rejection, considered: [rejection], evidence: [] };
}

/** A server that is refused may present certificates that have nothing to do with it: then that of the leaf counts. */
function endOf(verdict: TrustVerdict, presented: PresentedChain | undefined): number | undefined {
  if (verdict.trusted) return Math.min(...verdict.path.certificates.map(({ notAfter }) => notAfter));
  const [leaf] = presented?.certificates ?? [];
  const decoded = leaf === undefined ? undefined : decodeCertificate(leaf);
  return decoded?.ok === true ? decoded.value.notAfter : undefined;
}

function subjectOf(der: Uint8Array): string {
  const decoded = decodeCertificate(der);
  return decoded.ok ? decoded.value.subject.toString() : `(unreadable: ${decoded.error.message})`;
}
