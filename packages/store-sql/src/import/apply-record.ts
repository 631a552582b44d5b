import { type LedgerRecord, PkiFault } from '@entente/pki/ledger';
import type { SqlTransaction } from '../driver/sql-driver.ts';
import { append, intend } from '../ledger/certificates.ts';
import { blockKey, release, revoke, revokeForeign, setCrlNumber } from '../ledger/revocations.ts';
import { addToken, markSpent } from '../ledger/tokens.ts';

/**
 * Applies a change that a ledger of the earlier format has recorded.
 * @throws PkiFault `ENTENTE_PKI_DUPLICATE_SERIAL`, `ENTENTE_PKI_UNKNOWN_SERIAL`
 */
export async function applyRecord(transaction: SqlTransaction, record: LedgerRecord): Promise<void> {
  switch (record.type) {
    case 'intended':
      return intend(transaction, record.intent);
    case 'issued':
      return append(transaction, record.entry);
    case 'revoked': {
      const { issuer, serialHex, revocation } = record;
      const outcome = await revoke(transaction, issuer, serialHex, revocation);
      if (outcome === 'unknown') throw unknownSerial(issuer, serialHex);
      return;
    }
    case 'foreign-revoked':
      await revokeForeign(transaction, record.foreign, record.revocation);
      return;
    case 'released':
      await release(transaction, record.issuer, record.serialHex);
      return;
    case 'key-blocked':
      return blockKey(transaction, record.keyHash, record.revocation);
    case 'crl-number':
      return setCrlNumber(transaction, record.issuer, record.number);
    case 'token-added':
      return addToken(transaction, record.token);
    case 'token-spent':
      return markSpent(transaction, record.secretHash, record.at, record.keyHash);
  }
}

function unknownSerial(issuer: string, serialHex: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_UNKNOWN_SERIAL', {
    sentence: `authority ${issuer} has not issued serial number ${serialHex}`,
    place: `ledger of authority ${issuer}`,
    remedy: 'restore the ledger from a complete backup',
  });
}
