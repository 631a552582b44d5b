import { randomBytes } from 'node:crypto';
import {
  createCrlPublisher,
  createIssuance,
  createRevocationDesk,
  findIssued,
  type Issuer,
  issuerId,
  type LiveIssuers,
  type PublishedCrl,
  rollingDesk,
  rollingIssuance,
  rollingPublisher,
} from '@entente/pki';
import type { StoredRoot } from '@entente/pki/node';
import { type Clock, createTrust, type Log } from '@entente/tls';
import { anchorsHash, type Topology } from '@entente/topology';
import { createJudge } from '@entente/trust';
import { encodePem } from '@entente/x509';
import { AccountsAlarm } from './accounts/accounts-alarm.ts';
import { announceAccounts } from './accounts/announce-accounts.ts';
import { watchElsewhere } from './accounts/emptied-accounts.ts';
import { refuseDomains } from './accounts/refuse-domains.ts';
import { refuseHomes } from './accounts/refuse-homes.ts';
import { AuditLog } from './audit/audit-log.ts';
import type { Authority } from './authority.ts';
import { type AuthorityStores, openStores } from './authority-stores.ts';
import { backUpTo } from './back-up.ts';
import { DomainKeyStore } from './domain-keys/key-store.ts';
import { createDomainRevocations } from './domain-revocations.ts';
import { openDomainTopologies } from './domain-topologies.ts';
import { createEventHub, stateEvent } from './event-hub.ts';
import { outsideView } from './external-certificate-problem.ts';
import { faultFields } from './fault-fields.ts';
import { Health } from './health/health.ts';
import { eventsProbe, ledgerProbe, listProbe } from './health/probes.ts';
import { mayIssueByTopology } from './may-issue.ts';
import { AuthorityBehindWatch } from './member-status/authority-behind-watch.ts';
import { MemberStatuses } from './member-status/member-status.ts';
import { rolledBackProbe } from './member-status/rolled-back-probe.ts';
import { KnownLists } from './publication/known-lists.ts';
import { PublishedMark } from './publication/last-published.ts';
import { resumePublication } from './publication/resume-publication.ts';
import { revokeUnlisted } from './publication/revoke-unlisted.ts';
import { TopologyPublication } from './publication/topology-publication.ts';
import { warnOfOutside, warnOfUnnamed } from './publication/warnings.ts';
import { afterRestore } from './restored/first-start-after-restore.ts';
import { IssuedSinceBackup } from './restored/issued-since-backup.ts';
import { RestoreEnd } from './restored/restore-end.ts';
import { Rollover } from './rollover/rollover.ts';
import { DomainRoots } from './roots/domain-roots.ts';
import { mayIssueBelow } from './roots/may-issue-below.ts';
import { PublishedRoots } from './roots/published-roots.ts';
import { refuseRoots } from './roots/refuse-roots.ts';
import type { AuthoritySettings } from './settings.ts';
import { SurplusWatch } from './surplus-names/surplus-watch.ts';
import { publishedLists } from './trust-state/published-lists.ts';
import { mayIssueStateKey, stateSubject } from './trust-state/state-key.ts';
import { StatePublisher } from './trust-state/state-publisher.ts';
import { revokeUnfinishedIssuance } from './unfinished-issuance.ts';

/**
 * Opens an authority.
 * @param settings - its names and its folder
 * @param log - receives what it does
 * @param clock - the time
 * @param stores - what it records in
 */
export async function openDomainAuthority(
  settings: AuthoritySettings,
  log: Log,
  clock: Clock,
  stores: AuthorityStores = {},
): Promise<Authority> {
  const { accounts, opened, store } = await openStores(settings.directory, stores, log);
  const { ledger } = opened;
  const { objectsUrl } = settings;
  const now = (): number => clock.now();
  const health = new Health();
  const auditTrail = store.audit;
  const audit = new AuditLog(auditTrail, health, now);
  const topologies = await openDomainTopologies(
    store.topologies,
    settings,
    ({ problem: { message, remedy }, version }) =>
      log.warn(
        { event: 'topology-outdated', version, remedy },
        `topology version ${version} would be refused today: ${message}`,
      ),
  );
  const inForce = (): Topology | undefined => topologies.current?.topology;
  const roots = new DomainRoots({ store: opened.issuers, topology: inForce, now });
  const publishedRoots = new PublishedRoots({
    directory: settings.directory,
    domain: settings.domain,
    roots,
    store: opened.issuers.roots,
  });
  const standings = new MemberStatuses(inForce, now);
  /** What a change of issuing authorities is followed by, once everything is open. */
  let started = async (): Promise<unknown> => undefined;
  const rollover = new Rollover({
    settings,
    opened,
    roots,
    standings,
    topology: inForce,
    clock,
    log,
    onChanged: async () => void (await started()),
  });
  // Before anything is issued: the successor of an authority that has ended meanwhile may wait.
  await rollover
    .tick()
    .catch((fault: Error) =>
      log.error({ event: 'fault', ...faultFields(fault) }, `the rollover failed: ${fault.message}`),
    );
  const live: LiveIssuers = () => {
    const [first, ...others] = opened.issuers.live.map(({ issuer }) => issuer);
    return [first as Issuer, ...others];
  };
  const issuance = rollingIssuance(live, (issuer) =>
    createIssuance({
      issuer,
      anchors: () => roots.believed,
      above: (subject) => roots.chainOf(issuer, subject === settings.fqdn || subject === stateSubject),
      revocation: () => known.knowledge,
      throwAway: opened.throwAway,
      ledger,
      mayIssue: mayIssueBelow(
        roots,
        opened.issuers,
        mayIssueStateKey(settings, mayIssueByTopology(settings.fqdn, inForce, settings.domain)),
      ),
      clock: now,
      random: randomBytes,
      objectsUrl,
      outside: () =>
        outsideView(opened.issuers.of(issuer.id) ?? { issuer, outside: undefined }, inForce(), roots),
    }),
  );
  const publisher = rollingPublisher(live, (issuer) =>
    createCrlPublisher({
      issuer,
      ledger,
      clock: now,
      objectsUrl,
      onPublished: () => listsChanged(),
    }),
  );
  const events = createEventHub();
  const stopAnnouncing = announceAccounts(accounts, events, clock);
  const domainKeys = await DomainKeyStore.open({
    directory: settings.directory,
    now,
    random: randomBytes,
    onRotated({ epoch, pool, why }) {
      events.announce({ type: 'domain-keys', pool });
      audit.note({
        action: 'domain-keys-rotated',
        actor: 'authority',
        subject: pool,
        outcome: 'done',
        reason: why,
        details: { epoch },
      });
      log.info({ event: 'domain-keys', pool, epoch, why }, `${pool} has a new key: ${why}`);
    },
  });

  const pending = await opened.issuers.pending();
  const restored = await afterRestore({
    directory: settings.directory,
    ledger,
    issuers: [...live().map(({ id }) => id), ...(pending === undefined ? [] : [issuerId(pending.publicKey)])],
    domainKeys,
    tokens: store,
    audit,
    now,
    log,
    endsLater: true,
  });
  const restoreEnd = new RestoreEnd(restored, { directory: settings.directory, now });
  // After that: it makes the number of the bundle jump.
  await publishedRoots.refresh();
  const known = new KnownLists({ opened, publisher, events, audit, log });
  const trust = createTrust({
    judge: createJudge({
      anchors: () => roots.anchors(),
      revocation: () => known.knowledge,
      intermediates: () => live().map(({ certificate }) => certificate),
    }),
    version: () => `${topologies.current?.topology.hash ?? 'none'}/${known.numbers}`,
    clock,
    platformAnchors: () =>
      roots.anchors().anchors.map(({ certificate }) => encodePem('CERTIFICATE', certificate.der)),
  });

  const lists = publishedLists(roots, publisher);
  let states: StatePublisher | undefined;

  const listsChanged = (): Promise<void> => known.changed(trust, async () => await states?.sign());
  const revocation = createDomainRevocations({
    desk: rollingDesk(publisher, (one) => createRevocationDesk(ledger, one, now)),
    ledger,
    issuers: issuance,
    fqdn: settings.fqdn,
    domainKeys,
    publish: () => publisher.publish(),
    topology: inForce,
    health,
    now,
    log,
  });
  const revokeWhatIsUnlisted = revokeUnlisted({ revocation, audit, log });
  const surplus = new SurplusWatch({
    fqdn: settings.fqdn,
    ledger,
    topology: inForce,
    revoke: revocation.revoke,
    now,
    log,
  });

  /** What could not be written is written again by the next periodic work; the roots are served all the same. */
  const publishRoots = (): Promise<void> =>
    publishedRoots
      .refresh()
      .catch((fault: Error) =>
        log.error(
          { event: 'fault', ...faultFields(fault) },
          `the roots could not be written: ${fault.message}`,
        ),
      );
  const lookOutside = (): void => warnOfOutside(opened, topologies.current?.topology, log);
  const mark = new PublishedMark(settings.directory, log);
  const publication = new TopologyPublication({
    settings,
    topologies,
    health,
    audit,
    surplus,
    trust,
    refuseRoots: (next, leaveBehind) =>
      refuseRoots(
        next,
        {
          store: opened.issuers,
          ledger,
          topology: inForce,
          fqdn: settings.fqdn,
          now,
          collect: () => rollover.collect(),
        },
        leaveBehind,
      ),
    refuseDomains: (next, leaveBehind) => refuseDomains(next, { accounts, topology: inForce }, leaveBehind),
    refuseHomes: (next, leaveBehind) => refuseHomes(next, { accounts, topology: inForce }, leaveBehind),
    async signState() {
      await publishRoots();
      await states?.sign();
    },
    isStored: () => store.standing().ok,
    revokeUnlisted: revokeWhatIsUnlisted,
    revocation,
    events,
    now,
    log,
    mark,
    onPublished: lookOutside,
  });

  await revokeUnfinishedIssuance({ ledger, issuers: live(), takenAt: restored?.takenAt, now, audit, log });
  health.watch(ledgerProbe(() => store.standing()));
  const unwatch = watchElsewhere(stores.accounts, store.accounts, {
    directory: settings.directory,
    health,
    log,
  });
  health.watch(eventsProbe(events));
  health.watch(listProbe('revocation-list', () => publisher.current(0), now));
  health.watch(listProbe('root-revocation-list', () => firstToEnd(roots.withLists), now));
  health.watch(rolledBackProbe({ standings, lists }));
  started = () => publisher.publish();
  await publisher.publish();
  // After the first list: the certificate of its key is judged by it.
  states = await StatePublisher.open({
    directory: settings.directory,
    fqdn: settings.fqdn,
    network: settings.domain,
    anchors: () => anchorsHash(roots.believed.map(({ der }) => der)),
    issuance,
    topology: inForce,
    lists,
    issuers: () => [...roots.crosses, ...roots.liveBelieved.map(({ issuer }) => issuer.certificate.der)],
    isUseless: async (serialHex) => {
      const recorded = await findIssued(ledger, issuance, serialHex);
      return recorded?.revocation !== undefined || recorded === undefined || roots.isLeft(recorded.issuer);
    },
    onSigned: (state) => events.announce(stateEvent(state)),
    health,
    clock,
    log,
  });
  await states.sign();
  const { domain } = settings;
  const resumed = await resumePublication({ domain, topologies, trail: auditTrail, audit, mark });
  await revokeWhatIsUnlisted(resumed.removed, { actor: 'authority' });
  await resumed.done();
  await revocation.resumeKeys();
  await warnOfUnnamed(ledger, topologies.current?.topology, now(), log);
  lookOutside();
  const topology = inForce;
  const isRoot = (issuer: string): boolean => opened.issuers.roots.all.some(({ id }) => id === issuer);
  const issuedSince = { settings, topology, live, ledger, revocation, audit, now, log };
  return {
    ...(restored === undefined
      ? {}
      : { issuedSince: new IssuedSinceBackup({ ...issuedSince, ...restored }) }),
    behind: new AuthorityBehindWatch({ topology, lists, isRoot, log }),
    backUp: backUpTo({ directory: settings.directory, store, audit, now, log }),
    opened,
    issuance,
    publisher,
    topologies,
    events,
    states,
    standings,
    lists,
    accounts,
    accountsAlarm: new AccountsAlarm(stores.accounts, log),
    domainKeys,
    trust,
    roots,
    publishedRoots,
    clock,
    auditTrail,
    audit,
    health,
    publish: (text, publisher, from, leaveBehind) => publication.publish(text, publisher, from, leaveBehind),
    judge: (text, publisher, leaveBehind) => publication.judge(text, publisher, leaveBehind),
    revocation,
    revokeSurplus: () => surplus.look(),
    restoreEnd,
    rollover,
    async [Symbol.asyncDispose]() {
      stopAnnouncing();
      unwatch();
      events.close();
      await store.accounts[Symbol.asyncDispose]();
      await states[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
      await auditTrail[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** The list that expires first. */
function firstToEnd(roots: readonly Pick<StoredRoot, 'crl'>[]): PublishedCrl | undefined {
  return roots.map(({ crl }) => crl).sort((one, other) => one.nextUpdate - other.nextUpdate)[0];
}
