import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import pg from 'pg';
import type { PostgresServer } from './postgres-server.ts';
import { SecuredStream } from './secured-stream.ts';

/** OID of `BIGINT`, which is a text unless one asks for a number. Ours are below 2^53. */
const bigint = 20;

/** Milliseconds after which something is given up. */
export const limitsMs = {
  /** Until a connection is open, or one of the pool is free. */
  connect: 5_000,
  /** Until a transaction of another server has ended. */
  lock: 5_000,
  /** For one statement, on the server. */
  statement: 10_000,
  /** For its answer, here: the server may be gone without a word. */
  answer: 15_000,
  /** Between two statements of a transaction, on the server: one that is gone must not hold up the others. */
  idleInTransaction: 10_000,
} as const;

/**
 * How connections to a server are opened. Everything that the library would otherwise take from the environment of the process is set.
 * @param server - checked
 */
export function connectionConfig({
  address,
  database,
  host,
  password,
  port = 5432,
  secure,
  tls,
  user,
}: PostgresServer): pg.ClientConfig {
  return {
    host: address ?? host,
    port,
    database,
    user,
    password: password ?? (() => ''),
    // The library takes it for a plain one, and would otherwise judge the server itself.
    ...(secure === undefined ? {} : { stream: () => new SecuredStream(secure) as unknown as Duplex }),
    ssl:
      tls === undefined
        ? false
        : {
            ca: tls.caPem,
            ...(isIP(host) === 0 ? { servername: host } : {}),
            minVersion: 'TLSv1.2',
            rejectUnauthorized: true,
            ...(tls.certificate === undefined
              ? {}
              : { cert: tls.certificate.chainPem, key: tls.certificate.keyPem }),
          },
    sslnegotiation: 'postgres',
    client_encoding: 'UTF8',
    application_name: 'entente',
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    connectionTimeoutMillis: limitsMs.connect,
    lock_timeout: limitsMs.lock,
    statement_timeout: limitsMs.statement,
    query_timeout: limitsMs.answer,
    idle_in_transaction_session_timeout: limitsMs.idleInTransaction,
    types: {
      getTypeParser: ((oid: number, format?: 'text' | 'binary') =>
        oid === bigint
          ? Number
          : pg.types.getTypeParser(oid, format as 'text')) as typeof pg.types.getTypeParser,
    },
  };
}
