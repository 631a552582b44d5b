import { PkiFault } from '../ground/fault.ts';
import type { ProfileName } from '../ground/request.ts';
import type {
  CertificateId,
  CertificatePage,
  CertificateQuery,
  ForeignCertificate,
  IssuanceIntent,
  LedgerEntry,
  RecordedCertificate,
  Revocation,
  RevokedCertificate,
  RevokeOutcome,
} from './ledger.ts';
import type { LedgerRecord } from './ledger-record.ts';
import { TokenState } from './token-state.ts';

/** One serial number of one issuer: intended, issued, or foreign. */
interface Held {
  content:
    | { readonly type: 'intended'; readonly intent: IssuanceIntent }
    | { readonly type: 'issued'; readonly entry: LedgerEntry }
    | { readonly type: 'foreign'; readonly foreign: ForeignCertificate };
  revocation: Revocation | undefined;
}

/** One that is issued. */
interface Issued {
  readonly entry: LedgerEntry;
  /** Place in the order in which certificates were recorded, from 0. */
  readonly order: number;
  readonly held: Held;
}

/** Most certificates of a page. */
const maxLimit = 1_000;

/**
 * The state of a ledger. Queries never change it; only `apply` does. Every decision is made here, synchronously, so that of two
 * concurrent callers only one succeeds.
 */
export class LedgerState {
  /** The join tokens; only `apply` changes them. */
  readonly tokens: Pick<TokenState, 'outcomeOfSpending'>;
  readonly #tokens = new TokenState();
  readonly #serials = new Map<string, Held>();
  readonly #issued: Issued[] = [];
  readonly #bySubject = new Map<string, Issued[]>();
  readonly #byKey = new Map<string, Issued[]>();
  readonly #byPredecessor = new Map<string, Issued[]>();
  /** By issuer, oldest first. */
  readonly #unfinished = new Map<string, Map<string, IssuanceIntent>>();
  /** In order of revocation; the order of a Map is that of insertion. */
  readonly #revoked = new Map<string, Map<string, Held>>();
  readonly #blockedKeys = new Map<string, Revocation>();
  readonly #compromisedKeys = new Map<string, Revocation>();
  readonly #crlNumbers = new Map<string, number>();

  constructor() {
    this.tokens = this.#tokens;
  }

  /**
   * Applies a change that has been decided.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL`, `ENTENTE_PKI_UNKNOWN_SERIAL`
   */
  apply(record: LedgerRecord): void {
    switch (record.type) {
      case 'intended':
        this.#intend(record.intent);
        return;
      case 'issued':
        this.#issue(record.entry);
        return;
      case 'revoked':
        this.#revoke(record, record.revocation);
        return;
      case 'foreign-revoked': {
        const { foreign, revocation } = record;
        this.#serials.set(keyOf(foreign), { content: { type: 'foreign', foreign }, revocation: undefined });
        this.#revoke(foreign, revocation);
        return;
      }
      case 'key-blocked':
        if (!this.#blockedKeys.has(record.keyHash)) this.#blockedKeys.set(record.keyHash, record.revocation);
        return;
      case 'released':
        this.#held(record).revocation = undefined;
        this.#revoked.get(record.issuer)?.delete(record.serialHex);
        return;
      case 'crl-number':
        this.#crlNumbers.set(record.issuer, record.number);
        return;
      case 'token-added':
        this.#tokens.add(record.token);
        return;
      case 'token-spent':
        this.#tokens.spend(record.secretHash, record.keyHash);
        return;
    }
  }

  /** Answers {@link Ledger.unfinished}. */
  unfinished(issuer: string): readonly IssuanceIntent[] {
    return [...(this.#unfinished.get(issuer)?.values() ?? [])];
  }

  /** Answers {@link Ledger.find}. */
  find(issuer: string, serialHex: string): RecordedCertificate | undefined {
    const held = this.#serials.get(keyOf({ issuer, serialHex }));
    return held?.content.type === 'issued' ? recorded(held.content.entry, held.revocation) : undefined;
  }

  /** Answers {@link Ledger.issuedTo}. */
  issuedTo(subject: string, validAt: number): readonly RecordedCertificate[] {
    return certificates(this.#bySubject.get(subject)).filter(({ notAfter }) => notAfter >= validAt);
  }

  /** Answers {@link Ledger.issuedFor}. */
  issuedFor(keyHash: string): readonly RecordedCertificate[] {
    return certificates(this.#byKey.get(keyHash));
  }

  /** Answers {@link Ledger.successors}. */
  successors(id: CertificateId): readonly RecordedCertificate[] {
    return certificates(this.#byPredecessor.get(keyOf(id)));
  }

  /** Answers {@link Ledger.subjects}. */
  subjects(profile: ProfileName, validAt: number): readonly string[] {
    const live = ({ entry, held }: Issued): boolean =>
      entry.profile === profile && entry.notAfter >= validAt && held.revocation === undefined;
    return [...this.#bySubject].filter(([, issued]) => issued.some(live)).map(([subject]) => subject);
  }

  /** @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT` */
  list({ after, limit, profile, subject, validAt }: CertificateQuery): CertificatePage {
    if (!Number.isInteger(limit) || limit < 1 || limit > maxLimit) {
      throw badQuery('limit', `an integer from 1 to ${maxLimit}`, limit);
    }
    const last = after === undefined ? -1 : Number(after);
    if (!Number.isSafeInteger(last) || (after !== undefined && `${last}` !== after) || last < -1) {
      throw badQuery('after', 'the "next" of a page', after);
    }
    const among = subject === undefined ? this.#issued : (this.#bySubject.get(subject) ?? []);
    const page: Issued[] = [];
    // Without a subject, the place in the list is the order.
    for (let index = subject === undefined ? last + 1 : 0; index < among.length; index++) {
      const issued = among[index] as Issued;
      const { entry, order } = issued;
      if (order <= last || (profile !== undefined && entry.profile !== profile)) continue;
      if (validAt !== undefined && entry.notAfter < validAt) continue;
      if (page.length === limit) {
        return { certificates: certificates(page), next: `${(page[limit - 1] as Issued).order}` };
      }
      page.push(issued);
    }
    return { certificates: certificates(page) };
  }

  /** Answers {@link Ledger.revoked}. */
  revoked(issuer: string, notAfterFrom: number): readonly RevokedCertificate[] {
    const list: RevokedCertificate[] = [];
    for (const held of this.#revoked.get(issuer)?.values() ?? []) {
      const { notAfter, serialHex } = certificateOf(held);
      const { revocation } = held;
      if (revocation !== undefined && notAfter >= notAfterFrom) {
        list.push({ serialHex, notAfter, revocation });
      }
    }
    return list;
  }

  /** The outcome of a revocation now. */
  outcomeOfRevoking(issuer: string, serialHex: string, revocation: Revocation): RevokeOutcome {
    const held = this.#serials.get(keyOf({ issuer, serialHex }));
    if (held === undefined) return 'unknown';
    if (held.revocation === undefined) return 'revoked';
    const holdBecomesFinal =
      held.revocation.reason === 'certificateHold' && revocation.reason !== 'certificateHold';
    return holdBecomesFinal ? 'revoked' : 'already-revoked';
  }

  /** Whether a certificate is revoked for `certificateHold`, so that `released` may be applied. */
  isOnHold(issuer: string, serialHex: string): boolean {
    return this.#serials.get(keyOf({ issuer, serialHex }))?.revocation?.reason === 'certificateHold';
  }

  /** Whether a key was blocked itself; a certificate of it that was revoked for `keyCompromise` does not count. */
  isBlocked(keyHash: string): boolean {
    return this.#blockedKeys.has(keyHash);
  }

  /** Answers {@link Ledger.blockedKey}. */
  blockedKey(keyHash: string): Revocation | undefined {
    return this.#blockedKeys.get(keyHash) ?? this.#compromisedKeys.get(keyHash);
  }

  /** The number that the next list of an issuer has: above its last one and above `above`. It is not recorded here. */
  nextCrlNumber(issuer: string, above: number): number {
    return Math.max(this.#crlNumbers.get(issuer) ?? 0, above) + 1;
  }

  /**
   * Throws for a serial number that the issuer has used; the intent that an entry completes does not count.
   * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL`
   */
  refuseDuplicate(id: CertificateId, completes: boolean): void {
    const held = this.#serials.get(keyOf(id));
    if (held === undefined || (completes && held.content.type === 'intended')) return;
    throw new PkiFault('ENTENTE_PKI_DUPLICATE_SERIAL', {
      sentence: `authority ${id.issuer} has already issued serial number ${id.serialHex}`,
      place: `ledger of authority ${id.issuer}`,
      remedy: 'draw another serial number; if this happens twice, the random source is broken',
    });
  }

  #intend(intent: IssuanceIntent): void {
    this.refuseDuplicate(intent, false);
    this.#serials.set(keyOf(intent), { content: { type: 'intended', intent }, revocation: undefined });
    const those = this.#unfinished.get(intent.issuer) ?? new Map<string, IssuanceIntent>();
    those.set(intent.serialHex, intent);
    this.#unfinished.set(intent.issuer, those);
  }

  #issue(entry: LedgerEntry): void {
    this.refuseDuplicate(entry, true);
    const held = this.#serials.get(keyOf(entry)) ?? {
      content: { type: 'issued', entry },
      revocation: undefined,
    };
    held.content = { type: 'issued', entry };
    this.#serials.set(keyOf(entry), held);
    this.#unfinished.get(entry.issuer)?.delete(entry.serialHex);
    const issued: Issued = { entry, order: this.#issued.length, held };
    this.#issued.push(issued);
    add(this.#bySubject, entry.subject, issued);
    add(this.#byKey, entry.keyHash, issued);
    if (entry.predecessor !== undefined) add(this.#byPredecessor, keyOf(entry.predecessor), issued);
  }

  #revoke(id: CertificateId, revocation: Revocation): void {
    const held = this.#held(id);
    held.revocation = revocation;
    this.#unfinished.get(id.issuer)?.delete(id.serialHex);
    const list = this.#revoked.get(id.issuer) ?? new Map<string, Held>();
    // A hold that becomes final moves to the end, because its revocation is the latest.
    list.delete(id.serialHex);
    list.set(id.serialHex, held);
    this.#revoked.set(id.issuer, list);
    const { keyHash } = certificateOf(held);
    if (revocation.reason !== 'keyCompromise' || keyHash === undefined) return;
    if (!this.#compromisedKeys.has(keyHash)) this.#compromisedKeys.set(keyHash, revocation);
  }

  #held(id: CertificateId): Held {
    const held = this.#serials.get(keyOf(id));
    if (held !== undefined) return held;
    throw new PkiFault('ENTENTE_PKI_UNKNOWN_SERIAL', {
      sentence: `authority ${id.issuer} has not issued serial number ${id.serialHex}`,
      place: `ledger of authority ${id.issuer}`,
      remedy: 'restore the ledger from a complete backup',
    });
  }
}

function keyOf({ issuer, serialHex }: CertificateId): string {
  return `${issuer}/${serialHex}`;
}

function add(lists: Map<string, Issued[]>, key: string, issued: Issued): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [issued]);
  else list.push(issued);
}

function certificateOf({ content }: Held): ForeignCertificate & { readonly keyHash?: string } {
  switch (content.type) {
    case 'intended':
      return content.intent;
    case 'issued':
      return content.entry;
    case 'foreign':
      return content.foreign;
  }
}

function certificates(issued: readonly Issued[] = []): readonly RecordedCertificate[] {
  return issued.map(({ entry, held }) => recorded(entry, held.revocation));
}

function recorded(entry: LedgerEntry, revocation: Revocation | undefined): RecordedCertificate {
  return revocation === undefined ? entry : { ...entry, revocation };
}

function badQuery(place: string, expected: string, found: unknown): PkiFault {
  return new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected ${expected}, found ${JSON.stringify(found)?.slice(0, 40)}`,
    place: `"${place}" of a query of the ledger`,
    remedy: 'correct the query',
  });
}
