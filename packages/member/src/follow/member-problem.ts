import { type TrustStateRefusal, trustStateStanding } from '@entente/topology';
import { folderGoneRemedy, type Unwritten, unwrittenRemedy } from '../files/write-failure.ts';
import type { DomainState } from '../state/domain-state.ts';
import type { OwnCertificateProblem } from './own-certificate.ts';
import { type RenewalStanding, renewalProblem } from './renewal-problem.ts';

/** A part of what makes a server a member. */
export type MemberPart = 'topology' | 'own-certificate' | 'revocation-list' | 'clock' | 'accounts' | 'files';

/** What is wrong with a member now. */
export interface MemberProblem {
  /** What the problem is about; `memberProblems` finds none of `accounts` and `files`. */
  readonly part: MemberPart;
  /** What was found, in one sentence. */
  readonly message: string;
  /** What an operator should do about it. */
  readonly remedy: string;
  /** Whether every peer is refused, or refuses this server, because of it. */
  readonly stops: boolean;
}

/** The verdict allows the clock to be so much behind a time that an authority has signed (`futureSkewMs` of the enterprise profile). */
const clockSkewMs = 300_000;

/**
 * The truth about a member, by what it knows at this moment; nothing is fetched.
 * @param state - of its domain
 * @param own - why its certificate is over; undefined while it is not
 * @param refusal - of the trust state that its authority answers with, where it is refused
 * @param renewals - of its interfaces
 */
export function memberProblems(
  state: Pick<DomainState, 'confirmation' | 'latestSigned' | 'lists' | 'topology'>,
  own: OwnCertificateProblem | undefined,
  refusal?: Pick<TrustStateRefusal, 'message' | 'reason' | 'remedy'>,
  renewals: readonly RenewalStanding[] = [],
): readonly MemberProblem[] {
  const { latestSigned, lists, topology } = state;
  const { confirmedAt = Date.parse(topology.document.issued), now } = state.confirmation;
  const found: MemberProblem[] = [];
  const standing = trustStateStanding(topology, confirmedAt, now);
  if (standing.standing !== 'current') {
    found.push({ part: 'topology', ...withRefusal(standing, refusal), stops: standing.standing === 'stale' });
  } else if (refusal?.reason === 'stale') found.push(clockAhead(refusal));
  if (own !== undefined)
    found.push({ part: 'own-certificate', message: own.message, remedy: own.fields.remedy, stops: true });
  // One that is over is renewed no longer.
  else for (const renewal of renewals) found.push(...endingSoon(renewalProblem(renewal, now)));
  for (const { crlNumber, issuer, nextUpdate } of lists) {
    if (nextUpdate === undefined || nextUpdate > now) continue;
    found.push({
      part: 'revocation-list',
      message: `expected a revocation list of ${issuer.toString()} that is in force, found ${crlNumber}, which expired at ${new Date(nextUpdate).toISOString()}`,
      remedy:
        'Check that this server can reach the authority, that the authority is well (GET /healthz there), and that the clock of this server is not ahead of it.',
      // Peers are refused once the time of grace is over, which the verdict on each of them knows.
      stops: false,
    });
  }
  if (latestSigned !== undefined && latestSigned > now + clockSkewMs)
    found.push({
      part: 'clock',
      message: `the clock of this server is behind ${new Date(latestSigned).toISOString()}, a time that the authority has signed: every peer is refused`,
      remedy: 'Set the clock of this server, and let it follow a time server.',
      stops: true,
    });
  return found;
}

/** What has just been signed is over by a clock that is ahead: soon no topology is confirmed, and certificates and lists are over too. */
function clockAhead({ message, remedy }: Pick<TrustStateRefusal, 'message' | 'remedy'>): MemberProblem {
  return {
    part: 'clock',
    message: `what the authority answers is over by the clock of this server, which may be ahead: ${message}`,
    remedy: asSentence(remedy),
    stops: false,
  };
}

function endingSoon(problem: ReturnType<typeof renewalProblem>): readonly MemberProblem[] {
  if (problem === undefined) return [];
  const { message, remedy } = problem;
  return [{ part: 'own-certificate', message, remedy: asSentence(remedy), stops: false }];
}

function asSentence(remedy: string): string {
  return `${remedy.charAt(0).toUpperCase()}${remedy.slice(1)}.`;
}

/** An authority that answers is reached: what it says is refused, and why is what an operator must know. */
function withRefusal(
  { message, remedy }: Pick<MemberProblem, 'message' | 'remedy'>,
  refusal: Parameters<typeof memberProblems>[2],
): Pick<MemberProblem, 'message' | 'remedy'> {
  if (refusal === undefined) return { message, remedy };
  const said = asSentence(refusal.remedy);
  return {
    message: `${message} What the authority says is refused (${refusal.reason}): ${refusal.message}`,
    remedy: said,
  };
}

/**
 * What a restart would lose: the server itself goes on with what it has in memory.
 * @param unwritten - of `MemberFiles`
 */
export function unwrittenProblems(unwritten: readonly Unwritten[]): readonly MemberProblem[] {
  return unwritten.map(({ cause, path }) => ({
    part: 'files',
    message: `expected that ${path} can be written, found: ${cause}; after a restart this server begins with what the file had before`,
    remedy: unwrittenRemedy(cause),
    stops: false,
  }));
}

/**
 * What this server cannot be started with again.
 * @param missing - paths, of `MemberFiles`
 */
export function missingProblems(missing: readonly string[]): readonly MemberProblem[] {
  if (missing.length === 0) return [];
  return [
    {
      part: 'files',
      message: `expected the files with which this server starts, and these are gone: ${missing.join(', ')}; it goes on with what it has in memory, and cannot be started again`,
      remedy: folderGoneRemedy,
      stops: false,
    },
  ];
}
