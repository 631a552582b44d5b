import { randomBytes } from 'node:crypto';
import {
  createCrlPublisher,
  createIssuance,
  createRevocationDesk,
  findIssued,
  type Issuance,
  type Issuer,
  issuerId,
  type LiveIssuers,
  PkiFault,
  type RevocationDesk,
  type RevocationOutcome,
  type RevocationReason,
  type RollingPublisher,
  rollingDesk,
  rollingIssuance,
  rollingPublisher,
  spkiHash,
  type TrustBundle,
} from '@entente/pki';
import { type OpenAuthority, openAuthority } from '@entente/pki/node';
import { type Clock, createTrust, type Log, type OwnedTrust } from '@entente/tls';
import { anchorsHash, type VerifyResult } from '@entente/topology';
import { createJudge, type RevocationKnowledge } from '@entente/trust';
import { type CertificateList, decodeCrl, encodePem } from '@entente/x509';
import { bundleSequence } from './bundle-sequence.ts';
import { DomainKeyStore } from './domain-keys/key-store.ts';
import { keyOwner } from './domain-keys/may-have-keys.ts';
import { createEventHub, type EventHub } from './event-hub.ts';
import { mayIssueByTopology } from './may-issue.ts';
import { outsideProblem, outsideView } from './outside-view.ts';
import { Rollover } from './rollover/rollover.ts';
import type { AuthoritySettings } from './settings.ts';
import { openTopologyStore, type TopologyStore } from './topology-store.ts';
import { type PublishedList, publishedLists } from './trust-state/published-lists.ts';
import { mayIssueStateKey } from './trust-state/state-key.ts';
import { StatePublisher } from './trust-state/state-publisher.ts';

/** The authority of a domain, without its listeners. */
export interface Authority {
  readonly opened: OpenAuthority;
  readonly issuance: Issuance;
  readonly publisher: RollingPublisher;
  readonly topologies: TopologyStore;
  readonly events: EventHub;
  /** The signed trust states. */
  readonly states: Pick<StatePublisher, 'current'>;
  /** The revocation lists in force, as the trust state names them. */
  lists(): readonly PublishedList[];
  /** The keys of all pools. */
  readonly domainKeys: DomainKeyStore;
  /** The authority trusts its own root alone, and knows of a revocation at once. */
  readonly trust: OwnedTrust;
  /** Lower-case hexadecimal SHA-256 of the root's key. */
  readonly rootSpkiHash: string;
  readonly clock: Clock;
  bundle(): TrustBundle;
  /** Verifies, stores and applies a topology; revokes the certificates of servers that it no longer lists. */
  publish(text: string): Promise<VerifyResult>;
  /** Revokes certificates, and applies the new CRL to the authority's own verdicts. */
  readonly revocation: RevocationDesk;
  /** Signs a new CRL and announces it to all listeners. */
  refreshCrl(): Promise<void>;
  /** Lets one issuing authority follow the other. */
  readonly rollover: Rollover;
  [Symbol.asyncDispose](): Promise<void>;
}

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
  const opened = await openAuthority(settings.directory);
  const { root, ledger } = opened;
  const { objectsUrl } = settings;
  const now = (): number => clock.now();
  const topologies = await openTopologyStore(settings.directory, settings.administratorsHash);
  /** What a change of issuing authorities is followed by, once everything is open. */
  let started = async (): Promise<void> => {};
  const rollover = new Rollover({
    settings,
    opened,
    topology: () => topologies.current?.topology,
    clock,
    log,
    onChanged: () => started(),
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
      ledger,
      mayIssue: mayIssueStateKey(
        settings,
        mayIssueByTopology(settings.fqdn, () => topologies.current?.topology),
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
    createCrlPublisher({ issuer, ledger, clock: now, objectsUrl }),
  );
  const desk = rollingDesk(publisher, (one) => createRevocationDesk(ledger, one, now));
  const events = createEventHub();
  const domainKeys = await DomainKeyStore.open({
    directory: settings.directory,
    now,
    random: randomBytes,
    onRotated({ epoch, pool, why }) {
      events.announce({ type: 'domain-keys', pool });
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
  const states = await StatePublisher.open({
    directory: settings.directory,
    fqdn: settings.fqdn,
    network: settings.domain,
    anchors: anchorsHash(opened.roots.map(({ der }) => der)),
    issuance,
    topology: () => topologies.current?.topology,
    lists,
    isRevoked: async (serialHex) => {
      const recorded = await findIssued(ledger, issuance, serialHex);
      return recorded === undefined || recorded.revocation !== undefined;
    },
    onSigned: ({ sequence, text }) => events.announce({ type: 'state', sequence, state: text }),
    clock,
    log,
  });

  const announced = new Map<string, number>();
  const listChanged = async (): Promise<void> => {
    const lists = publisher.all().flatMap(({ current, issuer }) => {
      const list = current(0);
      return list === undefined ? [] : [{ issuer: issuer.id, list }];
    });
    knowledge = { crls: [opened.issuers.rootList, ...lists.map(({ list }) => readList(list.der))] };
    listNumbers = [opened.rootCrl, ...lists.map(({ list }) => list)].map(({ number }) => number).join('-');
    trust.announce();
    // Before the other events: a member that hears of those finds the state that names what is new.
    await states.sign();
    const all = [{ issuer: issuerId(opened.root.publicKey.der), list: opened.rootCrl }, ...lists];
    for (const { issuer, list } of all) {
      const { number } = list;
      if (announced.get(issuer) === number) continue;
      announced.set(issuer, number);
      events.announce({ type: 'crl', issuer, number });
      log.info({ event: 'revocation-list', issuer, number }, `revocation list ${number} is published`);
    }
  };
  const refreshCrl = async (): Promise<void> => {
    await publisher.publish();
    await listChanged();
  };
  const inForce =
    <A extends unknown[], R>(action: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      const numbers = (): string =>
        publisher
          .all()
          .map(({ current }) => current(0)?.number)
          .join();
      const before = numbers();
      const outcome = await action(...args);
      if (numbers() !== before) await listChanged();
      return outcome;
    };
  /** Who has keys of a pool and may not have them now, has taken them along; also after a crash half-way. */
  const reconcileKeys = async (): Promise<void> => {
    const topology = topologies.current?.topology;
    if (topology === undefined) return;
    const certified = new Set(await ledger.subjects('server', now()));
    const members = new Map<string, Set<string>>();
    for (const server of topology.servers.values()) {
      const owner = keyOwner(server);
      const those = members.get(owner) ?? new Set();
      if (certified.has(server.fqdn)) those.add(server.fqdn);
      members.set(owner, those);
    }
    await domainKeys.reconcile(members);
  };
  /** Revokes what belongs to a subject, and takes back what its certificates had opened to it. */
  const revoking =
    (revoke: RevocationDesk['revoke'], subjectsOf: (named: string) => Promise<readonly string[]>) =>
    async (named: string, reason: RevocationReason): Promise<RevocationOutcome> => {
      const subjects = keyCompromises.has(reason) ? await subjectsOf(named) : [];
      const outcome = await inForce(revoke)(named, reason);
      if (!outcome.ok) return outcome;
      for (const subject of subjects) await domainKeys.compromised(subject);
      await reconcileKeys();
      return outcome;
    };
  const revocation: RevocationDesk = {
    revoke: revoking(desk.revoke, async (serialHex) => {
      const recorded = await findIssued(ledger, issuance, serialHex);
      return recorded === undefined ? [] : [recorded.subject];
    }),
    revokeSubject: revoking(desk.revokeSubject, async (subject) => [subject]),
  };

  /** Revokes the certificates of servers that are not in the topology; also after a crash half-way. */
  const revokeUnlisted = async (): Promise<void> => {
    const topology = topologies.current?.topology;
    if (topology === undefined) return;
    for (const subject of await ledger.subjects('server', now())) {
      if (topology.servers.has(subject) || subject === settings.fqdn) continue;
      const outcome = await revocation.revokeSubject(subject, 'cessationOfOperation');
      if (outcome.ok) {
        log.info(
          { event: 'revoked', server: subject, serials: outcome.serials },
          'a server is no longer in the topology, and its certificates are revoked',
        );
      }
    }
  };

  const warnOfOutside = (): void => {
    const problem = outsideProblem(opened, topologies.current?.topology);
    if (problem !== undefined)
      log.warn({ event: 'outside-certificate', remedy: problem.remedy }, problem.message);
  };

  let last: Promise<unknown> = Promise.resolve();
  const publish = (text: string): Promise<VerifyResult> => {
    const turn = last.then(async () => {
      const before = topologies.current?.topology.hash;
      const result = await topologies.publish(text, now());
      if (!result.accepted || result.topology.hash === before) return result;
      const { hash, document } = result.topology;
      await revokeUnlisted();
      trust.announce();
      await states.sign();
      events.announce({ type: 'topology', version: document.version, hash });
      await reconcileKeys();
      const { version } = document;
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

  started = refreshCrl;
  await refreshCrl();
  await revokeUnlisted();
  await reconcileKeys();
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
    lists,
    domainKeys,
    trust,
    rootSpkiHash: spkiHash(root.publicKey.der),
    clock,
    bundle: () => ({ domain: settings.domain, sequence, refreshHintSeconds, roots }),
    publish,
    revocation,
    refreshCrl,
    rollover,
    async [Symbol.asyncDispose]() {
      events.close();
      await states[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** Reasons for which a key of the subject may be in the hands of others (RFC 5280 §5.3.1). */
const keyCompromises: ReadonlySet<RevocationReason> = new Set([
  'keyCompromise',
  'cACompromise',
  'aACompromise',
]);

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
