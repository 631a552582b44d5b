/** What was done, or what somebody wanted to do. */
export type AuditAction =
  /** Recorded before it is stored and in force; `topology-published` follows. */
  | 'topology-ordered'
  | 'topology-published'
  | 'token-ordered'
  | 'certificate-issued'
  | 'certificate-renewed'
  /** Recorded before it is done; what was revoked follows as `certificate-revoked`. */
  | 'revocation-ordered'
  | 'certificate-revoked'
  /** Recorded before it is done; `hold-ended` follows. */
  | 'release-ordered'
  | 'hold-ended'
  /** Recorded before it is done; `key-blocked` follows. */
  | 'key-block-ordered'
  | 'key-blocked'
  | 'list-signed'
  | 'domain-keys-rotated'
  /** Recorded before anything is copied; `backup-written` follows. */
  | 'backup-ordered'
  | 'backup-written'
  | 'authority-restored'
  | 'certificate-adopted'
  /**
   * Recorded before it is done, with the addresses: as many records as it takes. `accounts-imported` or `account-added` follows where anything
   * has changed.
   */
  | 'accounts-ordered'
  /** Recorded before it is done; its `details` say what, and that follows where anything has changed. */
  | 'account-change-ordered'
  | 'accounts-imported'
  | 'account-added'
  | 'account-password-set'
  /** By a user who knew the one before; the actor is the server that has proven it. */
  | 'account-password-changed'
  | 'account-disabled'
  | 'account-enabled'
  | 'account-moved'
  | 'account-number-set'
  | 'account-right-granted'
  | 'account-right-revoked'
  | 'account-removed'
  | 'request-refused';

/** Every action, for readers that filter by it. */
export const auditActions: readonly AuditAction[] = [
  'topology-ordered',
  'topology-published',
  'token-ordered',
  'certificate-issued',
  'certificate-renewed',
  'revocation-ordered',
  'certificate-revoked',
  'release-ordered',
  'hold-ended',
  'key-block-ordered',
  'key-blocked',
  'list-signed',
  'domain-keys-rotated',
  'backup-ordered',
  'backup-written',
  'authority-restored',
  'certificate-adopted',
  'accounts-ordered',
  'account-change-ordered',
  'accounts-imported',
  'account-added',
  'account-password-set',
  'account-password-changed',
  'account-disabled',
  'account-enabled',
  'account-moved',
  'account-number-set',
  'account-right-granted',
  'account-right-revoked',
  'account-removed',
  'request-refused',
];

/** Who did what to whom, when and from where. It contains no secret. */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What was done, what will be done now (`…-ordered`), or `request-refused`. */
  readonly action: AuditAction;
  /** `administrator:alice`, `server:fe01.contoso.example`, `join-token:1f…`; `authority` where it acted by itself. */
  readonly actor: string;
  /** IP address of the connection; absent where the authority acted by itself. */
  readonly from?: string;
  /** FQDN of a server, name of an administrator: what the action was about. */
  readonly subject?: string;
  /** `refused`: nothing was done, and `reason` says why. */
  readonly outcome: 'done' | 'refused';
  /** Reason of the refusal, or of the revocation. */
  readonly reason?: string;
  /** More about it, e.g. serial number, version, hash. At most a few short values. */
  readonly details: Readonly<Record<string, string | number>>;
}

/** A record as it was stored. */
export type StoredAuditRecord = AuditRecord & {
  /** 1, 2, 3… in the order in which they were recorded. */
  readonly number: number;
};

/** Which records are read. */
export interface AuditQuery {
  /** Most records in the answer, 1 to 1,000. */
  readonly limit: number;
  /** Only records with a lower number: `next` of the answer before. */
  readonly before?: number;
  /** Only records of this action; default all. */
  readonly action?: AuditAction;
  /** Only records with exactly this subject; default all. */
  readonly subject?: string;
  /** Only records with exactly this actor; default all. */
  readonly actor?: string;
}

/** Records, newest first. */
export interface AuditPage {
  /** As many as the `limit` of the query at most. */
  readonly records: readonly StoredAuditRecord[];
  /** For `before` of the next query; absent on the last page. */
  readonly next?: number;
}

/** Largest {@link AuditQuery.limit}. */
export const maxAuditPage = 1_000;

/**
 * The audit trail of an authority: records are added, never changed and never removed.
 *
 * An implementation must pass the rules of `@entente/pki/audit/compliance`.
 */
export interface AuditTrail {
  /**
   * Adds a record. It is durable when the promise resolves, so what it is about can be acknowledged then, and not before.
   * @throws PkiFault `ENTENTE_PKI_AUDIT_UNAVAILABLE` where it could not be stored: nothing was, and a later call may succeed;
   *   `ENTENTE_PKI_AUDIT_CLOSED`
   */
  record(record: AuditRecord): Promise<void>;
  /**
   * Reads records, newest first.
   * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` for a limit out of range, `ENTENTE_PKI_AUDIT_CLOSED`
   */
  read(query: AuditQuery): Promise<AuditPage>;
  /** Waits for records in progress, then closes files and connections. */
  [Symbol.asyncDispose](): Promise<void>;
}
