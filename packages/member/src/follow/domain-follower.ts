import { parsePoolKeys } from '@entente/pki';
import type { Clock } from '@entente/tls';
import {
  formatMemberStanding,
  isoTime,
  memberStandingFormat,
  type SignedTrustState,
  type TrustState,
  type TrustStateRefusal,
  topologyFormat,
  trustStateFormat,
} from '@entente/topology';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { ServerEvent } from '../authority/event-stream.ts';
import type { DomainState } from '../state/domain-state.ts';
import { authorityFailure } from './authority-failure.ts';
import { ConfirmationAlarm } from './confirmation-alarm.ts';
import { followEvents } from './follow-events.ts';
import { KeptState, type KeptStateOptions, type SignedText } from './kept-state.ts';
import type { ListAlarm } from './list-alarm.ts';
import type { OwnCertificateWatch } from './own-certificate-watch.ts';
import { ProblemReport } from './problem-report.ts';
import type { RevocationLists } from './revocation-lists.ts';
import { SingleFlight } from './single-flight.ts';
import { TrustStates } from './trust-states.ts';
import { verifyThrough } from './verify-through.ts';

/** What keeps the state of a domain up to date. */
export interface DomainFollowerOptions extends Omit<KeptStateOptions, 'lists' | 'state'> {
  /** Our own FQDN, for the log. */
  readonly fqdn: string;
  readonly state: DomainState;
  readonly authority: AuthorityClient;
  readonly lists: Pick<RevocationLists, 'gather' | 'keep' | 'numberFor' | 'putInForce'>;
  readonly listAlarm: Pick<ListAlarm, 'know'>;
  readonly own: Pick<OwnCertificateWatch, 'check' | 'lookOutside'>;
  /** End of our own certificate, milliseconds since the epoch. */
  readonly certificateEnd: () => number;
  readonly clock: Clock;
  /** Milliseconds between refreshes when no event comes. */
  readonly pollMs: number;
}

/** Longest trust state that is read from an event, characters. */
const maxEventState = 65_536;

/**
 * Follows the authority: each time it has news, and at an interval, its trust state is verified, and what that names is fetched, verified
 * and put in force: revocation lists, then the topology, then the keys of our pool.
 */
export class DomainFollower implements AsyncDisposable {
  readonly #options: DomainFollowerOptions;
  readonly #stop = new AbortController();
  readonly #refreshing: SingleFlight;
  readonly #alarm: ConfirmationAlarm;
  readonly #states: TrustStates;
  readonly #kept: KeptState;
  /** A state that came as an event, to be looked at next. */
  #offered: string | undefined;
  #keysWanted = true;
  readonly #accountListeners = new Set<() => void>();
  readonly #reachedListeners = new Set<() => void>();
  /** The last state that was accepted in this run. */
  #reported: TrustState | undefined;
  #stopPolling = (): void => {};
  #following: Promise<void> | undefined;
  #refusal: TrustStateRefusal | undefined;
  /** What is wrong with this server is reported with how it stands. */
  readonly problems: ProblemReport;

  constructor(options: DomainFollowerOptions) {
    this.#options = options;
    this.#refreshing = new SingleFlight(() => this.#refresh(), this.#stop.signal);
    const { authority, clock, listAlarm, lists, log, state } = options;
    this.#kept = new KeptState(options);
    this.problems = new ProblemReport((text) => authority.report(text));
    this.#states = new TrustStates({
      state,
      lists,
      listAlarm,
      authority: authority.url,
      now: () => clock.now(),
      log,
    });
    this.#alarm = new ConfirmationAlarm({ state, authority: authority.url, clock, log });
  }

  /** Why the trust state of the authority is refused; undefined where it is not, or the authority was not reached. */
  get refusal(): TrustStateRefusal | undefined {
    return this.#refusal;
  }

  /** Refreshes once, then follows. Without the authority the last good state stays in force. */
  async start(): Promise<void> {
    await this.refresh();
    if (!this.#stop.signal.aborted) this.#alarm.check();
    const { authority, fqdn, log, own } = this.#options;
    const { signal } = this.#stop;
    const onNews = (event?: ServerEvent) => this.#hear(event);
    const onRefused = () => own.lookOutside(signal);
    this.#following = followEvents({ authority, fqdn, log, onNews, onRefused, signal });
    this.#pollLater();
  }

  /**
   * Fetches the trust state and what it names again; failures are logged, and the last good state stays in force.
   * @returns once what is new is in force; it may not be on disk yet, see {@link written}
   */
  refresh(): Promise<void> {
    this.#keysWanted = true;
    return this.#refreshing.run();
  }

  /** Waits for what is being written, which a disk that does not answer may never end. */
  written(): Promise<void> {
    return this.#kept.settled();
  }

  /**
   * @param listener - called when the authority says that accounts have changed, and when that may have been missed
   * @returns stops it
   */
  onAccounts(listener: () => void): () => void {
    const own = (): void => listener();
    this.#accountListeners.add(own);
    return () => void this.#accountListeners.delete(own);
  }

  /**
   * @param listener - called each time that the authority has answered with a state that was accepted
   * @returns stops it
   */
  onReached(listener: () => void): () => void {
    const own = (): void => listener();
    this.#reachedListeners.add(own);
    return () => void this.#reachedListeners.delete(own);
  }

  /**
   * What is in force is written by then, and nothing afterwards: a disk that does not answer may never end it. Requests under way end with the
   * authority's client: dispose of it first.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#alarm[Symbol.dispose]();
    this.#stopPolling();
    await Promise.all([this.#refreshing.settled(), this.#following]);
    await this.#kept[Symbol.asyncDispose]();
  }

  #pollLater(): void {
    if (this.#stop.signal.aborted) return;
    const { clock, pollMs } = this.#options;
    this.#stopPolling = clock.after(pollMs, () => {
      this.#hear(undefined);
      this.#pollLater();
    });
  }

  #hear(event: ServerEvent | undefined): void {
    if (event === undefined || event.event === 'accounts')
      for (const listener of [...this.#accountListeners]) listener();
    if (event?.event === 'accounts') return;
    if (event?.event !== 'state') return void this.refresh();
    this.#offered = stateIn(event.data);
    void this.#refreshing.run();
  }

  async #refresh(): Promise<void> {
    const { authority, own } = this.#options;
    const offered = this.#offered;
    this.#offered = undefined;
    try {
      const signed = this.#states.read(offered ?? (await authority.state()));
      const isAccepted = signed !== undefined && (await this.#follow(signed));
      this.#refusal = this.#states.refused;
      if (!isAccepted && this.#keysWanted) await this.#reportRefusal(signed?.state);
      own.check();
      if (isAccepted && !this.#stop.signal.aborted)
        for (const listener of [...this.#reachedListeners]) listener();
    } catch (error) {
      this.#refusal = undefined;
      await this.#failed(error);
    }
    // Not waited for: the next news may be a revocation.
    if (!this.#stop.signal.aborted) void this.#kept.keep();
  }

  /**
   * A topology that is newer than ours is fetched first: the state is judged by the roots that it lists. It is put in force when the
   * state was accepted.
   * @returns whether the state was accepted
   */
  async #follow(signed: SignedTrustState): Promise<boolean> {
    const { signedAt, topology: named } = signed.state;
    const { state } = this.#options;
    const isInForce = named.hash === state.topology.hash;
    let newer: SignedText | undefined;
    let failure: unknown;
    try {
      newer = isInForce ? undefined : await this.#fetchTopology(named);
    } catch (error) {
      // What the state says of revocation counts without it.
      failure = error;
    }
    const accepted = await this.#states.accept(signed, newer?.topology ?? state.topology, this.#stop.signal);
    if (this.#stop.signal.aborted) return true;
    if (failure !== undefined) throw failure;
    if (!accepted) return false;
    const confirmedAt = Date.parse(signedAt);
    if (newer !== undefined) this.#putInForce(newer, confirmedAt);
    else if (!isInForce) return true;
    else {
      state.takeUp({ topology: state.topology, confirmedAt });
      this.#alarm.check();
    }
    if (!this.#keysWanted || this.#stop.signal.aborted) return true;
    this.#keysWanted = false;
    await this.#refreshKeys();
    this.#reported = signed.state;
    await this.#report(signed.state);
    return true;
  }

  /** An authority that was restored from an old backup learns in no other way that its members know of something newer. */
  async #reportRefusal(refused: TrustState | undefined): Promise<void> {
    this.#keysWanted = false;
    const { lists, state } = this.#options;
    const known = this.#reported?.lists ?? refused?.lists.filter((one) => lists.numberFor(one) !== undefined);
    await this.#report({ lists: known ?? [], sequence: state.trustState?.sequence ?? 0 });
  }

  /** So that administrators see who is behind or ahead, before they publish what some cannot read. */
  async #report({ lists, sequence }: Pick<TrustState, 'lists' | 'sequence'>): Promise<void> {
    const { authority, certificateEnd, lists: inForce, log, state } = this.#options;
    if (this.#stop.signal.aborted) return;
    const refused = this.#states.refused?.reason;
    const standing = formatMemberStanding({
      format: memberStandingFormat,
      topology: state.topology.document.version,
      state: sequence,
      lists: lists.map((one) => ({
        issuer: one.issuer,
        number: inForce.numberFor(one) ?? one.number,
        shard: one.shard,
      })),
      certificateEnd: isoTime(certificateEnd()),
      formats: [topologyFormat, trustStateFormat],
      ...(refused === undefined ? {} : { refused }),
    });
    try {
      await authority.report(standing);
      await this.problems.send();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { message } = error as Error;
      log.debug(
        { event: 'standing-not-sent', peer: authority.url },
        `the authority was not told how this server stands: ${message}`,
      );
    }
  }

  /** @returns the topology that the state names, or a newer one, which is not in force yet; undefined where it is refused */
  async #fetchTopology(named: TrustState['topology']): Promise<SignedText | undefined> {
    const { authority, clock, log, state } = this.#options;
    const text = await authority.topology();
    const result = await verifyThrough(text, {
      known: { document: state.topology.document },
      latest: named,
      now: () => clock.now(),
      fetchVersion: (version) => authority.topologyVersion(version),
    });
    if (this.#stop.signal.aborted) return undefined;
    if (!result.accepted) {
      const { message, reason, remedy } = result.refusal;
      log.warn({ event: 'topology-refused', reason, remedy, peer: authority.url }, message);
      return undefined;
    }
    const { topology } = result;
    const { version } = topology.document;
    if (version >= named.version) return { topology, text };
    log.warn(
      { event: 'topology-refused', reason: 'stale', remedy: staleRemedy, peer: authority.url },
      `the authority answers version ${version} of the topology, and its trust state names version ${named.version}`,
    );
    return undefined;
  }

  #putInForce({ text, topology }: SignedText, confirmedAt: number): void {
    const { log, state } = this.#options;
    const { version } = topology.document;
    state.takeUp({ topology, confirmedAt });
    this.#alarm.check();
    log.info({ event: 'topology', version, hash: topology.hash }, `topology version ${version} is in force`);
    this.#keysWanted = true;
    this.#kept.take({ topology, text });
  }

  /** After the topology, which says of which pool we are. Nobody signs keys: that the authority gives them over TLS is what counts. */
  async #refreshKeys(): Promise<void> {
    const { authority, log, state } = this.#options;
    let text: string;
    try {
      text = await authority.domainKeys();
    } catch (error) {
      if (this.#stop.signal.aborted) return;
      const { code, message } = error as Error & { code?: string };
      log.warn(
        { event: 'domain-keys-refused', peer: authority.url, code },
        `the keys of our pool were not fetched, and those before stay in force: ${message}`,
      );
      return;
    }
    const keys = parsePoolKeys(text);
    if (this.#stop.signal.aborted) return;
    if (keys === undefined) {
      log.warn(
        { event: 'domain-keys-refused', peer: authority.url },
        'the keys of our pool cannot be read as the authority answers them, and those before stay in force',
      );
      return;
    }
    const before = state.keys;
    state.takeUp({ keys });
    if (state.keys !== undefined && state.keys !== before) {
      const { opening, sealing } = state.keys;
      const epochs = opening.map(({ epoch }) => epoch);
      log.info(
        { event: 'domain-keys', pool: keys.pool, sealing: sealing.epoch, opening: epochs },
        `keys of ${keys.pool}: epoch ${sealing.epoch} seals, ${epochs.join(', ')} open`,
      );
    }
    this.#kept.takeKeys(keys);
  }

  async #failed(error: unknown): Promise<void> {
    if (this.#stop.signal.aborted) return;
    const { authority, log, own } = this.#options;
    const {
      fields: { event, ...others },
      message,
    } = authorityFailure(error);
    log.warn(
      { event, ...others, peer: authority.url },
      `the domain was not refreshed, and the last good state stays in force: ${message}`,
    );
    own.check();
    if (event === 'authority-refused-us') await own.lookOutside(this.#stop.signal);
  }
}

const staleRemedy = 'restore the newest topology on the authority, or publish it again';

/** The state in the data of an event; undefined: it is to be fetched. */
function stateIn(data: string): string | undefined {
  try {
    const { state } = JSON.parse(data) as { state?: unknown };
    return typeof state === 'string' && state.length <= maxEventState ? state : undefined;
  } catch {
    return undefined;
  }
}
