import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { createCredentialRecord } from '@entente/sip';
import type { AppProcess, LogRecord } from '@entente/testkit';
import { type AppName, type ServerAddress, startApp } from '@entente/testkit/repository';
import type { Trust } from '@entente/tls';
import type { PoolEntry, Role, ServerEntry, Telephony, TopologyDocument } from '@entente/topology';
import { stringify } from 'yaml';
import { type AuthorityOrders, openOrders, openTrustIn } from '../../scenarios/harness/authority-orders.ts';
import {
  type AuthorityPlace,
  createAuthorityPlace,
  domain,
} from '../../scenarios/harness/authority-place.ts';
import {
  accessName,
  layOut,
  type MemberPlace,
  type Planned,
  type PoolPlaces,
  pool,
} from './planned-servers.ts';

/** A server that can be killed; address and port are those for clients, where it has any. */
export interface PoolMember extends ServerAddress {
  readonly fqdn: string;
  /** As by `kill -9`: it gets no chance to say or write anything. Where its machine has a power switch, nor has the machine. */
  kill(): Promise<void>;
  /** Asks it to end, as a supervisor does. */
  stop(): Promise<void>;
  /**
   * Starts it again; settles once it says that it has started.
   * @param root - folder with the sources that run from now on; default those of before
   */
  restart(root?: string): Promise<void>;
  /** What the process that runs has logged. */
  readonly records: readonly LogRecord[];
}

/** An authority, a pool of front ends, and pools of the other roles where there are any, each server a process of its own. */
export interface FailoverPool extends AsyncDisposable {
  readonly members: readonly PoolMember[];
  readonly edges: readonly PoolMember[];
  readonly directors: readonly PoolMember[];
  readonly mediation: readonly PoolMember[];
  readonly authority: AuthorityPlace;
  /** Of clients. */
  readonly trust: Trust;
  /** Of an administrator. */
  readonly orders: AuthorityOrders;
  /** The topology that was published. */
  readonly topology: TopologyDocument;
  /** Of every user. */
  readonly password: string;
}

/** What {@link startPool} needs. */
export interface PoolOptions extends PoolPlaces {
  /** Folder for everything; it exists. */
  readonly directory: string;
  /** Names of all users there will be. */
  readonly users: readonly string[];
  /** Whether they are accounts of the authority; default they are in a file of each server. */
  readonly areAccounts?: boolean;
  /** What an account has besides, where they are accounts: a number, rights. */
  readonly accountOf?: (user: string) => Partial<Account>;
  /** Servers that a test plays: they stand in the topology, and have no process. */
  readonly played?: readonly ServerEntry[] | undefined;
  readonly telephony?: Telephony | undefined;
  /** Where the servers share what is registered; without it they tell each other. */
  readonly redis?: { readonly host: string; readonly port: number } | undefined;
}

/**
 * Servers on loopback, each with an address of its own.
 * @param count - how many
 * @param first - last part of the first address
 */
export function loopbackPlaces(count: number, first = 41): readonly MemberPlace[] {
  return Array.from({ length: count }, (_, index) => ({
    address: `127.0.0.${first + index}`,
    authority: '127.0.0.1',
  }));
}

/**
 * Starts them.
 * @param options - who and where
 */
export async function startPool(options: PoolOptions): Promise<FailoverPool> {
  const parts: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const stop = async (): Promise<void> => {
    for (const part of parts.splice(0).reverse()) await part[Symbol.asyncDispose]();
  };
  try {
    const {
      accountOf,
      directory,
      edges: edgePlaces = [],

      places,
      played = [],
      redis,
      users,
    } = options;
    const { directors, edges, mediation, members } = await layOut(options);
    const authority = await createAuthorityPlace({
      directory,
      address: places[0]!.authority,
      pools: [
        { fqdn: pool, role: 'front-end' },
        ...poolOf(edges, 'edge'),
        ...poolOf(directors, 'director'),
        ...poolOf(mediation, 'mediation'),
      ],
      servers: [...[...members, ...edges, ...directors, ...mediation].map(({ entry }) => entry), ...played],
      telephony: options.telephony,
      ...(edges[0] === undefined ? {} : { outsideObjectsUrls: [edges[0].objectsUrl] }),
    });
    own(await startApp('authority-server', { name: authority.fqdn, configFile: authority.configFile }));
    const orders = own(await openOrders(authority));
    await orders.publish(authority.topology);
    const password = randomBytes(12).toString('base64url');
    const usersFile = options.areAccounts === true ? undefined : join(directory, 'users.yaml');
    if (usersFile === undefined) await addAccounts(orders, users, password, accountOf);
    else await writeUsers(usersFile, users, password);
    const run = async (app: AppName, { entry: { fqdn }, place, port }: Planned, more: object) => {
      const configFile = join(directory, `${fqdn}.yaml`);
      const configuration = {
        fqdn,
        directory: join(directory, fqdn),
        join: { token: await orders.joinToken(fqdn) },
        addresses: { [authority.fqdn]: place.authority },
        ...more,
      };
      await writeFile(configFile, stringify(configuration), { mode: 0o600 });
      const { address, launcher, power } = place;
      const started = { name: fqdn, configFile, ...(launcher === undefined ? {} : { launcher }) };
      let { root } = place;
      const start = (): Promise<AppProcess> =>
        startApp(app, { ...started, ...(root === undefined ? {} : { root }) });
      let running = await start();
      own({ [Symbol.asyncDispose]: () => running.stop() });
      return {
        fqdn,
        address,
        port,
        async kill() {
          power?.off();
          process.kill(running.pid, 'SIGKILL');
          await running.stop();
        },
        stop: () => running.stop(),
        get records() {
          return running.records;
        },
        async restart(other = root) {
          root = other;
          power?.on();
          running = await start();
        },
      };
    };
    const shared = {
      ...(usersFile === undefined ? {} : { users: usersFile }),
      ...(redis === undefined ? {} : { locations: { redis } }),
    };
    const directing = usersFile === undefined ? {} : { users: usersFile };
    const [frontEnds, outside, runningDirectors, runningMediation] = await Promise.all([
      Promise.all(members.map((planned) => run('pool-server', planned, shared))),
      // Nobody federates here.
      Promise.all(edges.map((planned) => run('edge-server', planned, { dns: ['127.0.0.1:9'] }))),
      Promise.all(directors.map((planned) => run('pool-server', planned, directing))),
      Promise.all(mediation.map((planned) => run('pool-server', planned, {}))),
    ]);
    const hosts = new Map(edgePlaces.slice(0, 1).map(({ address }) => [accessName, address]));
    const trust = own(await openTrustIn(authority, hosts));
    const { topology } = authority;
    return {
      members: frontEnds,
      edges: outside,
      directors: runningDirectors,
      mediation: runningMediation,
      authority,
      trust,
      orders,
      topology,
      password,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The pool of servers of a role, where there are any. */
function poolOf(planned: readonly Planned[], role: Role): readonly PoolEntry[] {
  const fqdn = planned[0]?.entry.pool;
  return fqdn === undefined ? [] : [{ fqdn, role }];
}

async function writeUsers(file: string, users: readonly string[], password: string): Promise<void> {
  const records = users.map((username) =>
    createCredentialRecord({ username, realm: domain, password }, ['SHA-256']),
  );
  await writeFile(file, stringify({ users: records }), { mode: 0o600 });
}

async function addAccounts(
  orders: AuthorityOrders,
  users: readonly string[],
  password: string,
  accountOf: (user: string) => Partial<Account> = () => ({}),
): Promise<void> {
  const accounts = users.map((user) => {
    const address = `${user}@${domain}`;
    const verifiers = verifiersOf(address, password) ?? {};
    return { address, verifiers, state: 'enabled', rights: [], ...accountOf(user) };
  });
  const { body, status } = await orders.post('/accounts', { accounts });
  if (status >= 300) throw new Error(`the accounts were refused: ${JSON.stringify(body)}`);
}
