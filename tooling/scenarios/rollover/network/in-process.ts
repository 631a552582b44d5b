import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Member } from '@entente/member';
import { createCredentialRecord } from '@entente/sip';
import { createTestLog, type StepClock, type TestLogLine } from '@entente/testkit';
import {
  type Administrator,
  createAdministrator,
  es256Signer,
  type PreparedOrganisation,
} from '@entente/testkit/parts';
import {
  administratorSetHash,
  buildTopology,
  outsideObjectUrls,
  type TopologyDocument,
  topologyHash,
} from '@entente/topology';
import { stringify } from 'yaml';
import { type AuthorityServer, createAuthorityServer } from '../../../../apps/authority-server/src/index.ts';
import { createEdgeServer, edgeServerConfig } from '../../../../apps/edge-server/src/index.ts';
import { createPoolServer, poolServerConfig } from '../../../../apps/pool-server/src/index.ts';
import { certifyAdministrator } from './administrator-certificate.ts';
import { RootStorage } from './root-storage.ts';

/** A line that a server has logged, with the time of the network. */
export interface NetworkLine extends TestLogLine {
  readonly from: string;
  readonly at: number;
}

/** What the servers of all organisations have in common. */
export interface Surroundings {
  readonly clock: StepClock;
  readonly addresses: ReadonlyMap<string, string>;
  /** `address:port` of a DNS server. */
  readonly dns: string;
  readonly lines: NetworkLine[];
}

/** Age of the administrator's certificate at the start, so that it ends a week later, as those of the servers. */
const administratorAgeMs = 83 * 86_400_000;

interface RunningMember extends AsyncDisposable {
  readonly member: Member;
}

/** The servers of an organisation in this process: real sockets, and a time that the caller moves. */
export class InProcessOrganisation implements AsyncDisposable {
  readonly prepared: PreparedOrganisation;
  readonly root: RootStorage;
  readonly administrator: Administrator;
  readonly authority: AuthorityServer;
  readonly #around: Surroundings;
  readonly #members = new Map<string, RunningMember>();
  readonly #usersFile: string;
  #topology: TopologyDocument;

  private constructor(
    around: Surroundings,
    prepared: PreparedOrganisation,
    parts: {
      readonly root: RootStorage;
      readonly administrator: Administrator;
      readonly authority: AuthorityServer;
      readonly usersFile: string;
      readonly topology: TopologyDocument;
    },
  ) {
    this.#around = around;
    this.prepared = prepared;
    this.root = parts.root;
    this.administrator = parts.administrator;
    this.authority = parts.authority;
    this.#usersFile = parts.usersFile;
    this.#topology = parts.topology;
  }

  /**
   * Starts the authority of an organisation and publishes its first topology. The key of its root goes elsewhere.
   * @param around - clock, addresses, DNS, log
   * @param prepared - the organisation after its ceremony
   * @param topology - the first one
   */
  static async start(
    around: Surroundings,
    prepared: PreparedOrganisation,
    topology: TopologyDocument,
  ): Promise<InProcessOrganisation> {
    const { clock } = around;
    const { authorityDirectory, ceremony, directory, organisation, signingKey } = prepared;
    const { authority: place, domain } = organisation;
    const objectsUrl = `http://${place.fqdn}:${place.objectsPort}`;
    const outsideObjectsUrls = outsideObjectUrls(buildTopology(topology));
    const root = await RootStorage.take(authorityDirectory, { domain, objectsUrl, outsideObjectsUrls });
    const names = { directory: authorityDirectory, domain, objectsUrl };
    const files = await certifyAdministrator(names, 'administrator', clock.now() - administratorAgeMs);
    const authority = await createAuthorityServer({
      config: {
        domain,
        fqdn: place.fqdn,
        directory: authorityDirectory,
        administratorsHash: administratorSetHash(topology.administrators),
        https: {
          host: '127.0.0.1',
          port: place.httpsPort,
          url: `https://${place.fqdn}:${place.httpsPort}`,
        },
        objects: { host: '127.0.0.1', port: place.objectsPort, url: objectsUrl },
      },
      logger: logOf(around, place.fqdn),
      clock,
    });
    const administrator = await createAdministrator({
      authority: { name: place.fqdn, address: '127.0.0.1', port: place.httpsPort },
      anchorsFile: ceremony.files.rootCertificate,
      addresses: around.addresses,
      ...files,
      signer: es256Signer('administrator', signingKey.privateKey),
      clock,
    });
    await administrator.publish(topology);
    const usersFile = join(directory, 'users.yaml');
    const users = organisation.users.map(({ address, password }) =>
      createCredentialRecord({ username: address.split('@')[0] as string, realm: domain, password }, [
        'SHA-256',
      ]),
    );
    await writeFile(usersFile, stringify({ users }), { mode: 0o600 });
    const parts = { root, administrator, authority, usersFile, topology };
    return new InProcessOrganisation(around, prepared, parts);
  }

  /** The topology in force. */
  get topology(): TopologyDocument {
    return this.#topology;
  }

  /**
   * The administrators sign the next version, and publish it.
   * @param changes - what is other than in the version in force
   * @param leaveBehind - retire a root although servers depend on it
   */
  async publish(changes: Partial<TopologyDocument>, leaveBehind = false): Promise<void> {
    const before = this.#topology;
    const issued = `${new Date(this.#around.clock.now()).toISOString().slice(0, 19)}Z`;
    const version = { version: before.version + 1, previous: topologyHash(before), issued };
    const document = { ...before, ...version, ...changes };
    await this.administrator.publish(document, leaveBehind ? '?leave-behind=true' : '');
    this.#topology = document;
  }

  /** The members that run, by name. */
  get members(): ReadonlyMap<string, Member> {
    return new Map([...this.#members].map(([fqdn, { member }]) => [fqdn, member]));
  }

  /**
   * Lets a server join with a token, and starts it.
   * @param fqdn - a front end, or the edge
   */
  async join(fqdn: string): Promise<void> {
    await this.run(fqdn, await this.administrator.joinToken(fqdn));
  }

  /**
   * Starts a server.
   * @param fqdn - a front end, or the edge
   * @param token - absent where it has joined: nothing is given to it
   */
  async run(fqdn: string, token?: string): Promise<void> {
    const { addresses, clock, dns } = this.#around;
    const { directory, organisation } = this.prepared;
    const config = {
      fqdn,
      directory: join(directory, fqdn),
      ...(token === undefined ? {} : { join: { token } }),
      addresses: Object.fromEntries(addresses),
    };
    const parts = {
      clock,
      configFile: join(directory, `${fqdn}.yaml`),
      logger: logOf(this.#around, fqdn),
    };
    const server =
      fqdn === organisation.edge.fqdn
        ? await createEdgeServer(edgeServerConfig.parse({ ...config, dns: [dns] }), parts)
        : await createPoolServer(poolServerConfig.parse({ ...config, users: this.#usersFile }), parts);
    this.#members.set(fqdn, server);
  }

  /** Stops a server. Its folder stays. */
  async stop(fqdn: string): Promise<void> {
    await this.#members.get(fqdn)?.[Symbol.asyncDispose]();
    this.#members.delete(fqdn);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const fqdn of [...this.#members.keys()]) await this.stop(fqdn);
    await this.administrator[Symbol.asyncDispose]();
    await this.authority[Symbol.asyncDispose]();
  }
}

function logOf({ clock, lines }: Surroundings, from: string) {
  return createTestLog((line) => void lines.push({ ...line, from, at: clock.now() }));
}
