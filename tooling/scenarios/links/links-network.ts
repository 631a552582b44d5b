import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { freePorts, type LogRecord, type TestAuthority } from '@entente/testkit';
import { startApp, testAuthorityFrom } from '@entente/testkit/repository';
import { type ServerEntry, type Service, type TopologyDocument, topologyHash } from '@entente/topology';
import { stringify } from 'yaml';
import { pool as frontEndPool } from '../../bench/failover/planned-servers.ts';
import { type FailoverPool, loopbackPlaces, startPool } from '../../bench/failover/pool.ts';
import { domain } from '../harness/authority-place.ts';
import { certifyServer } from '../harness/enrolled.ts';
import { dialAt, type Shown } from '../harness/impostor.ts';
import { Opened } from '../harness/opened.ts';
import { talkWithRoom } from './room-talk.ts';
import { absent, running } from './sip-link-ends.ts';

/** Where a server of the topology would listen. */
export interface Place {
  readonly fqdn: string;
  readonly address: string;
  readonly port: number;
}

/** A refusal, as the server that refuses has logged it. */
export type Refusal = LogRecord & { readonly remedy?: string };

/** A process of each role and an authority, and in the topology a second server of each role, which does not run. */
export interface LinksNetwork extends AsyncDisposable {
  /** Of the issuing authority, in the hands of an insider. */
  readonly insider: TestAuthority;
  /** Servers that do not run, and where they would. */
  readonly places: readonly Place[];
  /** The certificate of one of them, by the authority. */
  certificate(server: string): Promise<Shown>;
  /** One that was revoked, as every server knows. */
  revoked(server: string): Promise<Shown>;
  /** Publishes the topology with some of it changed, until it is in force at every server. */
  publish(parts: Partial<TopologyDocument>): Promise<void>;
  /** The topology as it is at first. */
  readonly document: TopologyDocument;
  /** Where a server listens. */
  place(server: string, service: Service): Place;
  /** What a server has logged as refused. */
  refusals(server: string): readonly Refusal[];
  /**
   * Dials a server without verifying it, until that closes the connection.
   * @param shown - default no certificate
   * @returns why, as it has logged
   * @throws where the server lets it in
   */
  dial(server: string, service: Service, shown?: Shown): Promise<Refusal>;
}

/** Starts it. */
export async function startLinksNetwork(): Promise<LinksNetwork> {
  const opened = new Opened();
  return opened.orEnd(async () => {
    const directory = await opened.folder();
    const played = await playedServers();
    const pool = opened.use(
      await startPool({
        directory,
        users: [user],
        areAccounts: true,
        places: loopbackPlaces(1),
        edges: loopbackPlaces(1, 61),
        directors: loopbackPlaces(1, 71),
        mediation: loopbackPlaces(1, 81),
        played,
        telephony: telephonyOf(absent.gateway),
      }),
    );
    const application = opened.use(
      await startApplication(pool, directory, running['trusted-application'] as string),
    );
    opened.use(await talkWithRoom(pool, user, `sip:lobby@${application.name}`));
    const servers = new Map<string, { readonly records: readonly LogRecord[] }>(
      [...pool.members, ...pool.edges, ...pool.directors, ...pool.mediation].map((one) => [one.fqdn, one]),
    ).set(application.name, application);
    const recordsOf = (server: string): readonly LogRecord[] => {
      const found = servers.get(server);
      if (found === undefined) throw new Error(`${server} does not run`);
      return found.records;
    };
    const everybody = async (wanted: (record: LogRecord) => boolean): Promise<void> => {
      await Promise.all([...servers.keys()].map((server) => first(() => recordsOf(server), wanted)));
    };
    const { issuingCertificate, issuingKey } = pool.authority.ceremony.files;
    const insider = await testAuthorityFrom(
      await readFile(issuingCertificate, 'utf8'),
      await readFile(issuingKey, 'utf8'),
    );
    let current: TopologyDocument = pool.topology;
    const place = (fqdn: string, service: Service): Place => {
      const internal = pool.topology.servers.find((server) => server.fqdn === fqdn)?.interfaces?.internal;
      const port = internal?.ports?.[service];
      if (internal?.address === undefined || port === undefined) throw new Error(`${fqdn} has no ${service}`);
      return { fqdn, address: internal.address, port };
    };
    let dialled = 0;
    return {
      insider,
      document: pool.topology,
      places: Object.values(absent).map((fqdn) => place(fqdn, 'sip')),
      place,
      certificate: oncePerServer((server) => certifyServer(pool.orders, server)),
      revoked: oncePerServer(async (server) => {
        const certificate = await certifyServer(pool.orders, server);
        const order = { serial: certificate.serialHex, reason: 'keyCompromise' };
        const { body, status } = await pool.orders.post('/revoke', order);
        if (status >= 300) throw new Error(`${server}: ${JSON.stringify(body)}`);
        const number = Number(body.crlNumber);
        await everybody((record) => record.event === 'revocation-list' && Number(record.number) >= number);
        return certificate;
      }),
      async publish(changed) {
        const version = current.version + 1;
        current = { ...pool.topology, ...changed, version, previous: topologyHash(current) };
        await pool.orders.publish(current);
        await everybody((record) => record.event === 'topology' && record.version === version);
      },
      refusals: (server) => recordsOf(server).filter(({ event }) => event === 'refused'),
      async dial(server, service, shown) {
        const { address, port } = place(server, service);
        // Servers write so many lines a second about one address: each attempt is from another one, and is found by it.
        dialled++;
        const localAddress = `127.0.${1 + (dialled >> 7)}.${1 + (dialled & 127)}`;
        const socket = dialAt(port, shown, { host: address, servername: server, localAddress });
        try {
          await once(socket, 'connect');
          const from = `${localAddress}:${socket.localPort}`;
          // A server answers a keep-alive of those that it has let in (RFC 5626 §3.5.1).
          socket.write('\r\n\r\n');
          const isLetIn = await new Promise<boolean>((resolve) => {
            socket.once('data', () => resolve(true));
            socket.once('close', () => resolve(false));
          });
          if (isLetIn) throw new Error(`${server} has let in a peer that it had to refuse`);
          return await first(
            () => recordsOf(server),
            (record) => record.event === 'refused' && record.from === from,
          );
        } finally {
          socket.destroy();
        }
      },
      [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
    };
  });
}

/** Calls go to one gateway, which is asked every second whether it is there. */
export function telephonyOf(gateway = otherGateway): NonNullable<TopologyDocument['telephony']> {
  return { routes: [{ prefix: '+', gateway }], healthSeconds: 1 };
}

const otherGateway = `gw2.${domain}`;
const user = 'alice';
const pollMs = 20;

/** The first line that is wanted, past or to come. */
async function first(
  records: () => readonly LogRecord[],
  wanted: (record: LogRecord) => boolean,
): Promise<LogRecord> {
  for (;;) {
    const found = records().find(wanted);
    if (found !== undefined) return found;
    await setTimeout(pollMs);
  }
}

function oncePerServer<T>(make: (server: string) => Promise<T>): (server: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (server) => {
    const found = made.get(server) ?? make(server);
    made.set(server, found);
    return found;
  };
}

/** They stand at addresses of their own, and the application that runs with them. */
async function playedServers(): Promise<readonly ServerEntry[]> {
  const ports = await freePorts(14);
  const port = (): number => ports.shift() as number;
  let last = 100;
  const at = () => ({ address: `127.0.0.${++last}`, ports: { sip: port() } });
  const pools = {
    'front-end': frontEndPool,
    director: `directors.${domain}`,
    edge: `edges.${domain}`,
    mediation: `mediation.${domain}`,
  } as const;
  const entry = (fqdn: string | undefined, role: ServerEntry['role'], pool?: string): ServerEntry => ({
    fqdn: fqdn as string,
    role,
    ...(pool === undefined ? {} : { pool }),
    interfaces: { internal: at() },
  });
  const edge = entry(absent.edge, 'edge', pools.edge);
  const mediation = entry(absent.mediation, 'mediation', pools.mediation);
  const { internal } = edge.interfaces as { internal: ReturnType<typeof at> };
  const media = mediation.interfaces as { internal: ReturnType<typeof at> };
  const outside = { clients: port(), federation: port(), bundle: port(), objects: port() };
  return [
    entry(absent['front-end'], 'front-end', pools['front-end']),
    entry(absent.director, 'director', pools.director),
    {
      ...edge,
      interfaces: {
        internal,
        external: { fqdn: `access.${domain}`, address: internal.address, ports: outside },
      },
    },
    {
      ...mediation,
      interfaces: {
        internal: { ...media.internal, ports: { ...media.internal.ports, gateway: port() } },
      },
    },
    entry(absent.gateway, 'gateway'),
    entry(otherGateway, 'gateway'),
    entry(absent['trusted-application'], 'trusted-application'),
    entry(running['trusted-application'], 'trusted-application'),
  ];
}

async function startApplication({ authority, orders }: FailoverPool, directory: string, fqdn: string) {
  const configFile = join(directory, `${fqdn}.yaml`);
  const configuration = {
    fqdn,
    directory: join(directory, fqdn),
    join: { token: await orders.joinToken(fqdn) },
    addresses: { [authority.fqdn]: '127.0.0.1' },
    rooms: [{ address: `lobby@${fqdn}`, isOpen: true }],
    rate: { burst: 1_000, perSecond: 1_000 },
  };
  await writeFile(configFile, stringify(configuration), { mode: 0o600 });
  return startApp('chat-room-server', { name: fqdn, configFile });
}
