import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type ProbedServer, serverChain } from '@entente/tls';
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
import { publishersOf } from './publishers.ts';

/** By which rules a server's name is matched. */
export type NameRules = 'https' | 'host' | 'sip-domain';

/** What to explain. */
export interface ExplainServerOptions {
  readonly host: string;
  readonly port: number;
  /** The name that the certificate must prove. Default the host. */
  readonly name?: string;
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
  readonly timeoutMs?: number;
  /** Milliseconds since the epoch. */
  readonly now?: number;
}

/** The answer, for people and for programs. */
export interface ExplainedServer {
  readonly verdict: TrustVerdict;
  readonly tree: ExplainTree;
  readonly name: string;
  readonly connection: Omit<ProbedServer, 'presented'>;
  /** Subjects as presented, leaf first. */
  readonly subjects: readonly string[];
  /** Where the anchors came from, and how many they are. */
  readonly anchors: { readonly source: string; readonly count: number };
  /** Revocation data that could not be fetched. */
  readonly notFetched: readonly NotFetched[];
}

/** A location of revocation data that could not be fetched. */
export interface NotFetched {
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
 * @throws faults with `code` where the server cannot be reached or a file cannot be read
 */
export async function explainServer(options: ExplainServerOptions): Promise<ExplainedServer> {
  const name = options.name ?? options.host;
  const addresses = options.addresses ?? new Map<string, string>();
  const anchors = await anchorsOf(options.anchors);
  const known =
    options.crls === undefined ? [] : (await crlsFrom(options.crls, { watch: false })).current.crls;
  const { presented, ...connection } = await serverChain({
    host: addresses.get(options.host.toLowerCase()) ?? options.host,
    port: options.port,
    name,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  await using fetcher = await createRevocationFetcher({
    hosts: ['*'],
    privateHosts: [...(options.fetchFrom ?? []), ...addresses.keys()],
    lookUp: async (host) => {
      const known = addresses.get(host);
      if (known !== undefined) return [known];
      return (await lookup(host, { all: true, verbatim: true })).map(({ address }) => address);
    },
    refresh: false,
    ...(options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs }),
  });
  const judge = createJudge({
    anchors: anchors.set,
    revocation: () => ({
      crls: [...known, ...fetcher.store.current.crls],
      ocspResponses: fetcher.store.current.ocspResponses ?? [],
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

function subjectOf(der: Uint8Array): string {
  const decoded = decodeCertificate(der);
  return decoded.ok ? decoded.value.subject.toString() : `(unreadable: ${decoded.error.message})`;
}
