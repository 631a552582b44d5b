import { OperatorFault, pathBeside } from '@entente/host';
import { expectStore, type FollowedAccounts, type Member } from '@entente/member';
import {
  isLocal,
  type PostgresServer,
  type PostgresSettings,
  readPostgresAccounts,
  readPostgresServer,
} from '@entente/store-sql/postgres';
import { connect } from '@entente/tls';

/** Milliseconds that one question waits for a server that restarts; the follower asks again by itself. */
const patienceMs = 1_000;

/** The accounts as a server reads them itself. */
export interface OwnAccounts extends AsyncDisposable {
  readonly accounts: FollowedAccounts;
}

/**
 * Reads the accounts from the directory that the configuration names. It starts without it, with what an earlier run knew.
 * @param settings - where they are
 * @param configFile - that paths are relative to
 * @param member - whose topology names the server, and who follows them
 * @throws OperatorFault `ENTENTE_ACCOUNTS_STORE`; AccountsFault `ENTENTE_ACCOUNTS_BAD_ARGUMENT`; PkiFault `ENTENTE_PKI_SECRET_EXPOSED`
 */
export async function readAccounts(
  { postgresql }: { readonly postgresql: PostgresSettings },
  configFile: string,
  member: StoreMember & Pick<Member, 'followAccounts'>,
): Promise<OwnAccounts> {
  const named = await readPostgresServer(postgresql, (path) => pathBeside(configFile, path), 'topology');
  const directory = readPostgresAccounts({ server: placeIn(named, member, configFile), patienceMs });
  try {
    const accounts = await member.followAccounts(directory);
    return { accounts, [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose]() };
  } catch (error) {
    await directory[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whose trust and topology say which stores are believed. */
type StoreMember = Pick<Member, 'identity' | 'topology' | 'trust'>;

/**
 * A server on another machine is a store of the topology, which says where it is: nobody else is asked who the users are. It is judged as
 * any server of the domain, for as long as a connection is open.
 */
function placeIn(server: PostgresServer, member: StoreMember, configFile: string): PostgresServer {
  if (isLocal(server.host)) return server;
  const store = member.topology.stores.get(server.host);
  if (store?.kind !== 'postgresql') {
    throw new OperatorFault('ENTENTE_ACCOUNTS_STORE', {
      sentence: `expected a store of the topology of kind postgresql, found ${store === undefined ? `none of the name ${server.host}` : `${server.host} of kind ${store.kind}`}`,
      place: `"accounts" in ${configFile}`,
      remedy: `add it with entente topology add store ${server.host} --kind postgresql and publish the topology, or correct "host"`,
    });
  }
  const { address, port } = store;
  const place = { host: address ?? server.host, port: port ?? server.port ?? 5_432 };
  const expectation = expectStore(member, server.host, 'postgresql');
  return {
    ...server,
    secure: (over) => connect({ ...place, ...expectation, minVersion: 'TLSv1.2', over }),
    ...(port === undefined ? {} : { port }),
    ...(address === undefined ? {} : { address }),
  };
}
