import { AccountsFault, type AccountsFaultCode } from '@entente/accounts/directory';
import pg from 'pg';

interface Meaning {
  readonly code: AccountsFaultCode;
  readonly remedy: string;
}

const unavailable = (remedy: string): Meaning => ({ code: 'ENTENTE_ACCOUNTS_UNAVAILABLE', remedy });
const damaged = (remedy: string): Meaning => ({ code: 'ENTENTE_ACCOUNTS_DAMAGED', remedy });

/** For a server and for a command: both stand here with the same fault. */
const then = 'a server that runs goes on by itself, a command is repeated';

/** The transaction may change nothing. */
export const readOnly = '25006';

/** Tables that are not there: those of a database that was lost and made again. */
const withoutTables = unavailable(
  'restore the database from a backup; without one, start the authority again, which makes the tables, and bring the accounts back from accounts.jsonl of a front end, as the guide of accounts in PostgreSQL says',
);

/** What SQLSTATEs mean here; the longest beginning counts. */
const meanings: ReadonlyMap<string, Meaning> = new Map([
  ['08', unavailable(`check that PostgreSQL runs and is reachable; ${then}`)],
  ['22', { code: 'ENTENTE_ACCOUNTS_BAD_ARGUMENT', remedy: 'correct the query' }],
  [
    readOnly,
    unavailable(
      `see why the database is set to read-only (SHOW default_transaction_read_only): before it is moved, or by a provider whose disk is nearly full; then end that, or connect to the primary where it is a standby; ${then}`,
    ),
  ],
  ['28', unavailable('correct the user and the password, or pg_hba.conf of the PostgreSQL server')],
  ['3D', unavailable('create the database: CREATE DATABASE name OWNER user')],
  ['3F', withoutTables],
  ['42P01', withoutTables],
  [
    '42501',
    unavailable(
      'give the user its rights: the owner of the database has all; a reader needs SELECT on its tables',
    ),
  ],
  [
    '42',
    damaged('check that no other program has changed the tables; if one has, restore them from a backup'),
  ],
  ['53100', unavailable(`make space on the disk of PostgreSQL; ${then}`)],
  [
    '53300',
    unavailable('raise max_connections of PostgreSQL, or lower the number of connections of each server'),
  ],
  ['53', unavailable(`give PostgreSQL what it lacks; ${then}`)],
  [
    '55P03',
    unavailable(
      'repeat the request; if this lasts, look in pg_stat_activity for a transaction that does not end',
    ),
  ],
  [
    '57014',
    unavailable('repeat the request; if this lasts, PostgreSQL is too slow for the number of requests'),
  ],
  ['57', unavailable(`check that PostgreSQL runs; ${then}`)],
  ['58', unavailable('correct the fault of the disk of PostgreSQL; its log says more')],
  ['XX', damaged('the log of PostgreSQL says more; if its files are damaged, restore them from a backup')],
]);

/** The SQLSTATE of an error that the server has reported; undefined for one of the connection. */
export function sqlState(error: unknown): string | undefined {
  return error instanceof pg.DatabaseError ? error.code : undefined;
}

/** The connection could not be opened, or has failed: what the server has made of the last statement is not known. */
export class ConnectionFailed extends Error {
  /** @param cause - of the library or of Node */
  constructor(cause: Error) {
    super(cause.message, { cause });
    this.name = 'ConnectionFailed';
  }
}

/** What the library has thrown: an error that the server has reported as it is, and anything else as one of the connection. */
export function thrownByLibrary(error: unknown): unknown {
  const isOurs = error instanceof AccountsFault || error instanceof ConnectionFailed;
  return isOurs || sqlState(error) !== undefined ? error : new ConnectionFailed(error as Error);
}

/** Whether the caller's own verdict has refused the server: `TrustError` of `@entente/tls`, as far as it is known here. */
function isRefused(cause: unknown): boolean {
  return (cause as NodeJS.ErrnoException).code === 'ENTENTE_REFUSED';
}

/** Whether a connection failed in the TLS handshake: nothing that passes by itself. */
function isOfTls({ cause }: ConnectionFailed): boolean {
  const { code, message = '' } = cause as NodeJS.ErrnoException;
  if (isRefused(cause)) return true;
  const isVerdict = /^(CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|HOSTNAME_|INVALID_)/.test(
    code ?? '',
  );
  return isVerdict || /SSL/.test(message);
}

/** Whether the same may succeed a moment later: the server restarts, or another one has taken over. */
export function mayPass(error: unknown): boolean {
  if (error instanceof ConnectionFailed) return !isOfTls(error);
  // A transaction that waited too long for us, a serialisation failure, a deadlock, too many connections, a server that starts or stops.
  return /^(08|25P03|40001|40P01|53300|57P0)/.test(sqlState(error) ?? '');
}

/** The fault that an error of the database is, without anything of a password; undefined for an error that is not of the database. */
export function postgresFault(error: unknown, place: string): AccountsFault | undefined {
  if (error instanceof AccountsFault) return error;
  const state = sqlState(error);
  const isConnection = error instanceof ConnectionFailed;
  if (state === undefined && !isConnection) return undefined;
  const { code, remedy } = isConnection ? meaningOfConnection(error) : meaningOf(state ?? '');
  const { message } = error as Error;
  const sentence = isConnection
    ? `PostgreSQL cannot be reached: ${message}`
    : `PostgreSQL reports: ${message}`;
  return new AccountsFault(code, { sentence, place, remedy, cause: error });
}

function meaningOf(state: string): Meaning {
  for (let length = state.length; length >= 2; length--) {
    const meaning = meanings.get(state.slice(0, length));
    if (meaning !== undefined) return meaning;
  }
  return unavailable('the log of PostgreSQL says more; repeat the request');
}

function meaningOfConnection(error: ConnectionFailed): Meaning {
  const { cause } = error as { readonly cause?: { readonly remedy?: string } };
  if (isRefused(cause)) return unavailable(cause?.remedy ?? 'see the reason of the refusal');
  return unavailable(
    isOfTls(error)
      ? 'check the CA file, and that the certificate of PostgreSQL is valid for the host that is named'
      : `check that PostgreSQL runs and is reachable; ${then}`,
  );
}

/** The fault of a call that finds too many waiting. */
export function overloaded(waiting: number, place: string): AccountsFault {
  return new AccountsFault('ENTENTE_ACCOUNTS_UNAVAILABLE', {
    sentence: `${waiting} calls wait for PostgreSQL, and no more may`,
    place,
    remedy: 'repeat the request later; if this lasts, PostgreSQL is too slow for the number of requests',
  });
}
