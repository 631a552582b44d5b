import { defaultLimits, type MessageLimits } from '@entente/sip';
import type { Peer } from '@entente/tls';
import type { PeerKind } from '../budget/peer-kind.ts';

/** What a message between servers of ours may measure: as `@entente/sip` has it by default. */
export const serverLimits: MessageLimits = defaultLimits;

/**
 * What a message of a client or partner may measure: half of what servers take from each other, so that what our servers add to it
 * still fits on the links that all share.
 */
export const outsiderLimits: MessageLimits = {
  maxStartLineBytes: 4_096,
  maxHeaders: 128,
  maxHeaderBytes: 32_768,
  maxBodyBytes: defaultLimits.maxBodyBytes,
};

/**
 * Who the peer is by its verdict alone.
 * @param peer - the verdict's
 * @param openedByUs - what we dial is a server, and proved to be the one asked for
 */
export function kindOf({ peer }: Pick<Peer, 'peer'>, openedByUs: boolean): PeerKind {
  if (peer?.role === 'partner') return 'partner';
  return openedByUs || peer?.server !== undefined ? 'server' : 'unknown';
}

/** Requests of a client that may be refused at once within half a second, before no more of them are read until it is over. */
const refusalsOfClient = 64;
/** Those of a partner: many are behind a connection, as with the link of a server in what else is counted for sixteen. */
const refusalsOfPartner = 16 * refusalsOfClient;
/** Servers of the topology that others make: they hold up nobody who is behind them, and send whatever their program does. */
const madeByOthers: ReadonlySet<string | undefined> = new Set(['gateway', 'trusted-application']);

/**
 * What of a peer may be refused at once within half a second; see `RefusalPause`.
 * @param kind - of the peer
 * @param peer - who it has proven to be
 * @returns infinite for a server of ours: all that it brings waits where it is not read from, and it holds those behind it up by itself
 */
export function refusalsAtOnceOf(kind: PeerKind, peer: Peer['peer']): number {
  if (kind === 'unknown' || kind === 'user') return refusalsOfClient;
  if (kind === 'partner' || madeByOthers.has(peer?.role)) return refusalsOfPartner;
  return Number.POSITIVE_INFINITY;
}

/** The limits of messages that come from a peer. */
export function limitsFrom(kind: PeerKind): MessageLimits {
  return kind === 'server' ? serverLimits : outsiderLimits;
}

/** The limits of messages that go to a peer. A partner holds us to what we hold it to; what clients take is theirs to say. */
export function limitsTo(kind: PeerKind): MessageLimits {
  return kind === 'partner' ? outsiderLimits : serverLimits;
}
