import { checkState, checkTrustStateKnowledge } from './check-trust-state-knowledge.ts';
import type { TrustState } from './trust-state.ts';

/** Why a member refuses a trust state. */
export type TrustStateRefusalReason =
  /** It cannot be read. */
  | 'malformed'
  /** It was not signed with the key of its certificate. */
  | 'signature-invalid'
  /** Our verdict refuses the certificate of its key. */
  | 'signer-refused'
  | 'wrong-network'
  /** A later state is known. */
  | 'replayed'
  /** Another state with this sequence, or another topology with this version, is known. */
  | 'forked'
  /** It has expired. */
  | 'stale'
  /** Its time is ahead of our clock. */
  | 'not-yet-signed'
  /** It names a topology that is older than the one in force. */
  | 'lower-version'
  /** It names other roots than the topology that it names. */
  | 'anchors-differ'
  /** A list that it names is not what the authority has, or is too large. */
  | 'list-refused';

/** A refused state. What was in force stays in force. */
export interface TrustStateRefusal {
  /** Stable literal, for programs and logs. */
  readonly reason: TrustStateRefusalReason;
  /** What was found, as a sentence for people. */
  readonly message: string;
  /** What to do now; without final stop. */
  readonly remedy: string;
}

/** The last state that a member has accepted. */
export interface TrustStateMark {
  /** Of that state, from 1; one with a lower number is refused as `replayed`. */
  readonly sequence: number;
  /** SHA-256 of its canonical form, lower-case hexadecimal. */
  readonly hash: string;
  /** Milliseconds since the epoch. */
  readonly signedAt: number;
}

/** What a member knows before it looks at a state. */
export interface TrustStateKnowledge {
  /** The network that this member belongs to, e.g. `contoso.example`: a state of another one is refused. */
  readonly network: string;
  /** The last one that was accepted, in this run or an earlier one. */
  readonly last: TrustStateMark | undefined;
  /** The topology in force. */
  readonly topology: { readonly version: number; readonly hash: string };
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** How far clocks may differ, milliseconds. */
  readonly clockSkewMs: number;
}

const interceptedRemedy =
  'look at the log of the authority; if it did not send this, find out which machine between it and this server answers';
const clockRemedy =
  'check the clocks of this server and of the authority (for example with chronyc tracking)';

/**
 * Decides whether a member may act on a state whose signature fits its certificate. The state that was accepted last is accepted
 * again: what it names may not have been fetched yet.
 * @param signed - the state, and the hash of its canonical form
 * @param knowledge - what is known, and the time
 * @returns the refusal, or undefined where the state is acceptable; the verdict on its signer is another question
 * @throws TopologyFault `ENTENTE_TOPOLOGY_BAD_ARGUMENT`
 */
export function refuseTrustState(
  signed: { readonly state: TrustState; readonly hash: string },
  knowledge: TrustStateKnowledge,
): TrustStateRefusal | undefined {
  checkState(signed);
  checkTrustStateKnowledge(knowledge);
  const { hash, state } = signed;
  const { last, network, now, topology } = knowledge;
  if (state.network !== network) {
    return {
      reason: 'wrong-network',
      message: `The trust state is that of ${state.network}, and this server belongs to ${network}.`,
      remedy: `check which host has the name of the authority of ${network}`,
    };
  }
  if (Date.parse(state.signedAt) > now + knowledge.clockSkewMs) {
    return {
      reason: 'not-yet-signed',
      message: `The trust state was signed at ${state.signedAt}, which is in the future by the clock of this server.`,
      remedy: clockRemedy,
    };
  }
  if (Date.parse(state.expires) <= now) {
    return {
      reason: 'stale',
      message: `The trust state expired at ${state.expires}: it was signed at ${state.signedAt}.`,
      remedy: `${clockRemedy}, and whether a machine between them holds answers back`,
    };
  }
  if (last !== undefined && state.sequence < last.sequence) {
    return {
      reason: 'replayed',
      message: `Trust state ${last.sequence} was accepted before, and this is number ${state.sequence}.`,
      remedy: interceptedRemedy,
    };
  }
  if (last !== undefined && state.sequence === last.sequence && hash !== last.hash) {
    return {
      reason: 'forked',
      message: `There are two different trust states with number ${state.sequence}: ${last.hash}, which was accepted, and ${hash}.`,
      remedy: 'find out who else has the key state.key of the authority, and revoke its certificate',
    };
  }
  if (state.topology.version < topology.version) {
    return {
      reason: 'lower-version',
      message: `Version ${topology.version} of the topology is in force, and the trust state names version ${state.topology.version}.`,
      remedy: 'restore the newest topology on the authority, or find out which machine answers in its place',
    };
  }
  if (state.topology.version === topology.version && state.topology.hash !== topology.hash) {
    return {
      reason: 'forked',
      message: `There are two different versions ${topology.version} of the topology: ${topology.hash}, which is in force, and ${state.topology.hash}.`,
      remedy: 'ask the administrators which one is right before another one is published',
    };
  }
  return undefined;
}
