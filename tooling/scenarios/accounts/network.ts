import { join } from 'node:path';
import { type Account, verifiersOf } from '@entente/accounts';
import { manageServer } from '@entente/host';
import type { FollowedAccounts } from '@entente/member';
import type { PostgresServer } from '@entente/store-sql/postgres';
import { createTestLog, freePorts, type TestLogLine } from '@entente/testkit';
import { type Clock, openTrust, type Trust } from '@entente/tls';
import type { ServerEntry } from '@entente/topology';
import { document, type Scene, signed, startScene } from '../../../apps/authority-server/test/network.ts';
import { createPoolServer, type PoolServer, poolServerConfig } from '../../../apps/pool-server/src/index.ts';
import { Peer } from '../../../packages/front-end/test/wire-network.ts';
import { Opened } from '../harness/opened.ts';

/** The front ends, each alone in a pool of its own. */
export const frontEnds = ['fe01.contoso.example', 'fe02.contoso.example'] as const;
const authority = 'ca.contoso.example';

/** The password of an account, unless a test says another one. */
export const password = 'secret';

/** An account with a password. */
export function account(name: string, more: Partial<Account> = {}, secret = password): Account {
  const address = `${name}@contoso.example`;
  return { address, verifiers: verifiersOf(address, secret) ?? {}, state: 'enabled', rights: [], ...more };
}

/** A front end that runs in this process. */
export interface RunningFrontEnd {
  readonly fqdn: string;
  readonly port: number;
  readonly server: PoolServer;
  readonly accounts: FollowedAccounts;
  readonly lines: readonly TestLogLine[];
}

/** An authority and two front ends, whose users are the accounts of the authority. */
export interface AccountsNetwork extends AsyncDisposable {
  readonly scene: Scene;
  readonly running: ReadonlyMap<string, RunningFrontEnd>;
  /** What a client trusts. */
  readonly trust: Trust;
  /** Sends an order of an administrator; throws where it is refused. */
  order(path: string, fields: object): Promise<Record<string, unknown>>;
  /** A client of a front end. */
  client(fqdn: string): Peer;
  start(fqdn: string): Promise<RunningFrontEnd>;
  stop(fqdn: string): Promise<void>;
}

/** A database whose accounts the authority changes, and each front end reads itself. */
export interface SharedDatabase {
  /** As the authority uses it. */
  readonly server: PostgresServer;
  /** A user who only reads. */
  readonly reader: string;
}

/**
 * Starts the network.
 * @param clock - of the authority and the front ends; default that of the machine
 * @param database - with the accounts; default the authority keeps and feeds them
 */
export async function startAccountsNetwork(
  clock?: Clock,
  database?: SharedDatabase,
): Promise<AccountsNetwork> {
  const [httpsPort = 0, objectsPort = 0, ...ports] = await freePorts(2 + 2 * frontEnds.length);
  const opened = new Opened();
  const folder = await opened.folder();
  const scene = await startScene(clock, {
    ports: { https: httpsPort, objects: objectsPort },
    ...(database === undefined ? {} : { postgresql: database.server }),
  });
  opened.defer(() => scene.close());
  const servers = frontEnds.map(
    (fqdn, index): ServerEntry => ({
      fqdn,
      role: 'front-end',
      pool: `pool${index + 1}.contoso.example`,
      interfaces: {
        internal: {
          address: '127.0.0.1',
          ports: { sip: ports[2 * index] ?? 0, web: ports[2 * index + 1] ?? 0 },
        },
      },
    }),
  );
  const first = document(servers);
  const topology = {
    ...first,
    domains: [{ name: 'contoso.example', pool: 'pool1.contoso.example' }],
    pools: frontEnds.map((_, index) => ({
      fqdn: `pool${index + 1}.contoso.example`,
      role: 'front-end' as const,
    })),
  };
  const published = await scene.publish(signed(topology));
  if (published.status !== 200) throw new Error(await published.text());
  const trust = await openTrust({
    anchors: { pem: scene.made.rootPem },
    fetch: { hosts: [], privateHosts: [authority], lookUp: async () => ['127.0.0.1'] },
  });
  const running = new Map<string, RunningFrontEnd>();
  opened.use(trust);
  const order: AccountsNetwork['order'] = async (path, fields) => {
    const response = await scene.ask(path, scene.alice, { method: 'POST', body: JSON.stringify(fields) });
    const answer = (await response.json()) as Record<string, unknown>;
    if (response.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
  const joined = new Set<string>();
  const start: AccountsNetwork['start'] = async (fqdn) => {
    const lines: TestLogLine[] = [];
    const addresses = Object.fromEntries([authority, ...frontEnds].map((name) => [name, '127.0.0.1']));
    const token = joined.has(fqdn)
      ? undefined
      : ((await order('/join-tokens', { server: fqdn })) as { token: string }).token;
    joined.add(fqdn);
    const config = {
      fqdn,
      directory: join(folder, fqdn),
      ...(token === undefined ? {} : { join: { token } }),
      addresses,
      ...(database === undefined
        ? {}
        : { accounts: { postgresql: { ...settingsOf(database.server), user: database.reader } } }),
    };
    const server = await createPoolServer(poolServerConfig.parse(config), {
      configFile: join(folder, `${fqdn}.yaml`),
      logger: Object.assign(
        createTestLog((line) => void lines.push(line)),
        { level: 'info' as const },
      ),
      ...(clock === undefined ? {} : { clock }),
    });
    // As its program does: that makes it report its problems.
    await manageServer({ fqdn, logger: createTestLog(() => {}), management: undefined }, async () => server);
    const { port } = server.role;
    const accounts = await server.member.followAccounts();
    const one = { fqdn, port, server, accounts, lines };
    running.set(fqdn, one);
    return one;
  };
  const stop: AccountsNetwork['stop'] = async (fqdn) => {
    await running.get(fqdn)?.server[Symbol.asyncDispose]();
    running.delete(fqdn);
  };
  opened.defer(() => Promise.all([...running.keys()].map(stop)));
  for (const fqdn of frontEnds) await start(fqdn);
  return {
    scene,
    running,
    trust,
    order,
    client(fqdn) {
      return opened.use(new Peer(running.get(fqdn)?.port ?? 0, trust, undefined));
    },
    start,
    stop,
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
}

function settingsOf({ database, host, port }: PostgresServer) {
  return { database, host, port };
}

/**
 * Resolves when the servers have heard of an account, each by itself.
 * @param running - front ends
 * @param address - of the account
 */
export async function heard(
  running: Iterable<Pick<RunningFrontEnd, 'accounts'>>,
  address: string,
): Promise<void> {
  await Promise.all(
    [...running].map(
      ({ accounts }) =>
        new Promise<void>((resolve) => {
          const stop = accounts.onChange((changes) => {
            if (!changes.some((change) => change.address === address)) return;
            stop();
            resolve();
          });
        }),
    ),
  );
}
