import { OperatorFault } from '@entente/host';
import {
  decodeTrustState,
  type MemberStanding,
  memberProblemsFormat,
  parseMemberProblems,
  parseMemberStanding,
  type ReportedMemberProblem,
  type TrustState,
} from '@entente/topology';
import type { Found } from './certificates.ts';
import type { AuthorityConnection } from './connect-authority.ts';

/** What a server last reported. */
export interface ReportedMember {
  /** Milliseconds since 1970, by the clock of the authority. */
  readonly lastSeen: number;
  readonly standing: MemberStanding;
  /** What is wrong there, in its own words; none from an authority or a server of an earlier release. */
  readonly problems: readonly ReportedMemberProblem[];
}

/** What the authority knows of its members at one moment. */
export interface ReportedMembers {
  /** Clock of the authority, milliseconds since 1970. */
  readonly at: number;
  /** When the authority began to keep reports, milliseconds since 1970. */
  readonly since: number;
  /** By FQDN; absent: it has reported nothing since then. */
  readonly reports: ReadonlyMap<string, ReportedMember>;
}

/** Something at the authority that does not work now. */
export interface ReportedProblem {
  readonly part: string;
  readonly message: string;
  readonly remedy: string;
}

/**
 * Asks what the members last reported.
 * @throws OperatorFault `ENTENTE_AUTHORITY_ANSWER` where the answer is something else; faults of the connection
 */
export async function reportedMembers(connection: AuthorityConnection): Promise<Found<ReportedMembers>> {
  const outcome = await connection.get('/members');
  if (!outcome.ok) return outcome;
  const { at, members, since } = fieldsOf(outcome.text);
  const times = [timeOf(at), timeOf(since)] as const;
  if (!Array.isArray(members) || times[0] === undefined || times[1] === undefined) throw unusable('/members');
  const reports = new Map<string, ReportedMember>();
  for (const member of members as readonly unknown[]) {
    const { lastSeen, problems, server, standing } = (member ?? {}) as Readonly<Record<string, unknown>>;
    if (typeof server !== 'string') throw unusable('/members');
    if (standing === null && lastSeen === null) continue;
    const seen = timeOf(lastSeen);
    const read = parseMemberStanding(JSON.stringify(standing) ?? '');
    const wrong = parseMemberProblems(
      JSON.stringify({ format: memberProblemsFormat, problems: problems ?? [] }),
    );
    if (seen === undefined || read === undefined || wrong === undefined) throw unusable('/members');
    reports.set(server, { lastSeen: seen, standing: read, problems: wrong });
  }
  return { ok: true, found: { at: times[0], since: times[1], reports } };
}

/**
 * Asks what does not work at the authority.
 * @throws as {@link reportedMembers}
 */
export async function reportedProblems(
  connection: AuthorityConnection,
): Promise<Found<readonly ReportedProblem[]>> {
  const outcome = await connection.get('/healthz', [200, 503]);
  if (!outcome.ok) return outcome;
  const { problems = [], status } = fieldsOf(outcome.text);
  const isKnown = status === 'ok' || status === 'unavailable';
  if (!isKnown || !Array.isArray(problems) || !problems.every(isProblem)) throw unusable('/healthz');
  if (status === 'unavailable' && problems.length === 0) throw unusable('/healthz');
  return { ok: true, found: problems.map(({ message, part, remedy }) => ({ part, message, remedy })) };
}

/**
 * Asks what is in force: the newest trust state.
 * @returns nothing before the first topology
 * @throws as {@link reportedMembers}
 */
export async function stateInForce(connection: AuthorityConnection): Promise<Found<TrustState | undefined>> {
  const outcome = await connection.get('/state');
  if (!outcome.ok) return outcome.refusal.reason === 'not-found' ? { ok: true, found: undefined } : outcome;
  const decoded = decodeTrustState(outcome.text);
  if (!decoded.ok) throw unusable('/state');
  return { ok: true, found: decoded.state };
}

function fieldsOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Falls through: this is not an answer of an authority.
  }
  return {};
}

function timeOf(value: unknown): number | undefined {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

function isProblem(value: unknown): value is ReportedProblem {
  const problem = value as Partial<ReportedProblem> | null;
  return [problem?.part, problem?.message, problem?.remedy].every((text) => typeof text === 'string');
}

function unusable(path: string): OperatorFault {
  return new OperatorFault('ENTENTE_AUTHORITY_ANSWER', {
    sentence: 'the authority answered with something else than expected',
    place: path,
    remedy: 'check that this is the URL of the authority, and that it runs the same release',
  });
}
