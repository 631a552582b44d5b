import { objectsHandler } from '@entente/pki';
import {
  type Clock,
  type ConnectionRefusal,
  type ConnectOptions,
  type Credential,
  type Log,
  type OwnedTrust,
  type Peer,
  systemClock,
} from '@entente/tls';
import { authoriseStore, links, type StoreEntry } from '@entente/topology';
import type { Authorise } from '@entente/trust';
import type { Authority } from './authority.ts';
import type { AuthorityStores } from './authority-stores.ts';
import type { WrittenBackup } from './back-up.ts';
import { allowAtAuthority, type Caller, callerOf } from './caller.ts';
import { faultFields } from './fault-fields.ts';
import type { HealthProblem, ReportedProblem } from './health/health.ts';
import { KeptFiles } from './health/kept-files.ts';
import { ownCertificateProbe } from './health/probes.ts';
import { openDomainAuthority } from './open-domain-authority.ts';
import { openOwnCertificate } from './own-certificate.ts';
import { startUpkeep } from './periodic-work.ts';
import { PerimeterPush } from './push/perimeter-push.ts';
import { createRefusalLog, linkNames } from './refusals.ts';
import { publishedIssuers } from './rollover/published-issuers.ts';
import { rootKeyBeside } from './roots/root-key-beside.ts';
import { authorityRoutes } from './routes/authority-routes.ts';
import type { AuthoritySettings } from './settings.ts';

/** The authority of a domain without its sockets. */
export interface RunningAuthority {
  /** For `serve(https, { …listener, clientCertificate: 'optional' }, …)`. */
  readonly listener: {
    readonly trust: OwnedTrust;
    readonly identity: Credential;
    readonly allow: Authorise;
    readonly link: { readonly name: string; readonly interface: string; readonly local: string };
    readonly onRefusal: (refusal: ConnectionRefusal) => void;
  };
  /**
   * How a store of the topology is judged, for `connect`: by the trust of the domain, and as long as the topology lists it (row 18).
   * @param name - FQDN of the store
   * @param kind - what it has to be
   */
  expectStore(
    name: string,
    kind: StoreEntry['kind'],
  ): Pick<ConnectOptions, 'allow' | 'expect' | 'identity' | 'link' | 'trust'>;
  /**
   * Answers a request over HTTPS.
   * @param request - the request
   * @param peer - the peer, from `peerOf`
   * @param address - IP address of the other side, for the log; default `unknown`
   */
  fetch(request: Request, peer: Peer | undefined, address?: string): Promise<Response>;
  /** Answers a request over plain HTTP: signed objects, and nothing else. */
  fetchObject(request: Request): Promise<Response>;
  /**
   * Writes a backup of everything, as it is at one moment.
   * @param to - folder that does not exist yet
   * @returns what it consists of, also where the audit trail could not take that it was written
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS`, `ENTENTE_PKI_FILE_UNAVAILABLE`, of the audit trail
   */
  backUp(to: string): Promise<WrittenBackup>;
  /** What is wrong with it now: what failed and has not succeeded since, and what its probes find. */
  problems(): readonly HealthProblem[];
  /**
   * Lets `GET /healthz`, and so `entente status`, have what is wrong with the whole server, as with its log.
   * @param problems - everything, those of the authority among it
   */
  reportProblems(problems: () => readonly ReportedProblem[]): void;
  /** Ends the event streams, which would otherwise prevent a listener from draining. */
  endStreams(): void;
  /** Stops upkeep, closes the ledger. Close the listeners first. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the authority of a domain and does its periodic work.
 * @param settings - its names and its folder
 * @param log - receives what it does and what it refuses
 * @param clock - milliseconds since 1970; default: the clock of the machine
 * @param stores - what it records in; default SQLite in its folder
 * @throws OperatorFault `ENTENTE_ACCOUNTS_ELSEWHERE`, `ENTENTE_ACCOUNTS_NOT_COPIED`; PkiFault of the ledger, the authority's files, or the stored topologies
 */
export async function createAuthority(
  settings: AuthoritySettings,
  log: Log,
  clock: Clock = systemClock,
  stores: AuthorityStores = {},
): Promise<RunningAuthority> {
  const authority = await openDomainAuthority(settings, log, clock, stores);
  try {
    return await run(authority, settings, log);
  } catch (fault) {
    await authority[Symbol.asyncDispose]();
    throw fault;
  }
}

async function run(authority: Authority, settings: AuthoritySettings, log: Log): Promise<RunningAuthority> {
  const { opened, issuance, topologies, trust, clock, publisher } = authority;
  const { directory, domain, fqdn } = settings;
  const { audit, health } = authority;
  const entry = { actor: 'authority', subject: fqdn, outcome: 'done' } as const;
  const own = await openOwnCertificate(fqdn, opened, issuance, clock, log, {
    renewed: (serial) => audit.record({ ...entry, action: 'certificate-renewed', details: { serial } }),
    withdrawn: (serial, reason) =>
      audit.record({ ...entry, action: 'certificate-revoked', reason, details: { serial } }),
  });
  // Before anybody connects: its issuing authority may have been put on the list of the root while this one was stopped.
  await own.begin(authority.rollover.whyRenew(own.identity.current.leaf));
  health.watch(ownCertificateProbe(own));
  const beside = await rootKeyBeside(opened.rootKey, directory);
  if (beside !== undefined) {
    const { file, message, remedy } = beside;
    log.error({ event: 'root-key-present', file, remedy }, message);
  }
  const refusals = createRefusalLog(log, () => clock.now(), audit);
  const app = authorityRoutes(settings, authority, refusals);
  const objects = objectsHandler(publishedIssuers(opened, publisher), () => clock.now());
  const files = new KeptFiles({ directory, health, keys: authority.domainKeys, log });
  const stopUpkeep = startUpkeep({ ...authority, files }, own, log);
  // Its own certificate may be the one that was revoked.
  const stopListening = trust.onChange(() => {
    own
      .keepValid()
      .catch((fault: Error) =>
        log.error({ event: 'fault', ...faultFields(fault) }, `renewing failed: ${fault.message}`),
      );
  });
  /** After a restore: what the ledger does not have is adopted or revoked before anything is answered. */
  const refuseForeign = async (caller: Caller, peer: Peer | undefined): Promise<Response | undefined> => {
    const foreign = await authority.issuedSince?.look(caller, peer?.verdict?.path);
    return foreign === undefined ? undefined : refusals.request(foreign, caller);
  };
  const answer: RunningAuthority['fetch'] = async (request, peer, address = '?') => {
    const caller = callerOf(peer, address, domain);
    const response = await refuseForeign(caller, peer).catch((fault: Error) => refusals.fault(fault, caller));
    const answered = response ?? (await app.fetch(request, { caller }));
    await audit.settled(caller);
    return answered;
  };
  const topology = () => topologies.current?.topology;
  const pushes = new PerimeterPush({
    fqdn,
    authority,
    topology,
    trust,
    identity: own.identity,
    answer,
    clock,
    log,
  });
  return {
    listener: {
      trust,
      identity: own.identity,
      allow: allowAtAuthority({ domain, fqdn, topology }),
      link: { name: linkNames.member, interface: 'internal', local: fqdn },
      onRefusal: refusals.connection,
    },
    expectStore: (name, kind) => ({
      trust,
      identity: own.identity,
      link: { name: links.serverToStore.name, interface: 'internal', local: fqdn },
      expect: { mode: 'host', name },
      allow: authoriseStore(topology, name, kind) as Authorise,
    }),
    fetch: answer,
    fetchObject: async (request) => objects(request),
    backUp: (to) => authority.backUp(to),
    problems: () => health.problems(),
    reportProblems: (problems) => health.report(problems),
    endStreams: authority.events.close,
    async [Symbol.asyncDispose]() {
      stopUpkeep();
      stopListening();
      await pushes[Symbol.asyncDispose]();
      await own.identity[Symbol.asyncDispose]();
      await authority[Symbol.asyncDispose]();
    },
  };
}
