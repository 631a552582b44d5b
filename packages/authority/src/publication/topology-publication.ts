import type { Problem } from '@entente/pki';
import type { Log, OwnedTrust } from '@entente/tls';
import type { Topology } from '@entente/topology';
import { administratorProblem, removedAdministrators } from '../administrators.ts';
import type { AuditLog } from '../audit/audit-log.ts';
import type { DomainRevocations } from '../domain-revocations.ts';
import type { EventHub } from '../event-hub.ts';
import type { Health } from '../health/health.ts';
import type { AuthoritySettings } from '../settings.ts';
import type { SurplusWatch } from '../surplus-names/surplus-watch.ts';
import type { PublishResult, TopologyStore } from '../topology-store.ts';
import type { PublishedMark } from './last-published.ts';
import { publishedEntry } from './resume-publication.ts';
import type { RevokeUnlisted } from './revoke-unlisted.ts';

/** What a topology is published with. */
export interface TopologyPublicationOptions {
  readonly settings: Pick<AuthoritySettings, 'domain' | 'fqdn'>;
  readonly topologies: TopologyStore;
  readonly health: Health;
  /** Whether the last change of the database was stored. */
  readonly isStored: () => boolean;
  readonly audit: AuditLog;
  readonly surplus: Pick<SurplusWatch, 'topologyChanged'>;
  readonly trust: Pick<OwnedTrust, 'announce'>;
  /** Decides on the roots that a version lists, see `refuseRoots`. */
  readonly refuseRoots: (next: Topology, leaveBehind: boolean) => Promise<Problem | undefined>;
  /** Decides on the homes of accounts that a version takes away, see `refuseHomes`. */
  readonly refuseHomes: (next: Topology, leaveBehind: boolean) => Promise<Problem | undefined>;
  /** Decides on the domains of accounts that a version takes away, see `refuseDomains`. */
  readonly refuseDomains: (next: Topology, leaveBehind: boolean) => Promise<Problem | undefined>;
  /** Signs the next trust state. */
  readonly signState: () => Promise<unknown>;
  readonly revokeUnlisted: RevokeUnlisted;
  readonly revocation: Pick<DomainRevocations, 'reconcileKeys'>;
  readonly events: EventHub;
  readonly now: () => number;
  readonly log: Log;
  /** Learns what is published, once all that follows is done. */
  readonly mark: Pick<PublishedMark, 'write'>;
  /** Called when a version is in force and everything is done. */
  readonly onPublished: () => void;
}

/** A version in force of which something could not be recorded: what it takes away is taken away when it is sent again, or at the start. */
interface Unfinished {
  readonly hash: string;
  readonly effect: string;
  readonly gone: readonly string[];
}

/** Of a version that could not be stored: it can be, once anything else was. */
const storageFault = 'ENTENTE_PKI_LEDGER_UNAVAILABLE';

/** Puts topologies in force, one after the other, with all that follows from one. */
export class TopologyPublication {
  readonly #options: TopologyPublicationOptions;
  #unfinished: Unfinished | undefined;
  /** By hash: records of versions that were put in force, which the trail could not take, oldest first. */
  readonly #unrecorded = new Map<string, () => Promise<void>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: TopologyPublicationOptions) {
    this.#options = options;
  }

  /** See `Authority.publish`. */
  publish(text: string, publisherName: string, from?: string, leaveBehind = false): Promise<PublishResult> {
    return this.#inTurn(() => this.#publish(text, publisherName, from, leaveBehind));
  }

  /** See `Authority.judge`. */
  judge(text: string, publisherName: string, leaveBehind = false): Promise<PublishResult> {
    const { now, topologies } = this.#options;
    return this.#inTurn(async () => {
      const refusal = this.#refusePublisher(publisherName);
      if (refusal !== undefined) return { accepted: false, refusal };
      return topologies.judge(text, now(), (next) => this.#refuse(next, publisherName, leaveBehind));
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  /** An earlier turn may have removed the publisher. */
  #refusePublisher(name: string): Problem | undefined {
    const { settings, topologies } = this.#options;
    const inForce = topologies.current?.topology;
    return inForce === undefined ? undefined : administratorProblem(inForce, settings.fqdn, name);
  }

  /** Looks at a version that is valid. A first one must name its publisher, or nobody here could send the next command. */
  async #refuse(next: Topology, publisherName: string, leaveBehind: boolean): Promise<Problem | undefined> {
    const { refuseDomains, refuseHomes, refuseRoots, settings, topologies } = this.#options;
    return (
      (topologies.current === undefined
        ? administratorProblem(next, settings.fqdn, publisherName)
        : undefined) ??
      (await refuseRoots(next, leaveBehind)) ??
      (await refuseDomains(next, leaveBehind)) ??
      refuseHomes(next, leaveBehind)
    );
  }

  async #publish(
    text: string,
    publisherName: string,
    from: string | undefined,
    leaveBehind: boolean,
  ): Promise<PublishResult> {
    const {
      audit,
      events,
      health,
      log,
      mark,
      now,
      revocation,
      revokeUnlisted,
      settings,
      surplus,
      topologies,
      trust,
    } = this.#options;
    const before = topologies.current?.topology;
    const refusal = this.#refusePublisher(publisherName);
    if (refusal !== undefined) return { accepted: false, refusal };
    const who = { actor: `administrator:${publisherName}`, ...(from === undefined ? {} : { from }) };
    const anyway = leaveBehind ? { leaveBehind: 'yes' } : {};
    let unrecorded: unknown;
    const recordOrdered = async ({ document, hash }: Topology): Promise<void> => {
      const details = { version: document.version, hash, ...anyway };
      const entry = { ...who, subject: settings.domain, outcome: 'done', details } as const;
      await audit.record({ ...entry, action: 'topology-ordered' }).catch((fault: unknown) => {
        unrecorded = fault;
        throw fault;
      });
    };
    const result = await health.follow(
      'topologies',
      () =>
        topologies.publish(text, now(), async (next) => {
          const refused = await this.#refuse(next, publisherName, leaveBehind);
          // Before it is stored: none is in force of which nobody knows who published it.
          if (refused === undefined) await recordOrdered(next);
          return refused;
        }),
      // What the trail cannot take has a part of its own: the next topology can be stored.
      (fault) =>
        fault === unrecorded ||
        ((fault as { readonly code?: unknown }).code === storageFault && this.#options.isStored()),
    );
    if (!result.accepted) return result;
    const { hash, document } = result.topology;
    const { version } = document;
    const isRepeated = hash === before?.hash;
    const begun = this.#unfinished?.hash === hash ? this.#unfinished.effect : undefined;
    const effect = begun ?? (isRepeated ? 'unchanged' : result.effect);
    const published = publishedEntry(settings.domain, { version, hash }, { ...result, effect });
    const recordPublished = (): Promise<void> =>
      audit.record({ ...published, ...who, details: { ...published.details, ...anyway } });
    if (isRepeated && begun === undefined) {
      await recordPublished();
      return result;
    }
    const gone = [
      ...(this.#unfinished?.gone ?? []),
      ...(before === undefined ? [] : removedAdministrators(before, result.topology)),
    ];
    this.#unfinished = { hash, effect, gone };
    this.#unrecorded.set(hash, recordPublished);
    surplus.topologyChanged();
    // First of all: connections and commands of whom it removes end now.
    trust.announce();
    await this.#options.signState();
    for (const [each, record] of this.#unrecorded) {
      await record();
      this.#unrecorded.delete(each);
    }
    const time = now();
    await revokeUnlisted(
      gone.map((name) => ({ name, version, issuedUntil: time })),
      who,
    );
    events.announce({ type: 'topology', version: document.version, hash });
    await revocation.reconcileKeys();
    this.#unfinished = undefined;
    await mark.write({ hash, at: time });
    log.info(
      { event: 'topology', version, hash, signers: result.signers },
      `topology version ${version} is in force`,
    );
    this.#options.onPublished();
    return result;
  }
}
