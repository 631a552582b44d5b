import { channel } from 'node:diagnostics_channel';
import type { TransactionEnd } from '@entente/sip';

/** What a subscriber of `entente:sip:transaction` gets. */
export interface TransactionEvent {
  /** `server`: a request that we received; `client`: one that we sent. */
  readonly role: 'server' | 'client';
  /** As received or sent, for example `INVITE`. */
  readonly method: string;
  /** Written by a peer; undefined where it cannot be read. */
  readonly callId: string | undefined;
  /** Of the first final response; undefined where none came. */
  readonly status: number | undefined;
  /** How it ended where there was no final response. */
  readonly end: TransactionEnd | undefined;
  /** When it began, milliseconds since 1970. */
  readonly startedAt: number;
  /** Milliseconds from its beginning. */
  readonly durationMs: number;
  /** Name of the link of the allow matrix. */
  readonly link: string;
  /** FQDN of the server at the other end, if it proved to be one. */
  readonly server: string | undefined;
  /** Number of the connection, never used again while the process lives. */
  readonly connection: number;
}

const transactions = channel('entente:sip:transaction');
/** A Call-ID is as long as its sender likes. */
const maxCallId = 256;

/** What subscribers hear about; a transaction of the layer is one. */
export interface ToldTransaction {
  readonly kind: 'invite-server' | 'non-invite-server' | 'invite-client' | 'non-invite-client';
  readonly request: { readonly method: string; readonly callId: string };
  readonly context: {
    beganAt: number;
    readonly connection: {
      readonly id: number;
      readonly link: { readonly name: string };
      readonly server: string | undefined;
    };
  };
}

/**
 * When a transaction began, if anybody wants to know.
 * @returns milliseconds of `performance.now`; -1 where nobody subscribes
 */
export function beginsAt(): number {
  return transactions.hasSubscribers ? performance.now() : -1;
}

/**
 * Tells subscribers of the first final response of a transaction, or that it has ended without one. Once for each transaction; not at all for
 * one that began before anybody subscribed.
 * @param transaction - a machine
 * @param status - of the final response
 * @param end - how it ended without one
 */
export function tellTransaction(
  transaction: ToldTransaction,
  status: number | undefined,
  end?: TransactionEnd,
): void {
  const { context, kind, request } = transaction;
  const began = context.beganAt;
  if (began < 0) return;
  context.beganAt = -1;
  const durationMs = performance.now() - began;
  const { connection } = context;
  const event: TransactionEvent = {
    role: kind === 'invite-server' || kind === 'non-invite-server' ? 'server' : 'client',
    method: request.method,
    callId: callIdOf(request),
    status,
    end,
    startedAt: performance.timeOrigin + began,
    durationMs,
    link: connection.link.name,
    server: connection.server,
    connection: connection.id,
  };
  transactions.publish(event);
}

/** What a peer wrote there may not be a Call-ID. */
function callIdOf(request: { readonly callId: string }): string | undefined {
  try {
    return request.callId.slice(0, maxCallId);
  } catch {
    return undefined;
  }
}
