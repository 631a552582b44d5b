import type { Clock, Log } from '@entente/tls';
import {
  isoTime,
  signTrustState,
  type Topology,
  type TrustState,
  trustStateFormat,
  trustStateLifetimeMs,
} from '@entente/topology';
import { faultFields } from '../fault-fields.ts';
import type { Health, HealthProblem } from '../health/health.ts';
import { RenewalPause } from '../renewal-pause.ts';
import type { PublishedList } from './published-lists.ts';
import { stateChain } from './state-chain.ts';
import {
  createStateKey,
  isRenewalDue,
  openStateKey,
  type StateKey,
  type StateKeyOptions,
} from './state-key.ts';
import { StateSequence } from './state-sequence.ts';

/** A trust state as members get it. */
export interface PublishedState {
  readonly sequence: number;
  /** Compact JWS. */
  readonly text: string;
}

/** What is in force at the authority and members cannot hear of yet. */
export type Untold = Pick<HealthProblem, 'message' | 'remedy'>;

/** What states are made of. */
export interface StatePublisherOptions extends Omit<StateKeyOptions, 'now'> {
  /** `anchorsHash` of the roots that are believed. */
  readonly anchors: () => string;
  /** The topology in force; no state is signed before the first one. */
  readonly topology: () => Topology | undefined;
  readonly lists: () => readonly PublishedList[];
  /**
   * Certificates of the issuing authorities whose lists it names, and of those above them, DER: a member may know one of them alone. What
   * matters most comes first, where there are more than a state can carry.
   */
  readonly issuers: () => readonly Uint8Array[];
  /** Whether the certificate of the key was revoked, or leads to another root than the one in use. */
  readonly isUseless: (serialHex: string) => Promise<boolean>;
  /** Called with each new state, once it may be served. */
  readonly onSigned: (state: PublishedState) => void;
  /** Learns whether states can be signed. */
  readonly health: Pick<Health, 'follow'>;
  readonly clock: Clock;
  readonly log: Log;
}

/** Where no topology says how often. */
const defaultIntervalMs = 60_000;
/** After a failure: members hear of nothing until the next one succeeds. */
const retryMs = 5_000;
/** Between two attempts to replace a key that signs no more. */
const renewalRetryMs = 60_000;

/**
 * Signs a trust state at the interval that the topology sets, and at once with each change. Its key is replaced when it is due, and when its
 * certificate was revoked.
 */
export class StatePublisher implements AsyncDisposable {
  readonly #options: StatePublisherOptions;
  readonly #sequence: StateSequence;
  #key: StateKey;
  readonly #pause = new RenewalPause();
  #current: PublishedState | undefined;
  #last: Promise<void> = Promise.resolve();
  #cancel: (() => void) | undefined;
  #closed = false;
  #untold: Untold | undefined;
  /** The last attempt to replace a key that signs no more, where it has failed. */
  #notRenewed: { readonly at: number; readonly fault: unknown } | undefined;

  private constructor(options: StatePublisherOptions, sequence: StateSequence, key: StateKey) {
    this.#options = options;
    this.#sequence = sequence;
    this.#key = key;
    this.#wait();
  }

  /** @throws PkiFault of the files of key and sequence */
  static async open(options: StatePublisherOptions): Promise<StatePublisher> {
    const now = () => options.clock.now();
    const sequence = await StateSequence.open(options.directory, now);
    return new StatePublisher(options, sequence, await openStateKey({ ...options, now }));
  }

  /** The newest state; undefined before the first topology. */
  get current(): PublishedState | undefined {
    return this.#current;
  }

  /** Why members cannot hear of the last change; undefined where the last attempt to sign a state has succeeded. */
  get untold(): Untold | undefined {
    return this.#untold;
  }

  /**
   * Signs a state of what is in force now. A failure is logged and in the health of the authority: what was changed is in force here, and the
   * next attempt follows soon.
   * @returns when it may be served, or has failed, see {@link untold}
   */
  sign(): Promise<void> {
    // One after the other: an older state must not be served after a newer one.
    this.#last = this.#last.then(async () => {
      try {
        await this.#options.health.follow('trust-state', () => this.#sign());
        this.#untold = undefined;
      } catch (error) {
        const { message } = error as Error;
        this.#options.log.error(
          { event: 'trust-state-not-signed', ...faultFields(error) },
          `no trust state was signed, so members do not hear of changes: ${message}`,
        );
        this.#untold = untoldBy(message);
        this.#wait();
      }
    });
    return this.#last;
  }

  /** Signs no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#cancel?.();
    await this.#last;
  }

  /** Replaces the key where it is due, and where its certificate was revoked. */
  async #renewKey(): Promise<void> {
    const { clock, issuance, isUseless, log } = this.#options;
    const now = () => clock.now();
    const { notAfter, serialHex } = this.#key.certificate;
    const useless = await isUseless(serialHex);
    if (!useless && !isRenewalDue(this.#key, now())) return;
    const mayWait = !useless && notAfter > now();
    const issuer = issuance.issuer.id;
    if (mayWait && this.#pause.isOn(now(), issuer)) return;
    // Each attempt leaves an intent in the ledger, and perhaps a certificate.
    const last = this.#notRenewed;
    if (last !== undefined && Math.abs(now() - last.at) < renewalRetryMs) throw last.fault;
    try {
      this.#key = await createStateKey({ ...this.#options, now });
    } catch (fault) {
      // Members believe what the key before signs, for as long as its certificate is valid. Where the root has signed a list of the future
      // too, nothing can be issued until then.
      if (!mayWait) {
        this.#notRenewed = { at: now(), fault };
        throw fault;
      }
      this.#pause.failed(now(), issuer);
      const { message } = fault as Error;
      log.error(
        { event: 'renewal-failed', ...faultFields(fault) },
        `the key for trust states is kept: ${message}`,
      );
      return;
    }
    this.#notRenewed = undefined;
    log.info(
      { event: 'renewed', serial: this.#key.certificate.serialHex },
      'the authority has a new key for trust states',
    );
  }

  async #sign(): Promise<void> {
    const { anchors, clock, issuers, lists, network, onSigned, topology } = this.#options;
    if (this.#closed || topology() === undefined) return;
    const now = () => clock.now();
    // Before the key: where this cannot be written, the next key could not be either, and no certificate is issued for it.
    const sequence = await this.#sequence.next();
    await this.#renewKey();
    // Read after the last wait, so that a later number never names what is older.
    const inForce = topology();
    if (inForce === undefined) return;
    const signedAt = now();
    // A member that asks just before the next one gets this one.
    const lifetimeMs = Math.max(trustStateLifetimeMs, 2 * this.#intervalMs());
    const state: TrustState = {
      format: trustStateFormat,
      network,
      sequence,
      topology: { version: inForce.document.version, hash: inForce.hash },
      anchors: anchors(),
      lists: lists().map(({ issuer, shard, number, sha256, bytes }) => ({
        issuer,
        shard,
        number,
        sha256,
        bytes,
      })),
      signedAt: isoTime(signedAt),
      expires: isoTime(signedAt + lifetimeMs),
    };
    this.#current = {
      sequence,
      text: signTrustState(state, { ...this.#key, chain: stateChain(this.#key.chain, issuers()) }),
    };
    onSigned(this.#current);
  }

  #intervalMs(): number {
    const seconds = this.#options.topology()?.policies.trustState.intervalSeconds;
    return seconds === undefined ? defaultIntervalMs : seconds * 1_000;
  }

  #wait(): void {
    this.#cancel?.();
    if (this.#closed) return;
    const intervalMs = this.#intervalMs();
    const delayMs = this.#untold === undefined ? intervalMs : Math.min(retryMs, intervalMs);
    this.#cancel = this.#options.clock.after(delayMs, () => {
      void this.sign().then(() => this.#wait());
    });
  }
}

function untoldBy(fault: string): Untold {
  return {
    message: `the change is in force at the authority, and members have not been told: no trust state could be signed: ${fault}`,
    remedy:
      'nothing has to be ordered again: the authority tells them as soon as it can sign one; see GET /healthz for what keeps it from that, and correct that',
  };
}
