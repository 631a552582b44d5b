import { parsePoolKeys } from '@entente/pki';
import type { Clock, Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import type { AuthorityClient } from '../authority/authority-client.ts';
import type { DomainKeysFile } from '../files/domain-keys-file.ts';
import type { LastKnownFile } from '../files/last-known-file.ts';
import type { TopologyFile } from '../files/topology-file.ts';
import type { DomainState } from '../state/domain-state.ts';
import { ConfirmationAlarm } from './confirmation-alarm.ts';
import { followEvents, unreachableRemedy } from './follow-events.ts';
import type { RevocationLists } from './revocation-lists.ts';
import { SingleFlight } from './single-flight.ts';
import { verifyThrough } from './verify-through.ts';

/** What keeps the state of a domain up to date. */
export interface DomainFollowerOptions {
  /** Our own FQDN, for the log. */
  readonly fqdn: string;
  readonly state: DomainState;
  readonly authority: AuthorityClient;
  readonly lists: Pick<RevocationLists, 'refresh'>;
  readonly topologyFile: Pick<TopologyFile, 'keep'>;
  readonly keysFile: Pick<DomainKeysFile, 'keep'>;
  readonly lastKnownFile: Pick<LastKnownFile, 'keep'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Milliseconds between refreshes when no event comes. */
  readonly pollMs: number;
}

/**
 * Follows the authority: each time it has news, and at an interval, revocation lists, topology and the keys of our pool are fetched,
 * verified and put in force.
 */
export class DomainFollower implements AsyncDisposable {
  readonly #options: DomainFollowerOptions;
  readonly #stop = new AbortController();
  readonly #refreshing: SingleFlight;
  readonly #alarm: ConfirmationAlarm;
  #topologyKept = true;
  #poll: ReturnType<typeof setInterval> | undefined;
  #following: Promise<void> | undefined;

  constructor(options: DomainFollowerOptions) {
    this.#options = options;
    this.#refreshing = new SingleFlight(() => this.#refresh(), this.#stop.signal);
    const { authority, clock, log, state } = options;
    this.#alarm = new ConfirmationAlarm({ state, authority: authority.url, clock, log });
  }

  /** Refreshes once, then follows. Without the authority the last good state stays in force. */
  async start(): Promise<void> {
    await this.refresh();
    if (!this.#stop.signal.aborted) this.#alarm.check();
    const { authority, fqdn, log, pollMs } = this.#options;
    const onNews = () => void this.refresh();
    this.#following = followEvents({ authority, fqdn, log, onNews, signal: this.#stop.signal });
    this.#poll = setInterval(onNews, pollMs);
    this.#poll.unref();
  }

  /** Fetches lists, topology and keys again; failures are logged, and the last good state stays in force. */
  refresh(): Promise<void> {
    return this.#refreshing.run();
  }

  /** Afterwards nothing is written. Requests under way end with the authority's client: dispose of it first. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#alarm[Symbol.dispose]();
    clearInterval(this.#poll);
    await Promise.all([this.#refreshing.settled(), this.#following]);
  }

  async #refresh(): Promise<void> {
    const { lastKnownFile, lists, state } = this.#options;
    // Lists travel over plain HTTP: an attacker who blocks them must not hold up the topology too.
    const outcomes = await Promise.allSettled([lists.refresh(this.#stop.signal), this.#refreshTopology()]);
    for (const outcome of outcomes) if (outcome.status === 'rejected') this.#warn(outcome.reason);
    // A later run would take the confirmation for that of the older topology in its file.
    if (this.#topologyKept) await lastKnownFile.keep(state.lastKnown);
  }

  async #refreshTopology(): Promise<void> {
    const { authority, clock, log, state } = this.#options;
    const text = await authority.topology();
    const result = await verifyThrough(text, {
      known: { document: state.topology.document },
      now: () => clock.now(),
      fetchVersion: (version) => authority.topologyVersion(version),
    });
    if (this.#stop.signal.aborted) return;
    if (!result.accepted) {
      const { message, reason, remedy } = result.refusal;
      log.warn({ event: 'topology-refused', reason, remedy, peer: authority.url }, message);
      return;
    }
    const { topology } = result;
    const isNew = topology.hash !== state.topology.hash;
    state.takeUp({ topology, confirmedAt: clock.now() });
    this.#alarm.check();
    if (isNew) {
      const { version } = topology.document;
      log.info(
        { event: 'topology', version, hash: topology.hash },
        `topology version ${version} is in force`,
      );
    }
    await this.#keep(topology, text);
    await this.#refreshKeys();
  }

  /** After the topology, which says of which pool we are. Nobody signs keys: that the authority gives them over TLS is what counts. */
  async #refreshKeys(): Promise<void> {
    const { authority, keysFile, log, state } = this.#options;
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
    await keysFile.keep(keys);
  }

  /** Called when the topology is in force already: a full disk must not keep a server in that was taken out. */
  async #keep(topology: Topology, text: string): Promise<void> {
    const { log, topologyFile } = this.#options;
    try {
      await topologyFile.keep(topology, text);
      this.#topologyKept = true;
    } catch (error) {
      this.#topologyKept = false;
      log.warn(
        { event: 'topology-not-kept' },
        `the topology was not written: ${(error as Error).message}; after a restart the one before it is in force until the authority answers`,
      );
    }
  }

  #warn(error: unknown): void {
    if (this.#stop.signal.aborted) return;
    const { authority, log } = this.#options;
    const { code, message } = error as Error & { code?: string };
    log.warn(
      { event: 'authority-unreachable', peer: authority.url, code, remedy: unreachableRemedy },
      `the domain was not refreshed, and the last good state stays in force: ${message}`,
    );
  }
}
