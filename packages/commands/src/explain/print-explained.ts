import { type Evidence, escapeInvisible, renderExplain } from '@entente/trust';
import type { Unanswered } from './ask-server.ts';
import type { ExplainedServer } from './explain-server.ts';
import { takesColour } from './takes-colour.ts';

/** `connect` of `@entente/tls` and this command must not say different things of one server. */
const onlyWhereAllowed =
  "protocol: TLS 1.2; a client of @entente/tls speaks TLS 1.3 alone unless minVersion: 'TLSv1.2' is set";

const dayMs = 86_400_000;

/** What the certificate of a server that is trusted does not tell. */
export interface Finding {
  /** Stable literal. */
  readonly finding: 'ends-soon' | 'client-refused';
  /** What was expected, and found. */
  readonly sentence: string;
  readonly remedy: string;
}

/** How the answer is asked for. */
export interface FindingOptions {
  readonly isIdentityShown: boolean;
  /** A certificate that ends within so many days is a finding; undefined: none is. */
  readonly warnDays: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/**
 * What stands against a server besides the verdict.
 * @param explained - the verdict, and the connection
 * @param options - what this side has shown, and what counts as soon
 */
export function findingsOf(
  { connection, endsAt }: ExplainedServer,
  { isIdentityShown, now, warnDays }: FindingOptions,
): readonly Finding[] {
  const findings: Finding[] = [];
  if (connection.refusal !== undefined)
    findings.push({
      finding: 'client-refused',
      sentence: isIdentityShown
        ? `expected a server that accepts our certificate, found that it ends the connection (${connection.refusal})`
        : `expected a server that lets everybody in, found one that requires a certificate of its clients (${connection.refusal})`,
      remedy: isIdentityShown
        ? 'read in the log of the server why; give a certificate of a CA that it trusts, with the usage clientAuth'
        : 'give a certificate that it accepts, and its key: --cert <file> --key <file>',
    });
  if (warnDays !== undefined && endsAt !== undefined && endsAt - now < warnDays * dayMs)
    findings.push({
      finding: 'ends-soon',
      sentence: `expected certificates that are valid for ${warnDays} days and longer, found one that ends ${ending(endsAt, now)}`,
      remedy: 'renew it now, and look why it was not renewed by itself',
    });
  return findings;
}

/**
 * The answer for people.
 * @param target - host and port
 * @param explained - the verdict
 * @param findings - what stands against the server besides
 * @param now - milliseconds since the epoch
 */
export function explainedText(
  target: string,
  explained: ExplainedServer,
  findings: readonly Finding[],
  now: number,
): string {
  const { anchors, connection, endsAt, name, notFetched, tree } = explained;
  const lines = [
    escapeInvisible(
      `${target}, checked for ${name}: ${connection.protocol}, ${connection.cipher}, ${connection.address}, ${Math.round(connection.handshakeMs)} ms`,
    ),
    ...(connection.protocol === 'TLSv1.2' ? [onlyWhereAllowed] : []),
    ...(endsAt === undefined
      ? []
      : [`certificate: ${endsAt < now ? 'ended' : 'valid until'} ${ending(endsAt, now)}`]),
    escapeInvisible(`anchors: ${anchors.count} from ${anchors.source}`),
    renderExplain(tree, { colour: takesColour(process.stdout, process.env) }),
    ...notFetched.map(
      ({ of, url, why }) =>
        `   could not fetch ${escapeInvisible(`${url}${of === undefined ? '' : ` (list of "${of}")`}: ${why}`)}`,
    ),
    ...findings.flatMap(({ remedy, sentence }) => [`✗ ${sentence}`, `└─ → ${remedy}`].map(escapeInvisible)),
    ...nextOf(explained, findings).flatMap((step) => ['', 'Next:', `  ${escapeInvisible(step)}`]),
  ];
  return lines.join('\n');
}

/**
 * The answer for programs.
 * @param target - host and port
 * @param explained - the verdict
 * @param findings - what stands against the server besides
 */
export function explainedJson(
  target: string,
  explained: ExplainedServer,
  findings: readonly Finding[],
): string {
  const { anchors, connection, endsAt, name, notFetched, subjects, tree, verdict } = explained;
  const { refusal: _, ...agreed } = connection;
  return JSON.stringify({
    ok: verdict.trusted && findings.length === 0,
    target,
    name,
    ...agreed,
    subjects,
    endsAt: endsAt === undefined ? undefined : isoOf(endsAt),
    anchors,
    trusted: verdict.trusted,
    ...(verdict.trusted
      ? { peer: verdict.peer, validUntil: verdict.path.validUntil }
      : { reason: verdict.rejection.reason, rejection: verdict.rejection, considered: verdict.considered }),
    evidence: verdict.evidence.map(asJudgedHere),
    findings,
    notFetched,
    tree,
    next: nextOf(explained, findings),
  });
}

/** Who may use the link is in the topology, which a client does not know: as in the text, nothing was authorised here. */
function asJudgedHere(
  evidence: Evidence,
): Evidence | { readonly stage: 'authorise'; readonly kind: 'not-judged' } {
  return evidence.stage === 'authorise' ? { stage: 'authorise', kind: 'not-judged' } : evidence;
}

/** For people: why there is nothing to judge. */
export function unansweredText(target: string, { remedy, sentence }: Unanswered): string {
  return [`✗ ${target}: ${sentence}`, `└─ → ${remedy}`].map(escapeInvisible).join('\n');
}

/** The same for programs. */
export function unansweredJson(target: string, { code, ...rest }: Unanswered): string {
  const next = [rest.remedy];
  return JSON.stringify({ ok: false, target, trusted: false, reachable: false, error: code, ...rest, next });
}

/** How a fetch ends where nothing answers at the address of the publisher, or takes a connection and says nothing. */
const notReached =
  /\bE(?:CONNREFUSED|CONNRESET|HOSTUNREACH|NETUNREACH|TIMEDOUT)\b|^no complete answer within /;
/** Hosts that a next step names: a certificate may name thousands. */
const mostHosts = 3;

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : url;
}

/** What to do next. After a refusal the tree ends with the remedy; only missing lists need more. */
function nextOf({ notFetched, verdict }: ExplainedServer, findings: readonly Finding[]): readonly string[] {
  if (verdict.trusted)
    return findings.length > 0
      ? []
      : ['to monitor it, run this again with --json: exit status 1 means that it is no longer trusted'];
  const { reason } = verdict.rejection;
  if (reason !== 'revocation-unknown') return [];
  if (notFetched.length === 0) return ['give the list of its issuer with --crls <file or directory>'];
  if (notFetched.every(({ why }) => notReached.test(why))) {
    const hosts = [...new Set(notFetched.map(({ url }) => hostOf(url)))].slice(0, mostHosts).join(', ');
    return [
      `start what publishes these lists at ${hosts}, or have it reached from here; for a list that you have, give --crls`,
    ];
  }
  return [
    'download these lists and give them with --crls; for a host with a private address give --fetch-from, for one that DNS does not know --address',
  ];
}

function ending(endsAt: number, now: number): string {
  const days = Math.floor(Math.abs(endsAt - now) / dayMs);
  const time = `${days} ${days === 1 ? 'day' : 'days'}`;
  return `${isoOf(endsAt)}, ${endsAt < now ? `${time} ago` : `in ${time}`}`;
}

function isoOf(time: number): string {
  return new Date(time).toISOString().replace('.000Z', 'Z');
}
