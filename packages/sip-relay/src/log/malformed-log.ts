import type { MessageFault, SipResponse } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import type { RefusalReason } from '@entente/sip-proxy';
import type { Log } from '@entente/tls';
import { type RefusalLimit, shortText } from '@entente/tls/internal';
import { callIdOf, lineAbout, methodOf, peerName } from './connection-log.ts';

type Malformed = Extract<RefusalReason, 'malformed-request' | 'message-too-large' | 'no-room'>;

const remedies: Readonly<Record<Malformed, string>> = {
  'malformed-request': 'Correct what the sentence names in the client or server that wrote it.',
  'message-too-large': 'Send less in the header and the body of a message.',
  'no-room': 'Wait for answers before sending more, or raise maxBytesInFlight where the memory allows it.',
};

/** The reason for which a message counts as refused that was not read to its end. */
export function malformedReason({ code }: MessageFault): Malformed {
  if (code === 'no-room') return code;
  return code.endsWith('-too-long') || code === 'too-many-headers'
    ? 'message-too-large'
    : 'malformed-request';
}

/**
 * Logs that a message could not be read, as a refusal and within the same limit: its sender is told a status, and a client that nobody can ask shows
 * its user no more than that. Method and Call-ID are those of the answer; what cannot be answered is a response, an ACK, or no message at all.
 */
export function logMalformed(
  log: Log,
  limit: RefusalLimit,
  fault: MessageFault,
  connection: SipConnection,
): void {
  const leftOut = lineAbout(connection, limit);
  if (leftOut === undefined) return;
  const reason = malformedReason(fault);
  log.warn(
    {
      event: 'refused',
      reason,
      peer: peerName(connection),
      link: connection.link.name,
      ...(fault.response === undefined ? {} : ofAnswer(fault.response)),
      remedy: remedies[reason],
      ...leftOut,
    },
    shortText(fault.message),
  );
}

function ofAnswer(response: SipResponse): object {
  const method = methodIn(response);
  const callId = callIdOf(response);
  return {
    ...(method === undefined ? {} : { method }),
    status: response.status,
    ...(callId === undefined ? {} : { callId }),
  };
}

function methodIn(response: SipResponse): string | undefined {
  try {
    return methodOf(response.cseq);
  } catch {
    return undefined;
  }
}
