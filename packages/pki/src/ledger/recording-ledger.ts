import { PkiFault } from '../ground/fault.ts';
import type { Ledger } from './ledger.ts';
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
   */
  write(record: LedgerRecord): Promise<void>;
  /** Waits for changes in progress, then closes the file or connection. */
  close(): Promise<void>;
}

/**
 * A ledger that decides in memory and answers when its journal has stored the change. A change counts from its decision on: a
 * second caller sees it at once, even while the first one still waits for the disk. If the journal fails, the ledger refuses all
 * further calls, because memory and disk no longer agree.
 * @param state - the state so far, e.g. replayed from the journal
 * @param journal - stores the changes
 */
export function recordingLedger(state: LedgerState, journal: LedgerJournal): Ledger {
  let closed: PkiFault | undefined;

  const write = async (record: LedgerRecord): Promise<void> => {
    if (closed !== undefined) throw closed;
    state.apply(record);
    try {
      await journal.write(record);
    } catch (cause) {
      closed = new PkiFault('ENTENTE_PKI_LEDGER_DAMAGED', {
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
    async append(entry) {
      open().refuseDuplicate(entry);
      await write({ type: 'issued', entry });
    },
    async find(issuer, serialHex) {
      return open().find(issuer, serialHex);
    },
    async issuedTo(subject, validAt) {
      return open().issuedTo(subject, validAt);
    },
    async subjects(profile, validAt) {
      return open().subjects(profile, validAt);
    },
    async revoke(issuer, serialHex, revocation) {
      const outcome = open().outcomeOfRevoking(issuer, serialHex, revocation);
      if (outcome === 'revoked') await write({ type: 'revoked', issuer, serialHex, revocation });
      return outcome;
    },
    async release(issuer, serialHex, at) {
      if (!open().isOnHold(issuer, serialHex)) return false;
      await write({ type: 'released', issuer, serialHex, at });
      return true;
    },
    async revoked(issuer, notAfterFrom) {
      return open().revoked(issuer, notAfterFrom);
    },
    async nextCrlNumber(issuer) {
      const number = open().nextCrlNumber(issuer);
      await write({ type: 'crl-number', issuer, number });
      return number;
    },
    async addToken(token) {
      await write({ type: 'token-added', token });
    },
    async checkToken(secretHash, now) {
      return open().outcomeOfSpending(secretHash, now);
    },
    async spendToken(secretHash, server, now) {
      const outcome = open().outcomeOfSpending(secretHash, now, server);
      if (outcome.ok) await write({ type: 'token-spent', secretHash, at: now });
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
