import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createCrlPublisher,
  createIssuance,
  createRevocationDesk,
  findIssued,
  type Issuer,
  type LiveIssuers,
  revokeUnfinished,
  rollingDesk,
  rollingIssuance,
  rollingPublisher,
  spkiHash,
} from '@entente/pki';
import { openAuthority, openFileAuditTrail } from '@entente/pki/node';
import { openStore, type SqlStore } from '@entente/store-sql';
import { type Clock, createTrust, type Log } from '@entente/tls';
import { anchorsHash } from '@entente/topology';
import { createJudge } from '@entente/trust';
import { encodePem } from '@entente/x509';
import { AuditLog } from './audit/audit-log.ts';
import type { Authority } from './authority.ts';
import { bundleSequence } from './bundle-sequence.ts';
import { DomainKeyStore } from './domain-keys/key-store.ts';
import { createDomainRevocations } from './domain-revocations.ts';
import { createEventHub, stateEvent } from './event-hub.ts';
import { Health } from './health/health.ts';
import { eventsProbe, ledgerProbe, listProbe } from './health/probes.ts';
import { importLog } from './import-log.ts';
import { mayIssueByTopology } from './may-issue.ts';
import { outsideView } from './outside-view.ts';
import { KnownLists } from './publication/known-lists.ts';
import { revokeUnlisted } from './publication/revoke-unlisted.ts';
import { TopologyPublication } from './publication/topology-publication.ts';
import { warnOfOutside, warnOfUnnamed } from './publication/warnings.ts';
import { Rollover } from './rollover/rollover.ts';
import type { AuthoritySettings } from './settings.ts';
import { MemberStandings } from './standing/member-standings.ts';
import { SurplusWatch } from './surplus-names/surplus-watch.ts';
import { openTopologyStore } from './topology-store.ts';
import { publishedLists } from './trust-state/published-lists.ts';
import { mayIssueStateKey } from './trust-state/state-key.ts';
import { StatePublisher } from './trust-state/state-publisher.ts';

/**
 * Opens an authority.
 * @param settings - its names and its folder
 * @param log - receives what it does
 * @param clock - the time
 */
export async function openDomainAuthority(
  settings: AuthoritySettings,
  log: Log,
  clock: Clock,
): Promise<Authority> {
  let store: SqlStore | undefined;
  const opened = await openAuthority(settings.directory, async (directory) => {
    store = await openStore(directory, { onImport: importLog(log) });
    return store.ledger;
  });
  const { root, ledger } = opened;
  const { objectsUrl } = settings;
  const now = (): number => clock.now();
  const health = new Health();
  const auditTrail = await openFileAuditTrail(join(settings.directory, 'audit.jsonl'));
  const audit = new AuditLog(auditTrail, health, now);
  const topologies = await openTopologyStore(
    settings.directory,
    settings.administratorsHash,
    ({ problem: { message, remedy }, version }) =>
      log.warn(
        { event: 'topology-outdated', version, remedy },
        `topology version ${version} would be refused today: ${message}`,
      ),
  );
  /** What a change of issuing authorities is followed by, once everything is open. */
  let started = async (): Promise<unknown> => undefined;
  const rollover = new Rollover({
    settings,
    opened,
    topology: () => topologies.current?.topology,
    clock,
    log,
    onChanged: async () => void (await started()),
  });
  // Before anything is issued: the successor of an authority that has ended meanwhile may wait.
  await rollover
    .tick()
    .catch((fault: Error) =>
      log.error({ event: 'fault', err: fault }, `the rollover failed: ${fault.message}`),
    );
  const live: LiveIssuers = () => {
    const [first, ...others] = opened.issuers.live.map(({ issuer }) => issuer);
    return [first as Issuer, ...others];
  };
  const issuance = rollingIssuance(live, (issuer) =>
    createIssuance({
      issuer,
      anchors: opened.roots,
      revocation: () => known.knowledge,
      throwAway: opened.throwAway,
      ledger,
      mayIssue: mayIssueStateKey(
        settings,
        mayIssueByTopology(settings.fqdn, () => topologies.current?.topology, settings.domain),
      ),
      clock: now,
      random: randomBytes,
      objectsUrl,
      outside: () =>
        outsideView(
          opened.issuers.of(issuer.id) ?? { issuer, outside: undefined },
          topologies.current?.topology,
        ),
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

  const known = new KnownLists({ opened, publisher, events, audit, log });
  const anchors = {
    anchors: opened.roots.map((certificate) => ({ name: spkiHash(certificate.publicKey.der), certificate })),
  };
  const trust = createTrust({
    judge: createJudge({
      anchors,
      revocation: () => known.knowledge,
      intermediates: () => live().map(({ certificate }) => certificate),
    }),
    version: () => `${topologies.current?.topology.hash ?? 'none'}/${known.numbers}`,
    clock,
    platformAnchors: () => opened.roots.map(({ der }) => encodePem('CERTIFICATE', der)),
  });

  const lists = publishedLists(opened, publisher);
  let states: StatePublisher | undefined;

  const listsChanged = (): Promise<void> => known.changed(trust, async () => await states?.sign());
  const revocation = createDomainRevocations({
    desk: rollingDesk(publisher, (one) => createRevocationDesk(ledger, one, now)),
    ledger,
    issuers: issuance,
    fqdn: settings.fqdn,
    domainKeys,
    topology: () => topologies.current?.topology,
    now,
  });
  const revokeWhatIsUnlisted = revokeUnlisted({ revocation, audit, log });
  const surplus = new SurplusWatch({
    fqdn: settings.fqdn,
    ledger,
    topology: () => topologies.current?.topology,
    revoke: revocation.revoke,
    now,
    log,
  });

  const lookOutside = (): void => warnOfOutside(opened, topologies.current?.topology, log);
  const publication = new TopologyPublication({
    settings,
    topologies,
    health,
    audit,
    surplus,
    trust,
    signState: async () => await states?.sign(),
    revokeUnlisted: revokeWhatIsUnlisted,
    revocation,
    events,
    now,
    log,
    onPublished: lookOutside,
  });

  const begun = await Promise.all(live().map((issuer) => revokeUnfinished(ledger, issuer, now)));
  for (const { serialHex, subject } of begun.flat()) {
    log.warn(
      { event: 'unfinished-issuance', serial: serialHex, subject },
      'the authority stopped while it issued a certificate, and nobody has received it: it is revoked',
    );
  }
  health.watch(ledgerProbe(() => store?.standing()));
  health.watch(eventsProbe(events));
  health.watch(listProbe('revocation-list', () => publisher.current(0), now));
  health.watch(listProbe('root-revocation-list', () => opened.rootCrl, now));
  started = () => publisher.publish();
  await publisher.publish();
  // After the first list: the certificate of its key is judged by it.
  states = await StatePublisher.open({
    directory: settings.directory,
    fqdn: settings.fqdn,
    network: settings.domain,
    anchors: anchorsHash(opened.roots.map(({ der }) => der)),
    issuance,
    topology: () => topologies.current?.topology,
    lists,
    issuers: () => live().map(({ certificate }) => certificate.der),
    isRevoked: async (serialHex) => {
      const recorded = await findIssued(ledger, issuance, serialHex);
      return recorded === undefined || recorded.revocation !== undefined;
    },
    onSigned: (state) => events.announce(stateEvent(state)),
    clock,
    log,
  });
  await states.sign();
  await revokeWhatIsUnlisted(topologies.removedAdministrators, { actor: 'authority' });
  await revocation.reconcileKeys();
  await warnOfUnnamed(ledger, topologies.current?.topology, now(), log);
  lookOutside();
  const roots = opened.roots.map(({ der, publicKey }) => ({ certificate: der, publicKey: publicKey.der }));
  const sequence = await bundleSequence(settings.directory, opened.roots);
  return {
    opened,
    issuance,
    publisher,
    topologies,
    events,
    states,
    standings: new MemberStandings(() => topologies.current?.topology, now),
    lists,
    domainKeys,
    trust,
    rootSpkiHash: spkiHash(root.publicKey.der),
    clock,
    bundle: () => ({ domain: settings.domain, sequence, refreshHintSeconds, roots }),
    auditTrail,
    audit,
    health,
    publish: (text, publisher, from) => publication.publish(text, publisher, from),
    revocation,
    revokeSurplus: () => surplus.look(),
    rollover,
    async [Symbol.asyncDispose]() {
      events.close();
      await states[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
      await auditTrail[Symbol.asyncDispose]();
    },
  };
}

/** How often members look for new roots even without an event. */
const refreshHintSeconds = 300;
