import type { SipMessage } from '@entente/sip';
import { type RequestRefusal, refusal, warning } from '../request/refusal.ts';
import type { MediaProblem } from './media-problem.ts';
import { unencryptedMedia } from './session-bodies.ts';

/** Methods whose messages carry offers and answers (RFC 3261 §13.2.1, RFC 3262 §5, RFC 3311 §5). */
const methods: ReadonlySet<string> = new Set(['INVITE', 'ACK', 'PRACK', 'UPDATE']);

/** Where the topology requires SRTP. */
export type SrtpSetting = 'federationSrtp' | 'internalSrtp';

/**
 * Why a message may not pass where SRTP is required: its offer or answer has a stream that is not encrypted, or cannot be read. Session
 * descriptions pass unchanged or not at all.
 *
 * @param message - a request, or a response below 300; other messages carry neither offers nor answers
 * @param setting - that requires SRTP
 * @param agent - our name, as the receiver of the refusal may know it
 * @returns undefined where it may pass; else 488 with a Warning (RFC 3261 §20.43): 302 where the protocol is not SRTP
 */
export function mediaRefusal(
  message: SipMessage,
  setting: SrtpSetting,
  agent: string,
): RequestRefusal | undefined {
  if (
    message.kind === 'request' ? !methods.has(message.method) : !isAnswer(message.status, message.cseq.method)
  )
    return undefined;
  const problem = unencryptedMedia(message);
  if (problem === undefined) return undefined;
  return refusal(
    'media-not-encrypted',
    488,
    `${message.kind === 'request' ? message.method : `${message.status} to ${message.cseq.method}`}: expected encrypted media, which ${setting} requires, found ${foundOf(problem)}`,
    `Turn SRTP on in the client and make it mandatory; or let the topology set policies.media.${setting} to optional.`,
    [
      [
        'Warning',
        problem.kind === 'in-clear'
          ? warning(302, agent, 'Incompatible transport protocol: SRTP is required')
          : warning(399, agent, 'SRTP with keys is required'),
      ],
    ],
  );
}

function isAnswer(status: number, method: string): boolean {
  return status > 100 && status < 300 && methods.has(method);
}

function foundOf(problem: MediaProblem): string {
  switch (problem.kind) {
    case 'in-clear':
      return `${problem.media} by ${problem.protocol} in clear`;
    case 'without-keys':
      return `${problem.media} by ${problem.protocol} without keys (a=crypto, a=key-mgmt or a=fingerprint)`;
    case 'unreadable':
      return `a body that cannot be read: ${problem.found}`;
  }
}
