import type { Log } from '@entente/tls';
import {
  decodeTrustState,
  refuseTrustState,
  type SignedTrustState,
  type TrustState,
  type TrustStateRefusal,
} from '@entente/topology';
import type { Judge } from '@entente/trust';
import type { DomainState } from '../state/domain-state.ts';
import { clockSkewMs } from '../state/signed-times.ts';
import { refuseStateSigner, stateSignerJudge } from '../state/state-signer.ts';
import type { RevocationLists } from './revocation-lists.ts';

/** What trust states are accepted with. */
export interface TrustStatesOptions {
  readonly state: Pick<
    DomainState,
    'anchors' | 'latestSigned' | 'lists' | 'takeUp' | 'topology' | 'trustState'
  >;
  readonly lists: Pick<RevocationLists, 'gather' | 'putInForce'>;
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

  constructor(options: TrustStatesOptions) {
    const { state } = options;
    this.#options = options;
    this.#judge = stateSignerJudge({
      anchors: () => state.anchors,
      lists: () => this.#lists,
      latestSigned: () => state.latestSigned,
    });
  }

  /**
   * Accepts a signed state, with the lists that it names. What is refused is logged, and nothing changes.
   * @param text - as it arrived
   * @param signal - once aborted, nothing changes
   * @returns the state; undefined where it was refused. Its topology is for the caller to fetch.
   * @throws where a list cannot be fetched
   */
  async accept(text: string, signal: AbortSignal): Promise<TrustState | undefined> {
    const signed = this.#read(text);
    if (signed === undefined) return undefined;
    const { lists, state } = this.#options;
    const gathered = await lists.gather(signed);
    if (signal.aborted) return undefined;
    const refusal = this.#refuseSigner(signed, gathered.lists) ?? undefined;
    if (refusal !== undefined) return this.#refuse(refusal);
    // Also where another list is missing: each of these is newer than what it replaces.
    const written = lists.putInForce(gathered.lists);
    if (gathered.refusal === undefined) {
      const { sequence, signedAt } = signed.state;
      state.takeUp({ trustState: { sequence, hash: signed.hash, signedAt: Date.parse(signedAt) } });
    }
    await written;
    return gathered.refusal === undefined ? signed.state : this.#refuse(gathered.refusal);
  }

  #read(text: string): SignedTrustState | undefined {
    const { now, state } = this.#options;
    const decoded = decodeTrustState(text);
    if (!decoded.ok) {
      const { message, reason } = decoded;
      return this.#refuse({
        reason,
        message,
        remedy: 'look at the log of the authority, and at its version',
      });
    }
    const { document, hash } = state.topology;
    const refusal = refuseTrustState(decoded, {
      network: document.network,
      last: state.trustState,
      topology: { version: document.version, hash },
      now: now(),
      clockSkewMs,
    });
    return refusal === undefined ? decoded : this.#refuse(refusal);
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

  #refuse({ message, reason, remedy }: TrustStateRefusal): undefined {
    const { authority, log } = this.#options;
    const level = reason === 'forked' || reason === 'replayed' ? 'error' : 'warn';
    log[level]({ event: 'trust-state-refused', reason, remedy, peer: authority }, message);
    return undefined;
  }
}
