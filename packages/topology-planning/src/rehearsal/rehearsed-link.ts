import type { InterfaceName, Service } from '@entente/topology';
import type { PresentedChain, Question } from '@entente/trust';
import type { NetworkState, Viewer } from './network-state.ts';

/** One link of a network: which end dials which, at which port, by which name. */
export interface RehearsedLink {
  /** Of the allow matrix, 1 to 20. */
  readonly row: number;
  /** FQDN of the server that dials, the kind of client, or the domain of a partner. */
  readonly from: string;
  /** Interface from which a server of ours dials; absent where a client or a partner does. */
  readonly fromSide?: InterfaceName;
  /** FQDN of the server that is dialled, or the domain of a partner. */
  readonly to: string;
  /** Interface that is dialled; `external` where the other end is a partner. */
  readonly toSide: InterfaceName;
  /** What the port is for at the end that is dialled. */
  readonly service: Service;
  /** The name that is asked for: the server's own, or for clients the SIP domain. */
  readonly asked: string;
}

/** Which end refuses the other, and why. */
export interface LinkFailure {
  /** The end that refuses: the one that dials, or the one that is dialled. */
  readonly refusedBy: 'dialler' | 'dialled';
  /** Literal of the rejection; `no-certificate` where no chain was given for the other end. */
  readonly reason: string;
  /** What was expected and what was found, for people. */
  readonly message: string;
  /** What to do before the state goes live, for people. */
  readonly remedy: string;
}

/**
 * Puts one end's question to its judge.
 * @param shownBy - name of the interface that presents the chain
 * @returns undefined where it accepts
 */
export function judge(
  state: NetworkState,
  viewer: Viewer,
  chain: PresentedChain | undefined,
  question: Omit<Question, 'now'>,
  shownBy: string,
): Omit<LinkFailure, 'refusedBy'> | undefined {
  if (chain === undefined) {
    return {
      reason: 'no-certificate',
      message: `No certificate of ${shownBy} was given, which is the ${question.link.purpose} of this link.`,
      remedy: `Give the one that ${shownBy} uses as ${shownBy}.crt; entente topology certs lists its names.`,
    };
  }
  const verdict = state.judgeOf(viewer).judge(chain, { ...question, now: state.now });
  if (verdict.trusted) return undefined;
  const { reason, message, remedy } = verdict.rejection;
  return { reason, message, remedy };
}
