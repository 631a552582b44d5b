import type { SpendOutcome, StoredJoinToken } from '@entente/pki/ledger';
import type { SqlTransaction } from '../driver/sql-driver.ts';

/** Stores a token that nothing has used. */
export async function addToken(transaction: SqlTransaction, token: StoredJoinToken): Promise<void> {
  const { secretHash, server, notAfter, createdBy, replace } = token;
  await transaction.run('DELETE FROM tokens WHERE secret_hash = ?', [secretHash]);
  await transaction.run(
    'INSERT INTO tokens (secret_hash, server, not_after, created_by, replaces) VALUES (?, ?, ?, ?, ?)',
    [secretHash, server, notAfter, createdBy, replace === true ? 1 : 0],
  );
}

/** Whether a key may use a token now. */
export async function checkToken(
  transaction: SqlTransaction,
  secretHash: string,
  keyHash: string,
  now: number,
): Promise<SpendOutcome> {
  return outcomeOfSpending(transaction, secretHash, undefined, keyHash, now);
}

/** Binds a token to the first key that uses it. */
export async function spendToken(
  transaction: SqlTransaction,
  secretHash: string,
  server: string,
  keyHash: string,
  now: number,
): Promise<SpendOutcome> {
  const outcome = await outcomeOfSpending(transaction, secretHash, server, keyHash, now);
  if (outcome.ok && !outcome.again) await markSpent(transaction, secretHash, now, keyHash);
  return outcome;
}

/**
 * Marks a token as used.
 * @param keyHash - the key that used it; without one, no key may use it again
 */
export async function markSpent(
  transaction: SqlTransaction,
  secretHash: string,
  at: number,
  keyHash: string | undefined,
): Promise<void> {
  await transaction.run('UPDATE tokens SET spent_at = ?, spent_by = ? WHERE secret_hash = ?', [
    at,
    keyHash ?? null,
    secretHash,
  ]);
}

/** Removes the tokens that nothing has used. */
export async function forgetTokens(transaction: SqlTransaction): Promise<void> {
  await transaction.run('DELETE FROM tokens WHERE spent_at IS NULL', []);
}

/** Without `server`: by the server that the token is bound to. */
async function outcomeOfSpending(
  transaction: SqlTransaction,
  secretHash: string,
  server: string | undefined,
  keyHash: string,
  now: number,
): Promise<SpendOutcome> {
  const [row] = await transaction.all(
    'SELECT secret_hash, server, not_after, created_by, replaces, spent_at, spent_by FROM tokens WHERE secret_hash = ?',
    [secretHash],
  );
  if (row === undefined) return { ok: false, reason: 'token-unknown' };
  const token = {
    secretHash: row.secret_hash,
    server: row.server,
    notAfter: row.not_after,
    createdBy: row.created_by,
    ...(row.replaces === 1 ? { replace: true } : {}),
  } as StoredJoinToken;
  const again = row.spent_at !== null;
  if (again && row.spent_by !== keyHash) return { ok: false, reason: 'token-spent', token };
  if (now > token.notAfter) return { ok: false, reason: 'token-expired', token };
  if (server !== undefined && server !== token.server) {
    return { ok: false, reason: 'token-for-another-server', token };
  }
  return { ok: true, token, again };
}
