import type { Log } from '@entente/tls';
import {
  anchorsHash,
  decodeTrustState,
  refuseTrustState,
  type SignedTrustState,
  type Topology,
  type TrustStateRefusal,
} from '@entente/topology';
import type { AnchorSet, Judge } from '@entente/trust';
import type { Certificate } from '@entente/x509';
import type { DomainState } from '../state/domain-state.ts';
import { enterpriseAnchors } from '../state/enterprise-anchors.ts';
import { refuseStateSigner, stateSignerJudge } from '../state/judge-state-signer.ts';
import { clockSkewMs } from '../state/signed-times.ts';
import type { ListAlarm } from './list-alarm.ts';
import type { RevocationLists } from './revocation-lists.ts';

/** What trust states are accepted with. */
export interface TrustStatesOptions {
  readonly state: Pick<
    DomainState,
    'anchors' | 'latestSigned' | 'lists' | 'rootsUnder' | 'takeUp' | 'topology' | 'trustState'
  >;
  readonly lists: Pick<RevocationLists, 'gather' | 'putInForce'>;
  readonly listAlarm: Pick<ListAlarm, 'know'>;
  /** URL of the authority, for the log. */
  readonly authority: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly log: Log;
}

/** Accepts the trust states of the authority, and puts the lists in force that they name. */
export class TrustStates {
  readonly #options: TrustStatesOptions;
  readonly #judge: Judge;
  /** By which the signer is judged that is asked about. */
  #lists: DomainState['lists'] = [];
  #anchors: AnchorSet;
  #refused: TrustStateRefusal | undefined;

  constructor(options: TrustStatesOptions) {
    const { state } = options;
    this.#options = options;
    this.#anchors = state.anchors;
    this.#judge = stateSignerJudge({
      anchors: () => this.#anchors,
      lists: () => this.#lists,
      latestSigned: () => state.latestSigned,
    });
  }

  /** Why the last state was refused that was read; undefined where it was not. */
  get refused(): TrustStateRefusal | undefined {
    return this.#refused;
  }

  /**
   * Reads a signed state. What is refused is logged.
   * @param text - as it arrived
   * @returns undefined where it is refused by what is known already; its signer is judged by `accept`
   */
  read(text: string): SignedTrustState | undefined {
    const { now, state } = this.#options;
    this.#refused = undefined;
    const decoded = decodeTrustState(text);
    if (!decoded.ok) {
      const { message, reason } = decoded;
      this.#refuse({ reason, message, remedy: 'look at the log of the authority, and at its version' });
      return undefined;
    }
    const { document, hash } = state.topology;
    const refusal = refuseTrustState(decoded, {
      network: document.network,
      last: state.trustState,
      topology: { version: document.version, hash },
      now: now(),
      clockSkewMs,
    });
    if (refusal === undefined) return decoded;
    this.#refuse(refusal);
    return undefined;
  }

  /**
   * Accepts a state, with the lists that it names, by the roots of the topology that it names: that may list others than the one in
   * force. What is refused is logged; lists that are newer than those in force count all the same, once the signer has passed.
   * @param signed - from `read`
   * @param topology - the one that the state names or a newer one, verified; the one in force where it cannot be had
   * @param signal - once aborted, nothing changes
   * @returns whether it was accepted. The topology is for the caller to put in force.
   * @throws where a list cannot be fetched
   */
  async accept(signed: SignedTrustState, topology: Topology, signal: AbortSignal): Promise<boolean> {
    const { listAlarm, lists, state } = this.#options;
    const roots = state.rootsUnder(topology);
    const gathered = await lists.gather(signed, topology);
    if (signal.aborted) return false;
    this.#anchors = topology === state.topology ? state.anchors : enterpriseAnchors(roots, topology);
    const refused = this.#refuseSigner(signed, gathered.lists);
    if (refused !== undefined) return this.#refuse(refused);
    const refusal = refuseRoots(signed, topology, roots) ?? gathered.refusal;
    // Also where the state is refused: each of these is newer than what it replaces.
    lists.putInForce(gathered.lists);
    if (refusal === undefined) {
      const { sequence, signedAt } = signed.state;
      state.takeUp({ trustState: { sequence, hash: signed.hash, signedAt: Date.parse(signedAt) } });
      listAlarm.know(signed.state, gathered.authorities);
    }
    return refusal === undefined ? true : this.#refuse(refusal);
  }

  #refuseSigner(signed: SignedTrustState, lists: DomainState['lists']): TrustStateRefusal | undefined {
    const { now, state } = this.#options;
    this.#lists = lists;
    const { network } = state.topology.document;
    const rejection = refuseStateSigner(signed, { judge: this.#judge, network, now: now() });
    if (rejection === undefined) return undefined;
    return {
      reason: 'signer-refused',
      message: `The key of the trust state is refused: ${rejection.reason}: ${rejection.message}.`,
      remedy: 'start the authority again, which creates another key where its certificate is over',
    };
  }

  #refuse(refusal: TrustStateRefusal): false {
    const { authority, log } = this.#options;
    const { message, reason, remedy } = refusal;
    this.#refused = refusal;
    const level = alarming.has(reason) ? 'error' : 'warn';
    log[level]({ event: 'trust-state-refused', reason, remedy, peer: authority }, message);
    return false;
  }
}

/** Two who say different things, or an old one that comes again. */
const alarming: ReadonlySet<TrustStateRefusal['reason']> = new Set(['forked', 'replayed', 'anchors-differ']);

/** A state that believes other roots than its topology lists would have members of one version believe different peers. */
function refuseRoots(
  { state }: SignedTrustState,
  { document: { version }, hash }: Topology,
  roots: readonly Certificate[],
): TrustStateRefusal | undefined {
  // Under another version other roots may count.
  if (state.topology.hash !== hash) return undefined;
  const ours = anchorsHash(roots.map(({ der }) => der));
  if (state.anchors === ours) return undefined;
  return {
    reason: 'anchors-differ',
    message: `The trust state names the roots ${state.anchors}, and the roots of version ${version} of the topology are ${ours}.`,
    remedy:
      'compare the roots of the authority (entente ca rollover) with anchors.enterprise of the topology; where the topology lists none, with those that this server joined with',
  };
}
