import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  createCrlPublisher,
  createIssuance,
  createRevocationDesk,
  findIssued,
  type Issuer,
  issuerId,
  type LiveIssuers,
  PkiFault,
  type Problem,
  revokeUnfinished,
  rollingDesk,
  rollingIssuance,
  rollingPublisher,
  spkiHash,
} from '@entente/pki';
import { openAuthority, openFileAuditTrail } from '@entente/pki/node';
import { openStore, type SqlStore } from '@entente/store-sql';
import { type Clock, createTrust, type Log } from '@entente/tls';
import { anchorsHash, type Topology } from '@entente/topology';
import { createJudge, type RevocationKnowledge } from '@entente/trust';
import { type CertificateList, decodeCrl, encodePem } from '@entente/x509';
import { isNamed, removedAdministrators, unnamedAdministrator } from './administrators.ts';
import { type AuditEntry, AuditLog, serialDetails } from './audit/audit-log.ts';
import type { Authority } from './authority.ts';
import { bundleSequence } from './bundle-sequence.ts';
import { DomainKeyStore } from './domain-keys/key-store.ts';
import { createDomainRevocations } from './domain-revocations.ts';
import { createEventHub, stateEvent } from './event-hub.ts';
import { Health } from './health/health.ts';
import { ledgerProbe, listProbe } from './health/probes.ts';
import { importLog } from './import-log.ts';
import { mayIssueByTopology } from './may-issue.ts';
import { outsideProblem, outsideView } from './outside-view.ts';
import { Rollover } from './rollover/rollover.ts';
import type { AuthoritySettings } from './settings.ts';
import { MemberStandings } from './standing/member-standings.ts';
import { SurplusWatch } from './surplus-names/surplus-watch.ts';
import { openTopologyStore, type PublishResult, type RemovedAdministrator } from './topology-store.ts';
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
      revocation: () => knowledge,
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

  let knowledge: RevocationKnowledge = { crls: [opened.issuers.rootList] };
  /** Numbers of the lists in force, the root's first. */
  let listNumbers = '0';
  const anchors = {
    anchors: opened.roots.map((certificate) => ({ name: spkiHash(certificate.publicKey.der), certificate })),
  };
  const trust = createTrust({
    judge: createJudge({
      anchors,
      revocation: () => knowledge,
      intermediates: () => live().map(({ certificate }) => certificate),
    }),
    version: () => `${topologies.current?.topology.hash ?? 'none'}/${listNumbers}`,
    clock,
    platformAnchors: () => opened.roots.map(({ der }) => encodePem('CERTIFICATE', der)),
  });

  const lists = publishedLists(opened, publisher);
  let states: StatePublisher | undefined;

  const announced = new Map<string, number>();
  async function listsChanged(): Promise<void> {
    const published = publisher.all().flatMap(({ current, issuer }) => {
      const list = current(0);
      return list === undefined ? [] : [{ issuer: issuer.id, list }];
    });
    knowledge = { crls: [opened.issuers.rootList, ...published.map(({ list }) => readList(list.der))] };
    listNumbers = [opened.rootCrl, ...published.map(({ list }) => list)]
      .map(({ number }) => number)
      .join('-');
    trust.announce();
    // Before the other events: a member that hears of those finds the state that names what is new.
    await states?.sign();
    const all = [{ issuer: issuerId(root.publicKey.der), list: opened.rootCrl }, ...published];
    for (const { issuer, list } of all) {
      const { number } = list;
      if (announced.get(issuer) === number) continue;
      announced.set(issuer, number);
      events.announce({ type: 'crl', issuer, number });
      audit.note({ action: 'list-signed', actor: 'authority', outcome: 'done', details: { issuer, number } });
      log.info({ event: 'revocation-list', issuer, number }, `revocation list ${number} is published`);
    }
  }
  const revocation = createDomainRevocations({
    desk: rollingDesk(publisher, (one) => createRevocationDesk(ledger, one, now)),
    ledger,
    issuers: issuance,
    fqdn: settings.fqdn,
    domainKeys,
    topology: () => topologies.current?.topology,
    now,
  });
  /** Revokes what the topology has taken away; also after a crash half-way. */
  const revokeUnlisted = async (
    removed: readonly RemovedAdministrator[],
    who: Pick<AuditEntry, 'actor' | 'from'>,
  ): Promise<void> => {
    const revoked = [...(await revocation.revokeUnlisted(removed))];
    const reason = 'cessationOfOperation';
    const entry = { ...who, action: 'certificate-revoked', outcome: 'done', reason } as const;
    await Promise.all(
      revoked.map(([subject, serials]) =>
        audit.record({ ...entry, subject, details: serialDetails(serials) }),
      ),
    );
    for (const [subject, serials] of revoked) {
      log.info(
        { event: 'revoked', server: subject, serials },
        `${subject} is no longer in the topology, and its certificates are revoked`,
      );
    }
  };

  const surplus = new SurplusWatch({
    fqdn: settings.fqdn,
    ledger,
    topology: () => topologies.current?.topology,
    revoke: revocation.revoke,
    now,
    log,
  });

  const warnOfOutside = (): void => {
    const problem = outsideProblem(opened, topologies.current?.topology);
    if (problem !== undefined)
      log.warn({ event: 'outside-certificate', remedy: problem.remedy }, problem.message);
  };

  const warnOfUnnamed = async (): Promise<void> => {
    const topology = topologies.current?.topology;
    if (topology === undefined) return;
    for (const name of await ledger.subjects('administrator', now())) {
      if (isNamed(topology, name)) continue;
      const { message, remedy } = unnamedAdministrator(topology, name);
      log.warn({ event: 'administrator-unnamed', administrator: name, remedy }, message);
    }
  };

  /** A version in force of which something could not be recorded: what it takes away is taken away when it is sent again, or at the start. */
  let unfinished:
    | { readonly hash: string; readonly effect: string; readonly gone: readonly string[] }
    | undefined;
  let last: Promise<unknown> = Promise.resolve();
  const publish: Authority['publish'] = (text, publisherName, from) => {
    const turn = last.then(async (): Promise<PublishResult> => {
      const before = topologies.current?.topology;
      const refusalBy = (topology: Topology): Problem | undefined =>
        isNamed(topology, publisherName)
          ? undefined
          : { ...unnamedAdministrator(topology, publisherName), status: 403 };
      // An earlier turn may have removed the publisher. A first topology must name them, or nobody here could send the next command.
      const refusal = before === undefined ? undefined : refusalBy(before);
      if (refusal !== undefined) return { accepted: false, refusal };
      const result = await health.follow('topologies', () =>
        topologies.publish(text, now(), before === undefined ? refusalBy : undefined),
      );
      if (!result.accepted) return result;
      const { hash, document } = result.topology;
      const who = { actor: `administrator:${publisherName}`, ...(from === undefined ? {} : { from }) };
      const { version } = document;
      const isRepeated = hash === before?.hash;
      const begun = unfinished?.hash === hash ? unfinished.effect : undefined;
      const recordPublished = (): Promise<void> =>
        audit.record({
          ...who,
          action: 'topology-published',
          subject: settings.domain,
          outcome: 'done',
          details: {
            version,
            hash,
            effect: begun ?? (isRepeated ? 'unchanged' : result.effect),
            signers: result.signers.join(' ').slice(0, 500),
          },
        });
      if (isRepeated && begun === undefined) {
        await recordPublished();
        return result;
      }
      const gone = [
        ...(unfinished?.gone ?? []),
        ...(before === undefined ? [] : removedAdministrators(before, result.topology)),
      ];
      unfinished = { hash, effect: begun ?? result.effect, gone };
      surplus.topologyChanged();
      // First of all: connections and commands of whom it removes end now.
      trust.announce();
      await states?.sign();
      await recordPublished();
      const time = now();
      await revokeUnlisted(
        gone.map((name) => ({ name, issuedUntil: time })),
        who,
      );
      events.announce({ type: 'topology', version: document.version, hash });
      await revocation.reconcileKeys();
      unfinished = undefined;
      log.info(
        { event: 'topology', version, hash, signers: result.signers },
        `topology version ${version} is in force`,
      );
      warnOfOutside();
      return result;
    });
    last = turn.catch(() => {});
    return turn;
  };

  const begun = await Promise.all(live().map((issuer) => revokeUnfinished(ledger, issuer, now)));
  for (const { serialHex, subject } of begun.flat()) {
    log.warn(
      { event: 'unfinished-issuance', serial: serialHex, subject },
      'the authority stopped while it issued a certificate, and nobody has received it: it is revoked',
    );
  }
  health.watch(ledgerProbe(() => store?.standing()));
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
  await revokeUnlisted(topologies.removedAdministrators, { actor: 'authority' });
  await revocation.reconcileKeys();
  await warnOfUnnamed();
  warnOfOutside();
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
    publish,
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

/** The authority's own CRL, decoded as every member decodes it. */
function readList(der: Uint8Array): CertificateList {
  const decoded = decodeCrl(der);
  if (decoded.ok) return decoded.value;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `expected a CRL, found ${decoded.error.message}`,
    place: 'CRL of this authority',
    remedy: "restore the authority's directory from a copy",
  });
}
