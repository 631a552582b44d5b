import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCredentialRecord } from '@entente/sip';
import { type Network, startNetwork } from '@entente/testkit';
import type { Partner, TopologyDocument } from '@entente/topology';
import { stringify } from 'yaml';
import { cores } from '../process/pinned.ts';
import { startPinnedApp } from '../process/pinned-app.ts';
import type { LoadedServer } from './loaded-server.ts';
import { publishNext, topologyAt } from './next-topology.ts';
import type { LoadPair, LoadTls, Sides } from './order.ts';

/** The front end of a pool with as many users as a measurement needs; it can be stopped alone. */
export interface PoolFrontEnd extends LoadedServer {
  /**
   * Callers are a trusted server over mutual TLS, whose requests are not challenged; the called are users who
   * registered by digest, each over a TLS connection of their own.
   */
  readonly byServer: Sides;
  /** Callers are users too: each authenticates by digest with the first request on the connection. */
  readonly byUser: Sides;
  /** Callers are users outside, who connect to the edge; there where {@link PoolFrontEndOptions.partners} are. */
  readonly byEdge: Sides;
  /** The network that it belongs to. */
  readonly network: Network;
  /** The newest topology. */
  readonly document: TopologyDocument;
  /** Password of every caller and called. */
  readonly password: string;
}

/** How the front end differs from one that is started as it comes. */
export interface PoolFrontEndOptions {
  /** Further fields of the configuration of front ends and edge. */
  readonly config?: object;
  /** Partners of the network; with them, be they none, comes an edge. */
  readonly partners?: readonly Partner[];
  /** Hosts of theirs, all on this machine. */
  readonly partnerHosts?: readonly string[];
  /** Further flags for the Node that the front end runs on. */
  readonly nodeFlags?: readonly string[];
}

const password = 'of a user that exists for a measurement only';

/**
 * Starts the test network, gives its first front end more users, and starts that front end again, alone on its core.
 *
 * @param pairs How many callers, and as many called.
 * @param options Configuration and partners.
 */
export async function startPoolFrontEnd(
  pairs: number,
  { config = {}, nodeFlags = [], partnerHosts = [], partners }: PoolFrontEndOptions = {},
): Promise<PoolFrontEnd> {
  const network = await startNetwork({
    clients: [],
    frontEndConfig: config,
    edgeConfig: config,
    otherHosts: partnerHosts,
    ...(partners === undefined ? {} : { partners }),
  });
  try {
    return await restart(network, pairs, nodeFlags);
  } catch (fault) {
    await network[Symbol.asyncDispose]();
    throw fault;
  }
}

async function restart(network: Network, pairs: number, nodeFlags: readonly string[]): Promise<PoolFrontEnd> {
  const { directory, organisation } = network;
  const { domain, mediation } = organisation;
  const [place] = organisation.frontEnds;
  const [first] = network.frontEnds;
  if (place === undefined || first === undefined) throw new Error('the test network has no front end');
  const names = Array.from({ length: pairs }, (_, i) => [`caller${i}`, `called${i}`] as const);
  const users = names.flat();

  const current = await topologyAt(network, place.fqdn);
  const document = await publishNext(network, current, {
    // Its requests are those of users who have authenticated: what is measured is relaying, not challenging.
    servers: current.servers.map((server) =>
      server.fqdn === mediation.fqdn ? { ...server, flags: { treatAsAuthenticated: true } } : server,
    ),
    users: {
      ...current.users,
      ...Object.fromEntries(users.map((user) => [`${user}@${domain}`, place.fqdn])),
    },
  });
  await first.stop();
  const records = users.map((username) =>
    createCredentialRecord({ username, realm: domain, password }, ['SHA-256']),
  );
  await writeFile(join(directory, 'users.yaml'), stringify({ users: records }), { mode: 0o600 });
  const app = await startPinnedApp({
    app: 'pool-server',
    configFile: join(directory, `${place.fqdn}.yaml`),
    core: cores.server,
    nodeFlags,
  });

  const anchorPem = await readFile(network.anchorsFile, 'utf8');
  const server = await network.insider.issue({ dnsNames: [mediation.fqdn], crlUrl: network.crlUrl });
  const called: LoadTls = { host: '127.0.0.1', port: place.port, servername: domain, anchorPem };
  const identity = { certificatePem: server.chainPem, keyPem: server.keyPem };
  const pair = ([from, to]: readonly [string, string]): LoadPair => ({
    from: `sip:${from}@${domain}`,
    to: `sip:${to}@${domain}`,
    registers: { username: to, password },
  });
  const authenticated = names.map((two) => ({ ...pair(two), authenticates: { username: two[0], password } }));
  const { externalFqdn, externalPorts } = organisation.edge;
  const atEdge: LoadTls = { ...called, port: externalPorts.clients, servername: externalFqdn };
  return {
    pid: app.pid,
    script: app.script,
    stop: () => app.stop(),
    network,
    document,
    password,
    byEdge: {
      caller: atEdge,
      called,
      pairs: authenticated.map((one) => ({ ...one, callerRegisters: one.authenticates })),
    },
    byServer: { caller: { ...called, identity }, called, pairs: names.map(pair) },
    byUser: { caller: called, called, pairs: authenticated },
    async [Symbol.asyncDispose]() {
      await app[Symbol.asyncDispose]();
      await network[Symbol.asyncDispose]();
    },
  };
}
