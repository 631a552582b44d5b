import type { SipRequest } from '@entente/sip';
import type { Answer, SipConnection } from '@entente/sip-endpoint';
import type { Log } from '@entente/tls';
import { type RefusalLimit, shortText } from '@entente/tls/internal';

/** An answer that says no, with the reason for insiders. */
export interface Refusal extends Answer {
  /** 300 to 699. */
  readonly status: number;
  /** Stable literal in lower case with hyphens, for logs and metrics, e.g. `not-a-member`. Never what a peer wrote. */
  readonly reason: string;
  /** A sentence: what was expected, what was found. */
  readonly message: string;
  /** What would make the request acceptable. */
  readonly remedy: string;
  /** Further header fields of the answer, by name, e.g. `Retry-After`. Default: none. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Number of the Entente-Diagnostics header for a request that was refused. */
const requestRefused = 1000;
/** Longest Call-ID in a line of the log, characters: its sender may make it longer. */
const maxCallId = 256;
/** Longest method; those that are registered have nine at most. */
const maxMethod = 64;

/**
 * A refusal, for handlers to return: the sender gets the status and, inside the organisation, the reason; the log gets all of it.
 * @param status - 300 to 699
 * @param reason - stable literal
 * @param message - what was expected, what was found
 * @param remedy - what would make the request acceptable
 * @param headers - that the answer needs, e.g. Accept for 415
 */
export function refuse(
  status: number,
  reason: string,
  message: string,
  remedy: string,
  headers: Readonly<Record<string, string>> = {},
): Refusal {
  return { status, reason, message, remedy, headers };
}

/** Whether an answer is a refusal with its reason. */
export function isRefusal(answer: Answer | undefined): answer is Refusal {
  return answer !== undefined && 'reason' in answer;
}

/**
 * A refusal as it goes to a front end, which takes the reason off where it leaves the organisation.
 * @param refused - why
 * @param source - FQDN of the application
 */
export function withDiagnostics(refused: Refusal, source: string): Answer {
  const { headers, status } = refused;
  const diagnostics = `${requestRefused};reason="${refused.reason}";source="${source}"`;
  return { status, headers: { ...headers, 'Entente-Diagnostics': diagnostics } };
}

/**
 * Logs a refusal; the limit bounds the lines of each peer, and what the peer wrote is in them as far as it is short.
 * @param log - of the application
 * @param limit - shared by all refusals of the process
 * @param request - as received
 * @param refused - why
 * @param connection - it came over
 */
export function logRefusedRequest(
  log: Log,
  limit: RefusalLimit,
  request: SipRequest,
  refused: Refusal,
  connection: SipConnection,
): void {
  const { link, server, source } = connection;
  const leftOut = limit.line({ name: server, address: source?.address, admitted: server !== undefined });
  if (leftOut === undefined) return;
  const { message, reason, remedy, status } = refused;
  const callId = request.callId.slice(0, maxCallId);
  log.warn(
    {
      event: 'refused',
      reason,
      peer: server,
      link: link.name,
      method: shortText(request.method, maxMethod),
      status,
      callId,
      remedy,
      ...leftOut,
    },
    shortText(message),
  );
}
