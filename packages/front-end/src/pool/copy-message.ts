import { createRequest, type SipRequest } from '@entente/sip';
import { recordFromJson } from '@entente/sip-proxy/locations/replicated';
import type { CopyMessage } from './pool-copies.ts';

/** The event package by which servers of a pool tell each other where their users are. */
export const registrationsEvent = 'entente-registrations';

const contentType = 'application/vnd.entente.registrations+json';
/** Records of one message: many more than are sent. */
const maxRecords = 1_000;
/** Characters of an address of record. */
const maxAddress = 512;

/** The two ends of a message between servers. */
export interface MessageEnds {
  /** Our FQDN. */
  readonly from: string;
  /** FQDN of the other server. */
  readonly to: string;
  /** Unpredictable text without spaces. */
  readonly newToken: () => string;
}

/**
 * A request of this server itself to another one.
 * @param method - e.g. OPTIONS
 * @param ends - the sender and the receiver
 * @param also - header fields and body
 */
function ownRequest(
  method: string,
  { from, newToken, to }: MessageEnds,
  also: Pick<Parameters<typeof createRequest>[0], 'body' | 'contentType' | 'headers'> = {},
): SipRequest {
  return createRequest({
    method,
    uri: `sip:${to}`,
    from: `<sip:${from}>;tag=${newToken()}`,
    to: `<sip:${to}>`,
    callId: newToken(),
    cseq: 1,
    ...also,
  });
}

/**
 * Publishes what this server knows of registrations to another one (RFC 3903).
 * @param message - what to tell
 * @param ends - who tells whom
 */
export function copyRequest({ records, wants }: CopyMessage, ends: MessageEnds): SipRequest {
  const headers = { Event: registrationsEvent };
  const body = `{"wants":${wants},"records":[${records.join()}]}`;
  return ownRequest('PUBLISH', ends, { headers, contentType, body });
}

/** A message that was read. */
export interface ReceivedCopies {
  readonly wants: boolean;
  /** An address whose record cannot be read: it is passed over, for one user's record must not keep those of all others back. */
  readonly unreadable: string | undefined;
  readonly records: readonly (readonly [
    aor: string,
    record: NonNullable<ReturnType<typeof recordFromJson>>,
  ])[];
}

/**
 * Reads what another server has published.
 * @param request - PUBLISH
 * @param now - milliseconds since 1970
 * @param by - who has sent it, as `voucherOf` writes it
 * @returns what of it is wrong, where it cannot be read
 */
export function readCopies(request: SipRequest, now: number, by: string): ReceivedCopies | string {
  let message: Partial<Record<keyof CopyMessage, unknown>> | null;
  try {
    message = JSON.parse(Buffer.from(request.body).toString()) as typeof message;
  } catch {
    return 'a body that is not valid JSON';
  }
  const { records, wants } = message ?? {};
  if (typeof wants !== 'boolean' || !Array.isArray(records)) return 'a body without "wants" and "records"';
  if (records.length > maxRecords) return `${records.length} records`;
  const read: [string, NonNullable<ReturnType<typeof recordFromJson>>][] = [];
  let unreadable: string | undefined;
  for (const item of records) {
    const [aor, value] = Array.isArray(item) ? (item as unknown[]) : [];
    if (typeof aor !== 'string' || aor.length > maxAddress) return 'a record of no address';
    const record = recordFromJson(value, aor, now, by);
    if (record === undefined) unreadable ??= aor;
    else read.push([aor, record]);
  }
  return { wants, records: read, unreadable };
}
