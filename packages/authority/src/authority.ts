import type { AccountDirectory } from '@entente/accounts/directory';
import type { Issuance, RollingPublisher } from '@entente/pki';
import type { AuditTrail } from '@entente/pki/audit';
import type { OpenAuthorityFolder } from '@entente/pki/node';
import type { Clock, OwnedTrust } from '@entente/tls';
import type { AccountsAlarm } from './accounts/accounts-alarm.ts';
import type { AuditLog } from './audit/audit-log.ts';
import type { WrittenBackup } from './back-up.ts';
import type { DomainKeyStore } from './domain-keys/key-store.ts';
import type { DomainRevocations } from './domain-revocations.ts';
import type { EventHub } from './event-hub.ts';
import type { Health } from './health/health.ts';
import type { AuthorityBehindWatch } from './member-status/authority-behind-watch.ts';
import type { MemberStatuses } from './member-status/member-status.ts';
import type { IssuedSinceBackup } from './restored/issued-since-backup.ts';
import type { RestoreEnd } from './restored/restore-end.ts';
import type { Rollover } from './rollover/rollover.ts';
import type { DomainRoots } from './roots/domain-roots.ts';
import type { PublishedRoots } from './roots/published-roots.ts';
import type { PublishResult, TopologyStore } from './topology-store.ts';
import type { PublishedList } from './trust-state/published-lists.ts';
import type { StatePublisher } from './trust-state/state-publisher.ts';

/** The authority of a domain, without its listeners. */
export interface Authority {
  readonly opened: OpenAuthorityFolder;
  readonly issuance: Issuance;
  readonly publisher: RollingPublisher;
  readonly topologies: TopologyStore;
  readonly events: EventHub;
  /** The signed trust states. */
  readonly states: Pick<StatePublisher, 'current' | 'untold'>;
  /** What members last said of themselves. */
  readonly standings: MemberStatuses;
  /** The revocation lists in force, as the trust state names them. */
  lists(): readonly PublishedList[];
  /** Who the users are. */
  readonly accounts: AccountDirectory;
  /** Says whether they are there, where they are kept elsewhere. */
  readonly accountsAlarm: Pick<AccountsAlarm, 'look'>;
  /** The keys of all pools. */
  readonly domainKeys: DomainKeyStore;
  /** The authority trusts its own roots alone, and knows of a revocation at once. */
  readonly trust: OwnedTrust;
  /** The roots as the topology in force regards them. */
  readonly roots: DomainRoots;
  readonly clock: Clock;
  /** Who did what, when and from where. */
  readonly auditTrail: AuditTrail;
  readonly audit: AuditLog;
  /** What does not work now. */
  readonly health: Health;
  /** The roots as they are published. */
  readonly publishedRoots: PublishedRoots;
  /**
   * Verifies, stores and applies a topology; revokes the certificates of servers and administrators that it no longer names.
   * @param text - the signed document
   * @param publisher - name of the administrator who sends it
   * @param from - their IP address
   * @param leaveBehind - whether servers may be left that have to join again, and accounts whose home is gone; default false
   * @throws PkiFault of the ledger, the audit trail, or `ENTENTE_PKI_FILE_UNAVAILABLE`
   */
  publish(text: string, publisher: string, from?: string, leaveBehind?: boolean): Promise<PublishResult>;
  /**
   * Says what `publish` would do with a topology, and keeps nothing of it.
   * @param text - the signed document
   * @param publisher - name of the administrator who would send it
   * @param leaveBehind - as for `publish`
   * @throws PkiFault of the ledger, or `ENTENTE_PKI_FILE_UNAVAILABLE`
   */
  judge(text: string, publisher: string, leaveBehind?: boolean): Promise<PublishResult>;
  /** Revokes certificates, and applies the new CRL to the authority's own verdicts. */
  readonly revocation: DomainRevocations;
  /** Revokes certificates with names that the topology has taken away, when their time has come. */
  revokeSurplus(): Promise<void>;
  /** Lets one issuing authority follow the other. */
  readonly rollover: Rollover;
  /** What was issued since the backup from which the authority was restored; absent where it was not. */
  readonly issuedSince?: IssuedSinceBackup;
  /** Ends the time after a restore. */
  readonly restoreEnd: Pick<RestoreEnd, 'look'>;
  /** Notices members that know of something newer. */
  readonly behind: AuthorityBehindWatch;
  /**
   * Writes a backup, as everything is at one moment.
   * @param to - folder that does not exist yet
   * @returns what it consists of, also where the audit trail could not take that it was written
   * @throws PkiFault `ENTENTE_PKI_AUTHORITY_EXISTS`, `ENTENTE_PKI_FILE_UNAVAILABLE`, of the audit trail
   */
  backUp(to: string): Promise<WrittenBackup>;
  [Symbol.asyncDispose](): Promise<void>;
}
