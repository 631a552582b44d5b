import { readFile } from 'node:fs/promises';
import { AccountsFault } from '@entente/accounts/directory';
import { readSecret } from '@entente/pki/node';
import { checkServer, isLocal, type PostgresServer } from './postgres-server.ts';

/** A PostgreSQL server as the configuration of a server names it: what is secret or long is in files. */
export interface PostgresSettings {
  /** DNS name or IP address; or, for a server on this machine, the folder of its Unix socket. */
  readonly host: string;
  /** 1 to 65535. Default 5432. */
  readonly port?: number | undefined;
  /** Name of the database, which exists already. */
  readonly database: string;
  /** Role of PostgreSQL, as which each connection signs in. */
  readonly user: string;
  /** File with the password, readable by its owner alone. */
  readonly passwordFile?: string | undefined;
  /** File with the certificates that may be at the root of its chain, PEM; not where the topology says who is believed. */
  readonly ca?: string | undefined;
}

/** Longest password and CA file that are read, bytes. */
const maxPasswordBytes = 4_096;

/**
 * Reads what the settings name. The password is read again for each connection, so that another one in the file counts at once.
 * @param settings - of the configuration
 * @param resolve - where a file of the configuration is
 * @param judgedBy - what says whether a server on another machine is believed: the CA that the settings name, the topology of the domain by
 * the `secure` that the caller adds, or `either`, the topology where no CA is named
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for a server that cannot be one, that would be reached without TLS, or whose files are
 * not there; PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function readPostgresServer(
  settings: PostgresSettings,
  resolve: (path: string) => string,
  judgedBy: 'ca' | 'topology' | 'either' = 'ca',
): Promise<PostgresServer> {
  const { ca, database, host, passwordFile, port, user } = settings;
  const password = passwordFile === undefined ? undefined : () => readPassword(resolve(passwordFile));
  const server: PostgresServer = {
    host,
    ...(port === undefined ? {} : { port }),
    database,
    user,
    ...(password === undefined ? {} : { password }),
    ...(ca === undefined ? {} : { tls: { caPem: await readCa(resolve(ca)) } }),
  };
  const mayBeOfTopology = judgedBy !== 'ca' && !isLocal(host);
  if (judgedBy === 'topology' && mayBeOfTopology && ca !== undefined) {
    throw wrong(
      `expected no CA for ${host}, which the CA of the domain and the topology are to vouch for, found one`,
      '"ca" of the PostgreSQL server',
      'remove "ca"; where the certificate of PostgreSQL is of another CA, issue one with entente cert issue',
    );
  }
  checkServer(mayBeOfTopology && ca === undefined ? { ...server, secure: neverCalled } : server);
  if (password === undefined && !host.startsWith('/')) {
    throw wrong(
      'expected a file with the password of the user, found none',
      '"passwordFile" of the PostgreSQL server',
      'write the password into a file that its owner alone can read, and name it',
    );
  }
  await password?.();
  return server;
}

/** Stands for what the caller adds. */
async function neverCalled(): Promise<never> {
  throw new Error('expected the caller to say how the server is judged');
}

async function readPassword(path: string): Promise<string> {
  const password = (await readSecret(path, maxPasswordBytes))?.trim();
  if (password !== undefined && password !== '') return password;
  throw wrong(
    `expected a file with the password of PostgreSQL, found ${password === undefined ? 'none' : 'an empty one'}`,
    path,
    'write the password into it, readable by its owner alone, or correct "passwordFile"',
  );
}

async function readCa(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const parts = {
      sentence: `expected the file of the CA of PostgreSQL, found none that can be read (${code})`,
      place: path,
      remedy: 'copy ca.crt to it, or correct "ca"',
      cause,
    };
    throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', parts);
  }
}

function wrong(sentence: string, place: string, remedy: string): AccountsFault {
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', { sentence, place, remedy });
}
