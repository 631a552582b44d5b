import { PkiFault } from '../ground/fault.ts';
import type { Ledger } from './ledger.ts';
import { formatLedgerLine, parseLedgerLine } from './ledger-line.ts';
import type { LedgerRecord } from './ledger-record.ts';
import type { LedgerState } from './ledger-state.ts';

/**
 * Stores the changes of a ledger.
 */
export interface LedgerJournal {
  /** Its file or database, for faults. */
  readonly place: string;
  /**
   * Stores a change; resolves when it is durable. Changes become durable in the order of the calls.
   * @throws PkiFault that the ledger then gives to every caller; anything else becomes `ENTENTE_PKI_LEDGER_DAMAGED`
   */
  write(record: LedgerRecord): Promise<void>;
  /** Waits for changes in progress, then closes the file or connection. */
  close(): Promise<void>;
}

/**
 * A ledger that decides in memory and answers when its journal has stored the change. It refuses a change that would not be read again, with
 * `ENTENTE_PKI_BAD_ARGUMENT`: stored, it would be the end of the ledger. A change counts from its decision on: a
 * second caller sees it at once, even while the first one still waits for the disk. If the journal fails, the ledger refuses all
 * further calls, because memory and disk no longer agree.
 * @param state - the state so far, e.g. replayed from the journal
 * @param journal - stores the changes
 */
export function recordingLedger(state: LedgerState, journal: LedgerJournal): Ledger {
  let closed: PkiFault | undefined;

  const write = async (record: LedgerRecord): Promise<void> => {
    if (closed !== undefined) throw closed;
    refuseUnreadable(record, journal.place);
    state.apply(record);
    try {
      await journal.write(record);
    } catch (cause) {
      closed =
        cause instanceof PkiFault
          ? cause
          : new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
              sentence: 'the ledger could not write a change and no longer agrees with its storage',
              place: journal.place,
              remedy: 'correct the storage (space, rights), then restart the authority',
              cause,
            });
      throw closed;
    }
  };
  const open = (): LedgerState => {
    if (closed !== undefined) throw closed;
    return state;
  };

  return {
    async intend(intent) {
      open().refuseDuplicate(intent, false);
      await write({ type: 'intended', intent });
    },
    async append(entry) {
      open().refuseDuplicate(entry, true);
      await write({ type: 'issued', entry });
    },
    async unfinished(issuer) {
      return open().unfinished(issuer);
    },
    async find(issuer, serialHex) {
      return open().find(issuer, serialHex);
    },
    async issuedTo(subject, validAt) {
      return open().issuedTo(subject, validAt);
    },
    async issuedFor(keyHash) {
      return open().issuedFor(keyHash);
    },
    async successors(id) {
      return open().successors(id);
    },
    async subjects(profile, validAt) {
      return open().subjects(profile, validAt);
    },
    async list(query) {
      return open().list(query);
    },
    async revoke(issuer, serialHex, revocation) {
      const outcome = open().outcomeOfRevoking(issuer, serialHex, revocation);
      if (outcome === 'revoked') await write({ type: 'revoked', issuer, serialHex, revocation });
      return outcome;
    },
    async revokeForeign(foreign, revocation) {
      const { issuer, serialHex } = foreign;
      const outcome = open().outcomeOfRevoking(issuer, serialHex, revocation);
      if (outcome === 'already-revoked') return outcome;
      await write(
        outcome === 'unknown'
          ? { type: 'foreign-revoked', foreign, revocation }
          : { type: 'revoked', issuer, serialHex, revocation },
      );
      return 'revoked';
    },
    async blockKey(keyHash, revocation) {
      if (!open().isBlocked(keyHash)) await write({ type: 'key-blocked', keyHash, revocation });
    },
    async blockedKey(keyHash) {
      return open().blockedKey(keyHash);
    },
    async release(issuer, serialHex, at) {
      if (!open().isOnHold(issuer, serialHex)) return false;
      await write({ type: 'released', issuer, serialHex, at });
      return true;
    },
    async revoked(issuer, notAfterFrom) {
      return open().revoked(issuer, notAfterFrom);
    },
    async nextCrlNumber(issuer, above = 0) {
      const number = open().nextCrlNumber(issuer, above);
      await write({ type: 'crl-number', issuer, number });
      return number;
    },
    async addToken(token) {
      await write({ type: 'token-added', token });
    },
    async checkToken(secretHash, keyHash, now) {
      return open().tokens.outcomeOfSpending(secretHash, keyHash, now);
    },
    async spendToken(secretHash, server, keyHash, now) {
      const outcome = open().tokens.outcomeOfSpending(secretHash, keyHash, now, server);
      if (outcome.ok && !outcome.again) await write({ type: 'token-spent', secretHash, at: now, keyHash });
      return outcome;
    },
    async [Symbol.asyncDispose]() {
      closed ??= new PkiFault('ENTENTE_PKI_LEDGER_CLOSED', {
        sentence: 'the ledger is closed',
        place: journal.place,
        remedy: 'open it again before using it',
      });
      await journal.close();
    },
  };
}

/** JavaScript has no compiler that would refuse a reason that is none, or a time that is not a number. */
function refuseUnreadable(record: LedgerRecord, place: string): void {
  if (parseLedgerLine(formatLedgerLine(record).trimEnd()) !== undefined) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected a change that the ledger can read again, found one of type "${record.type}" with a missing or unknown field`,
    place,
    remedy:
      'correct the caller: the declarations of the ledger name the fields, and the reasons of a revocation',
  });
}
