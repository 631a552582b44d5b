import { accountNumbers, accountTables } from './account-tables.ts';

/** One step of the schema. Its number is its place in {@link migrations}, from 1. A step that was released is never changed. */
export type Migration = readonly string[];

/** What an intent and a certificate have in common. */
const certificateColumns = `
  issuer TEXT NOT NULL,
  serial_hex TEXT NOT NULL,
  profile TEXT NOT NULL,
  subject TEXT NOT NULL,
  names TEXT NOT NULL,
  not_before BIGINT NOT NULL,
  not_after BIGINT NOT NULL,
  requester TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  interface TEXT,
  predecessor_issuer TEXT,
  predecessor_serial TEXT`;

/**
 * The steps of the schema, oldest first. Plain SQL: SQLite and PostgreSQL read the same types here (SQLite goes by the name of a type,
 * and takes octets in a column of any). `number` is given by the program and says in which order rows were recorded.
 */
export const migrations: readonly Migration[] = [
  [
    `CREATE TABLE certificates (
  number INTEGER PRIMARY KEY,
  ${certificateColumns},
  issued_at BIGINT NOT NULL,
  certificate BYTEA NOT NULL
)`,
    'CREATE UNIQUE INDEX certificates_by_serial ON certificates (issuer, serial_hex)',
    'CREATE INDEX certificates_by_subject ON certificates (subject, number)',
    'CREATE INDEX certificates_by_expiry ON certificates (profile, not_after, subject)',
    'CREATE INDEX certificates_by_key ON certificates (key_hash)',
    `CREATE INDEX certificates_by_predecessor ON certificates (predecessor_serial)
  WHERE predecessor_serial IS NOT NULL`,
    `CREATE TABLE intents (
  number INTEGER PRIMARY KEY,
  ${certificateColumns},
  intended_at BIGINT NOT NULL,
  pre_certificate BYTEA NOT NULL
)`,
    'CREATE UNIQUE INDEX intents_by_serial ON intents (issuer, serial_hex)',
    `CREATE TABLE foreign_certificates (
  issuer TEXT NOT NULL,
  serial_hex TEXT NOT NULL,
  not_after BIGINT NOT NULL,
  PRIMARY KEY (issuer, serial_hex)
)`,
    `CREATE TABLE revocations (
  number INTEGER PRIMARY KEY,
  issuer TEXT NOT NULL,
  serial_hex TEXT NOT NULL,
  not_after BIGINT NOT NULL,
  revoked_at BIGINT NOT NULL,
  reason TEXT NOT NULL
)`,
    'CREATE UNIQUE INDEX revocations_by_serial ON revocations (issuer, serial_hex)',
    `CREATE TABLE blocked_keys (
  key_hash TEXT NOT NULL,
  kind TEXT NOT NULL,
  blocked_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (key_hash, kind)
)`,
    'CREATE TABLE crl_numbers (issuer TEXT PRIMARY KEY, number BIGINT NOT NULL)',
    `CREATE TABLE tokens (
  secret_hash TEXT PRIMARY KEY,
  server TEXT NOT NULL,
  not_after BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  replaces INTEGER NOT NULL,
  spent_at BIGINT,
  spent_by TEXT
)`,
    'CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL)',
  ],
  // A quarter of the hash distinguishes keys as well, and the index takes a third of the pages, which a change anywhere in it reads and writes.
  [
    'DROP INDEX certificates_by_key',
    `CREATE INDEX certificates_by_start_of_key ON certificates (${startOfKeyHash('key_hash')})`,
  ],
  [
    `CREATE TABLE audit_records (
  number INTEGER PRIMARY KEY,
  recorded_at BIGINT NOT NULL,
  action TEXT NOT NULL,
  actor TEXT NOT NULL,
  source TEXT,
  subject TEXT,
  outcome TEXT NOT NULL,
  reason TEXT,
  details TEXT NOT NULL
)`,
    'CREATE TABLE topology_versions (version INTEGER PRIMARY KEY, signed_text TEXT NOT NULL)',
  ],
  accountTables('TEXT'),
  accountNumbers,
];

/**
 * What the index of keys goes by, as an expression of SQL: the first 64 bits of their hashes. Compare the whole hash too.
 * @param hash - a column, or `?`
 */
export function startOfKeyHash(hash: string): string {
  return `substr(${hash}, 1, 16)`;
}
