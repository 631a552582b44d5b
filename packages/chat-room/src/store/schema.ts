import type { Migration } from '@entente/store-sql/sqlite';

/** The steps of the schema, oldest first. A step that was released is never changed. Times are milliseconds since 1970. */
export const chatMigrations: readonly Migration[] = [
  [
    `CREATE TABLE members (
  room TEXT NOT NULL,
  address TEXT NOT NULL,
  role TEXT NOT NULL,
  since BIGINT NOT NULL,
  PRIMARY KEY (room, address)
)`,
    // AUTOINCREMENT: the number of a message that was removed is not given again.
    `CREATE TABLE messages (
  number INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  room TEXT NOT NULL,
  author TEXT NOT NULL,
  source TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL
)`,
    'CREATE UNIQUE INDEX messages_by_source ON messages (room, source)',
    'CREATE INDEX messages_by_room ON messages (room, number)',
    // status is NULL until it is known what became of the delivery.
    `CREATE TABLE deliveries (
  message INTEGER NOT NULL,
  member TEXT NOT NULL,
  status INTEGER,
  at BIGINT,
  PRIMARY KEY (message, member)
)`,
    'CREATE INDEX deliveries_pending ON deliveries (message) WHERE status IS NULL',
  ],
  [
    // For how long chat servers have run with this database; the age of a delivery is what was added since its message.
    'CREATE TABLE run_time (ms BIGINT NOT NULL)',
    'INSERT INTO run_time (ms) VALUES (0)',
    'ALTER TABLE messages ADD COLUMN ran_at BIGINT NOT NULL DEFAULT 0',
  ],
];
