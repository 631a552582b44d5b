import { PkiFault } from '../ground/fault.ts';
import type { ProfileName } from '../ground/request.ts';
import type {
  LedgerEntry,
  RecordedCertificate,
  Revocation,
  RevokedCertificate,
  RevokeOutcome,
  SpendOutcome,
  StoredJoinToken,
} from './ledger.ts';
import type { LedgerRecord } from './ledger-record.ts';

interface Held {
  readonly entry: LedgerEntry;
  revocation: Revocation | undefined;
}

interface HeldToken {
  readonly token: StoredJoinToken;
  spent: boolean;
}

/**
 * The state of a ledger. Queries never change it; only `apply` does. Every decision is made here, synchronously, so that of two
 * concurrent callers only one succeeds.
 */
export class LedgerState {
  readonly #certificates = new Map<string, Held>();
  readonly #bySubject = new Map<string, Held[]>();
  /** In order of revocation; the order of a Map is that of insertion. */
  readonly #revoked = new Map<string, Map<string, Held>>();
  readonly #crlNumbers = new Map<string, number>();
  readonly #tokens = new Map<string, HeldToken>();

  /**
   * Applies a change that has been decided.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL`, `ENTENTE_PKI_UNKNOWN_SERIAL`
   */
  apply(record: LedgerRecord): void {
    switch (record.type) {
      case 'issued':
        this.#issue(record.entry);
        return;
      case 'revoked': {
        const held = this.#held(record.issuer, record.serialHex);
        held.revocation = record.revocation;
        const list = this.#revoked.get(record.issuer) ?? new Map<string, Held>();
        // A hold that becomes final moves to the end, because its revocation is the latest.
        list.delete(record.serialHex);
        list.set(record.serialHex, held);
        this.#revoked.set(record.issuer, list);
        return;
      }
      case 'released':
        this.#held(record.issuer, record.serialHex).revocation = undefined;
        this.#revoked.get(record.issuer)?.delete(record.serialHex);
        return;
      case 'crl-number':
        this.#crlNumbers.set(record.issuer, record.number);
        return;
      case 'token-added':
        this.#tokens.set(record.token.secretHash, { token: record.token, spent: false });
        return;
      case 'token-spent': {
        const held = this.#tokens.get(record.secretHash);
        if (held !== undefined) held.spent = true;
        return;
      }
    }
  }

  find(issuer: string, serialHex: string): RecordedCertificate | undefined {
    const held = this.#certificates.get(keyOf(issuer, serialHex));
    return held === undefined ? undefined : recorded(held);
  }

  issuedTo(subject: string, validAt: number): readonly RecordedCertificate[] {
    const held = this.#bySubject.get(subject) ?? [];
    return held.filter(({ entry }) => entry.notAfter >= validAt).map(recorded);
  }

  subjects(profile: ProfileName, validAt: number): readonly string[] {
    const live = (held: Held): boolean =>
      held.entry.profile === profile && held.entry.notAfter >= validAt && held.revocation === undefined;
    return [...this.#bySubject].filter(([, held]) => held.some(live)).map(([subject]) => subject);
  }

  revoked(issuer: string, notAfterFrom: number): readonly RevokedCertificate[] {
    const list: RevokedCertificate[] = [];
    for (const { entry, revocation } of this.#revoked.get(issuer)?.values() ?? []) {
      if (revocation !== undefined && entry.notAfter >= notAfterFrom) {
        list.push({ serialHex: entry.serialHex, notAfter: entry.notAfter, revocation });
      }
    }
    return list;
  }

  /** The outcome of a revocation now. */
  outcomeOfRevoking(issuer: string, serialHex: string, revocation: Revocation): RevokeOutcome {
    const held = this.#certificates.get(keyOf(issuer, serialHex));
    if (held === undefined) return 'unknown';
    if (held.revocation === undefined) return 'revoked';
    const holdBecomesFinal =
      held.revocation.reason === 'certificateHold' && revocation.reason !== 'certificateHold';
    return holdBecomesFinal ? 'revoked' : 'already-revoked';
  }

  isOnHold(issuer: string, serialHex: string): boolean {
    return this.find(issuer, serialHex)?.revocation?.reason === 'certificateHold';
  }

  nextCrlNumber(issuer: string): number {
    return (this.#crlNumbers.get(issuer) ?? 0) + 1;
  }

  /** The outcome of spending the token now; without `server`: by the server that it is bound to. */
  outcomeOfSpending(secretHash: string, now: number, server?: string): SpendOutcome {
    const held = this.#tokens.get(secretHash);
    if (held === undefined) return { ok: false, reason: 'token-unknown' };
    if (held.spent) return { ok: false, reason: 'token-spent' };
    if (now > held.token.notAfter) return { ok: false, reason: 'token-expired' };
    if (server !== undefined && server !== held.token.server) {
      return { ok: false, reason: 'token-for-another-server' };
    }
    return { ok: true, token: held.token };
  }

  /** Throws for a serial number that the issuer has used. @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL` */
  refuseDuplicate(entry: LedgerEntry): void {
    if (!this.#certificates.has(keyOf(entry.issuer, entry.serialHex))) return;
    throw new PkiFault('ENTENTE_PKI_DUPLICATE_SERIAL', {
      sentence: `authority ${entry.issuer} has already issued serial number ${entry.serialHex}`,
      place: `ledger of authority ${entry.issuer}`,
      remedy: 'draw another serial number; if this happens twice, the random source is broken',
    });
  }

  #issue(entry: LedgerEntry): void {
    this.refuseDuplicate(entry);
    const held: Held = { entry, revocation: undefined };
    this.#certificates.set(keyOf(entry.issuer, entry.serialHex), held);
    const siblings = this.#bySubject.get(entry.subject);
    if (siblings === undefined) this.#bySubject.set(entry.subject, [held]);
    else siblings.push(held);
  }

  #held(issuer: string, serialHex: string): Held {
    const held = this.#certificates.get(keyOf(issuer, serialHex));
    if (held !== undefined) return held;
    throw new PkiFault('ENTENTE_PKI_UNKNOWN_SERIAL', {
      sentence: `authority ${issuer} has not issued serial number ${serialHex}`,
      place: `ledger of authority ${issuer}`,
      remedy: 'restore the ledger from a complete backup',
    });
  }
}

function keyOf(issuer: string, serialHex: string): string {
  return `${issuer}/${serialHex}`;
}

function recorded({ entry, revocation }: Held): RecordedCertificate {
  return revocation === undefined ? entry : { ...entry, revocation };
}
