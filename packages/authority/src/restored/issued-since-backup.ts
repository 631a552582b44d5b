import {
  administratorNames,
  backdateMs,
  type Issuer,
  issuerId,
  type PkiRefusal,
  refuse,
  spkiHash,
} from '@entente/pki';
import type { Ledger, LedgerEntry } from '@entente/pki/ledger';
import type { Log } from '@entente/tls';
import { certificateNames, type Topology } from '@entente/topology';
import type { ValidatedPath } from '@entente/trust';
import { type Certificate, certificateNamesOf, sameCertificateNames } from '@entente/x509';
import { isNamed } from '../administrators.ts';
import { type AuditLog, by } from '../audit/audit-log.ts';
import type { Caller } from '../caller.ts';
import type { DomainRevocations } from '../domain-revocations.ts';

/** What is decided with. */
export interface IssuedSinceOptions {
  readonly settings: { readonly domain: string };
  /** When the backup was taken, milliseconds since 1970. */
  readonly takenAt: number;
  /** When it was brought back, milliseconds since 1970. */
  readonly restoredAt: number;
  readonly topology: () => Topology | undefined;
  /** Those whose lists are published. */
  readonly live: () => readonly Pick<Issuer, 'id'>[];
  readonly ledger: Pick<Ledger, 'append' | 'blockedKey' | 'find'>;
  /** Revokes, with all that follows from it: a key that is blocked may have been that of a server with the keys of a pool. */
  readonly revocation: Pick<DomainRevocations, 'revokeCertificate'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** How long a certificate with other names than the topology gives may wait for the topology that was in force when it was issued. */
export const patienceMs = 3_600_000;
/**
 * Issuances that were under way, and a clock that was ahead by the hours of a time zone when the backup was made: a certificate that is
 * older than the backup by more is in the ledger, or is none of ours.
 */
const toleranceMs = 86_400_000;
const maxRemembered = 100_000;

type Judged =
  | { readonly adopt: Pick<LedgerEntry, 'interface' | 'profile' | 'subject'> }
  | {
      readonly why: string;
      readonly reason: 'keyCompromise' | 'cessationOfOperation';
      readonly wait: boolean;
    };

/**
 * After a restore, looks at each certificate that is presented: one that the key of this authority has signed and that the ledger does not
 * have was issued since the backup. It is adopted, that is recorded, where it says what it would say if it were issued now; otherwise it is
 * revoked by its serial number.
 */
export class IssuedSinceBackup {
  readonly #options: IssuedSinceOptions;
  /** Those that need not be looked up again. */
  readonly #settled = new Set<string>();
  /** Since when one waits, milliseconds since 1970. */
  readonly #waiting = new Map<string, number>();
  /** Why those are revoked that the trail has as ordered. */
  readonly #ordered = new Map<string, Extract<Judged, { why: string }>>();
  /** Those that the trail has as adopted. */
  readonly #adopted = new Set<string>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: IssuedSinceOptions) {
    this.#options = options;
  }

  /**
   * Looks at the certificate of a caller.
   * @param caller - who presented it
   * @param path - from the verdict on the connection
   * @returns the refusal of one that was revoked
   * @throws PkiFault of the ledger and the audit trail
   */
  async look(
    caller: Caller,
    path: Pick<ValidatedPath, 'certificates'> | undefined,
  ): Promise<PkiRefusal | undefined> {
    const [leaf, above] = path?.certificates ?? [];
    if (leaf === undefined || above === undefined || caller.kind === 'nobody') return undefined;
    const key = `${issuerId(above.publicKey.der)} ${leaf.serialHex}`;
    if (this.#settled.has(key)) return undefined;
    // One after the other: the second request of a member finds what the first has recorded.
    const turn = this.#last.then(() => this.#decide(caller, leaf, issuerId(above.publicKey.der), key));
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #decide(
    caller: Exclude<Caller, { kind: 'nobody' }>,
    leaf: Certificate,
    issuer: string,
    key: string,
  ): Promise<PkiRefusal | undefined> {
    const { ledger, live } = this.#options;
    const isOurs = live().some(({ id }) => id === issuer);
    if (!isOurs || (await ledger.find(issuer, leaf.serialHex)) !== undefined) {
      this.#settle(key);
      return undefined;
    }
    // What is ordered stays ordered, whatever topology comes meanwhile: it may be done already.
    const judged = this.#ordered.get(key) ?? (await this.#judge(caller, leaf));
    if ('adopt' in judged) {
      await this.#adopt(caller, leaf, { issuer, ...judged.adopt });
      this.#settle(key);
      return undefined;
    }
    if (!this.#ordered.has(key) && this.#mustWait(judged, leaf, key)) return undefined;
    return this.#revoke(caller, leaf, judged, key);
  }

  async #judge(caller: Exclude<Caller, { kind: 'nobody' }>, leaf: Certificate): Promise<Judged> {
    const { ledger, now, restoredAt, settings, takenAt, topology } = this.#options;
    const blocked = await ledger.blockedKey(spkiHash(leaf.publicKey.der));
    if (blocked !== undefined)
      return { why: `its key is blocked (${blocked.reason})`, reason: 'keyCompromise', wait: false };
    const reason = 'cessationOfOperation';
    // A clock that is, or was, before the backup shows that one of the two is wrong: then the age says nothing.
    if (Math.min(now(), restoredAt) >= takenAt && leaf.notBefore + backdateMs + toleranceMs < takenAt)
      return { why: 'it is older than the backup, which does not have it', reason, wait: false };
    const current = topology();
    const names = certificateNamesOf(leaf);
    if (caller.kind === 'administrator') {
      const isTheirs = sameCertificateNames(names, administratorNames(settings.domain, caller.name));
      return isTheirs && current !== undefined && isNamed(current, caller.name)
        ? { adopt: { profile: 'administrator', subject: caller.name } }
        : { why: 'the topology does not name this administrator', reason, wait: true };
    }
    const given =
      current?.servers.has(caller.server) === true ? certificateNames(current, caller.server) : [];
    const fitting = given.find((one) => one.issuer === 'enterprise' && sameCertificateNames(names, one));
    if (fitting === undefined)
      return { why: 'its names are not those that the topology gives', reason, wait: true };
    const side = fitting.interface === 'internal' ? {} : { interface: fitting.interface };
    return { adopt: { profile: 'server', subject: caller.server, ...side } };
  }

  /** The topology may be the one of the backup, and the newer one be published soon. */
  #mustWait({ wait, why }: Extract<Judged, { why: string }>, leaf: Certificate, key: string): boolean {
    if (!wait) return false;
    const { log, now } = this.#options;
    const since = this.#waiting.get(key);
    if (since !== undefined) return now() - since < patienceMs;
    if (this.#waiting.size >= maxRemembered) this.#waiting.clear();
    this.#waiting.set(key, now());
    log.warn(
      {
        event: 'certificate-not-adopted',
        serial: leaf.serialHex,
        subject: leaf.subject.toString(),
        remedy: 'publish the newest topology again with entente topology publish, within an hour',
      },
      `a certificate that was issued since the backup is not adopted, and is revoked in an hour: ${why}`,
    );
    return true;
  }

  async #adopt(
    caller: Caller,
    leaf: Certificate,
    entry: Pick<LedgerEntry, 'interface' | 'issuer' | 'profile' | 'subject'>,
  ): Promise<void> {
    const { audit, ledger, log } = this.#options;
    const { notAfter, notBefore, serialHex } = leaf;
    const { subject } = entry;
    const key = `${entry.issuer} ${serialHex}`;
    // First, and once: what is in the ledger is not looked at again.
    if (!this.#adopted.has(key)) {
      await audit.record({
        ...by(caller),
        actor: 'authority',
        action: 'certificate-adopted',
        subject,
        outcome: 'done',
        details: { serial: serialHex, notAfter },
      });
      if (this.#adopted.size >= maxRemembered) this.#adopted.clear();
      this.#adopted.add(key);
    }
    await ledger.append({
      ...entry,
      serialHex,
      names: certificateNamesOf(leaf),
      notBefore,
      notAfter,
      issuedAt: notBefore + backdateMs,
      requester: 'restored',
      keyHash: spkiHash(leaf.publicKey.der),
      certificate: leaf.der,
    });
    log.info(
      { event: 'certificate-adopted', serial: serialHex, subject },
      `the certificate ${serialHex} of ${subject} was issued since the backup, and is recorded again`,
    );
  }

  async #revoke(
    caller: Exclude<Caller, { kind: 'nobody' }>,
    leaf: Certificate,
    judged: Extract<Judged, { why: string }>,
    key: string,
  ): Promise<PkiRefusal> {
    const { reason, why } = judged;
    const { audit, log, revocation } = this.#options;
    const { serialHex } = leaf;
    const subject = caller.kind === 'server' ? caller.server : caller.name;
    const entry = { ...by(caller), actor: 'authority', subject, outcome: 'done', reason } as const;
    // First, and once: what is revoked is not revoked again.
    if (!this.#ordered.has(key)) {
      await audit.record({ ...entry, action: 'revocation-ordered', details: { serial: serialHex } });
      if (this.#ordered.size >= maxRemembered) this.#ordered.clear();
      this.#ordered.set(key, judged);
    }
    const outcome = await revocation.revokeCertificate(leaf, reason);
    if (outcome.ok) {
      const { crlNumber } = outcome;
      await audit.record({
        ...entry,
        action: 'certificate-revoked',
        details: { serial: serialHex, crlNumber },
      });
      log.error(
        { event: 'foreign-certificate', serial: serialHex, subject, reason },
        `a certificate of ${subject} that the ledger does not have is revoked: ${why}`,
      );
    }
    return refuse(
      'requester-revoked',
      `the certificate ${serialHex} of ${subject} is revoked: ${why}`,
      'let the server join again with a new token from entente join-token',
    );
  }

  #settle(key: string): void {
    if (this.#settled.size >= maxRemembered) this.#settled.clear();
    this.#settled.add(key);
    this.#waiting.delete(key);
  }
}
