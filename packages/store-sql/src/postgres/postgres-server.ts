import { X509Certificate } from 'node:crypto';
import { BlockList, isIP, type Socket } from 'node:net';
import { AccountsFault } from '@entente/accounts/directory';
import { callback, type OptionRule, type OptionRules, optionProblem } from '../option-problem.ts';

/** Where a PostgreSQL server is, and as whom it is used. */
export interface PostgresServer {
  /** DNS name or IP address; or, for a server on this machine, the folder of its Unix socket: a path from the root. */
  readonly host: string;
  /** IP address where the host is, for one that DNS does not know; its certificate must be valid for `host` all the same. */
  readonly address?: string;
  /** 1 to 65535; also in the name of the Unix socket. Default 5432. */
  readonly port?: number;
  /** Name of the database, which exists already. */
  readonly database: string;
  /** Role of PostgreSQL, as which each connection signs in. */
  readonly user: string;
  /** Gives the password; called for each connection, so that a changed one counts at once. Absent where the server asks for none. */
  readonly password?: () => string | Promise<string>;
  /** One of this and `secure` is needed unless `host` is a path, 127.0.0.1 or ::1. The certificate must be valid for `host`. */
  readonly tls?: PostgresTls;
  /**
   * Speaks TLS over a connection on which the server has agreed to it, and judges who it is: for instance `connect` of `@entente/tls` with
   * its option `over`, by which a connection also ends when the server is no longer believed.
   * @param socket - connected, and nothing but the agreement was read from it
   * @returns rejects where the server is not to be believed
   */
  readonly secure?: (socket: Socket) => Promise<Socket>;
}

/** How a PostgreSQL server is authenticated: always its whole chain, and its name. */
export interface PostgresTls {
  /** The certificates that may be at the root of its chain, PEM, at least one. No other ones count. */
  readonly caPem: string;
  /** What this side proves who it is with, PEM. Absent for a user with a password. */
  readonly certificate?: { readonly chainPem: string; readonly keyPem: string };
}

/** Looked at one by one, each with its own sentence. */
const anything: OptionRule = { wanted: 'anything', fits: () => true };
const rules: OptionRules = {
  host: anything,
  address: anything,
  port: anything,
  database: anything,
  user: anything,
  password: { wanted: 'a function that gives the password', fits: (value) => typeof value === 'function' },
  tls: { wanted: 'an object with caPem', fits: (value) => typeof value === 'object' && value !== null },
  secure: callback,
};

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** The server as a URL without its password, for faults and logs. */
export function placeOf({ database, host, port = 5432, user }: PostgresServer): string {
  const at = host.startsWith('/') ? encodeURIComponent(host) : isIP(host) === 6 ? `[${host}]` : host;
  return `postgresql://${encodeURIComponent(user)}@${at}:${port}/${encodeURIComponent(database)}`;
}

/**
 * Checks what an operator has written.
 * @throws AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT` for a server that cannot be one, or that would be reached over a network without TLS
 */
export function checkServer(server: PostgresServer): void {
  const problem = optionProblem(server, rules, 'the PostgreSQL server');
  if (problem !== undefined) throw new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', problem);
  const { address, database, host, port = 5432, secure, tls, user } = server;
  for (const [name, value] of Object.entries({ host, database, user })) {
    if (typeof value === 'string' && /^[^\0]+$/.test(value)) continue;
    throw wrong(name, 'expected a text, found none', `name the ${name} of the PostgreSQL server`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw wrong(
      'port',
      `expected an integer from 1 to 65535, found ${port}`,
      'correct the port, or leave it out',
    );
  }
  if (address !== undefined && isIP(address) === 0) {
    throw wrong(
      'address',
      `expected an IP address, found ${address}`,
      'correct the address, or leave it out',
    );
  }
  if (tls === undefined && secure === undefined) {
    if (isLocal(host) && (address === undefined || isLocal(address))) return;
    const sentence = `${host} is not this machine, and there is no CA certificate to recognise it by`;
    throw wrong(
      'tls',
      sentence,
      'name the file of the CA of the PostgreSQL server; on this machine, use its Unix socket or 127.0.0.1',
    );
  }
  if (host.startsWith('/')) {
    throw wrong(
      'tls',
      'TLS is not spoken over a Unix socket',
      'leave the CA out, or name the host of the server',
    );
  }
  if (tls === undefined) return;
  if (secure !== undefined) {
    throw wrong(
      'tls',
      'expected one way to judge the server, found two',
      'leave out "tls" where "secure" decides whom to believe',
    );
  }
  if (!hasCertificate(tls.caPem)) {
    throw wrong(
      'tls.caPem',
      'expected a certificate in PEM, found none',
      'name the file of the CA of the PostgreSQL server',
    );
  }
}

/**
 * Whether what is sent there leaves this machine on no way. A name may resolve to anything, so only addresses count.
 * @param host - as an operator has written it
 */
export function isLocal(host: string): boolean {
  if (host.startsWith('/')) return true;
  const family = isIP(host);
  return family !== 0 && loopback.check(host, family === 4 ? 'ipv4' : 'ipv6');
}

/** Node takes the public CAs where the text is empty, and reads over what is none. */
function hasCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

function wrong(name: string, sentence: string, remedy: string): AccountsFault {
  const place = `"${name}" of the PostgreSQL server`;
  return new AccountsFault('ENTENTE_ACCOUNTS_BAD_ARGUMENT', { sentence, place, remedy });
}
