import { isTrustError, refusedByPeer } from '@entente/tls';
import type { AnswerProblem } from '../authority/refused-answer.ts';
import { isOfOpenFiles, openFilesRemedy } from '../files/write-failure.ts';

/** Why the authority gave us nothing, as it is logged. */
export interface AuthorityFailure {
  /** Fields of the line; `event` is the cause. */
  readonly fields: {
    readonly event: AuthorityFailureEvent;
    /** Why, where one side has given a reason. */
    readonly reason?: string;
    /** Of the platform or of a fault. */
    readonly code?: string;
    readonly remedy: string;
  };
  readonly message: string;
}

/** Each is another thing to do. */
export type AuthorityFailureEvent =
  /** No connection, or it broke off. */
  | 'authority-unreachable'
  /** It closed the connection after its verdict, or answered 401 or 403. */
  | 'authority-refused-us'
  /** Our verdict on it. */
  | 'authority-refused'
  /** It answered something else than what was asked for. */
  | 'authority-answer-refused'
  /** Our clock is behind what the authority has signed. */
  | 'clock-untrusted';

const answerFaults: ReadonlySet<unknown> = new Set(['ENTENTE_ANSWER_TOO_LARGE', 'ENTENTE_ANSWER_INVALID']);

/**
 * Tells the causes of a failed request or stream apart.
 * @param error - what was thrown
 */
export function authorityFailure(error: unknown): AuthorityFailure {
  const { code, message, remedy } = error as Error & { code?: string; remedy?: string };
  const withCode = code === undefined ? {} : { code };
  if (refusedByPeer(error) !== undefined) {
    const known = { event: 'authority-refused-us', reason: 'peer-refused' } as const;
    return { fields: { ...known, ...withCode, remedy: refusedUsRemedy }, message };
  }
  if (isTrustError(error)) {
    const { reason } = error.rejection;
    if (reason === 'clock-untrusted')
      return { fields: { event: 'clock-untrusted', reason, remedy: error.remedy }, message };
    return { fields: { event: 'authority-refused', reason, remedy: error.remedy }, message };
  }
  if (code === 'ENTENTE_MEMBER_ANSWER') {
    const { reason, status } = (error as Error).cause as AnswerProblem;
    const refused = status === 401 || status === 403;
    const event = refused ? 'authority-refused-us' : 'authority-answer-refused';
    return {
      fields: { event, reason: reason ?? `status-${status}`, remedy: remedy ?? answerRemedy },
      message,
    };
  }
  if (answerFaults.has(code))
    return { fields: { event: 'authority-answer-refused', ...withCode, remedy: answerRemedy }, message };
  const isUnknownName = code !== undefined && unknownName.has(code);
  const unreachable = isOfOpenFiles(`${code} ${message}`)
    ? openFilesRemedy
    : isUnknownName
      ? unknownNameRemedy
      : unreachableRemedy;
  return { fields: { event: 'authority-unreachable', ...withCode, remedy: unreachable }, message };
}

const unknownName: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ENODATA']);
const unknownNameRemedy =
  'give DNS the name of the authority (entente topology dns), or write its address under `addresses` in the configuration of this server, and start the server again';
const unreachableRemedy =
  'check that the authority runs, and that routing and firewalls let this server reach it, and that DNS has its address, or `addresses` in the configuration of this server, which comes first';
const refusedUsRemedy =
  'look at the log of the authority, which has the reason: this server may be missing in the topology, or its certificate revoked';
const answerRemedy = 'look at the log of the authority, and compare its version with that of this server';
