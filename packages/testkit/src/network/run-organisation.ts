import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCredentialRecord } from '@entente/sip';
import { administratorSetHash, type Role, type TopologyDocument } from '@entente/topology';
import { stringify } from 'yaml';
import { allStarted } from '../process/wait-for-all-started.ts';
import { type TestCertificate, testAuthorityFrom } from '../test-authority.ts';
import { type Administrator, createAdministrator, es256Signer } from './administrator.ts';
import { type AppProcess, startApp, startProgram } from './app-process.ts';
import { type DemoUser, startDemoUser } from './demo-user.ts';
import type { DnsServer } from './dns-server.ts';
import type { Network, NetworkOptions, ServerProgram } from './network.ts';
import { type Organisation, outsideObjectsUrl, type TestUser } from './organisation.ts';
import type { PreparedOrganisation } from './prepare-organisation.ts';
import type { AppName } from './runnable.ts';

/** What organisations on one machine share. */
export interface SharedNetwork {
  readonly addresses: ReadonlyMap<string, string>;
  readonly dns: DnsServer;
  readonly services: Network['services'];
  /** Certificate of the edge's external side where a public CA issues it. */
  readonly externalCertificate?: TestCertificate;
  /** Further fields of the edge's configuration. */
  readonly edgeConfig?: object;
}

/**
 * Starts the processes of an organisation: authority, front ends, edge where the topology has one, and users' clients.
 * @param prepared - after its ceremony
 * @param topology - the first one, signed and published here
 * @param shared - addresses and DNS
 * @param options - clients, and who is told
 */
export async function runOrganisation(
  prepared: PreparedOrganisation,
  topology: TopologyDocument,
  shared: SharedNetwork,
  options: NetworkOptions,
): Promise<Network> {
  const runner = new Runner(prepared, shared, options);
  try {
    return await runner.start(topology);
  } catch (error) {
    await runner.stop();
    throw error;
  }
}

/** An app, or another main module, as of `ServerProgram`. */
type Program = AppName | { readonly main: string };

const measuredApps: ReadonlySet<Program> = new Set<Program>(['pool-server', 'edge-server']);

class Runner {
  readonly #prepared: PreparedOrganisation;
  readonly #shared: SharedNetwork;
  readonly #options: NetworkOptions;
  readonly #started: AsyncDisposable[] = [];
  readonly #processes: AppProcess[] = [];

  constructor(prepared: PreparedOrganisation, shared: SharedNetwork, options: NetworkOptions) {
    this.#prepared = prepared;
    this.#shared = shared;
    this.#options = options;
  }

  async stop(): Promise<void> {
    for (const item of this.#started.splice(0).reverse()) await item[Symbol.asyncDispose]();
  }

  async start(topology: TopologyDocument): Promise<Network> {
    const { ceremony, directory, organisation } = this.#prepared;
    const { addresses, dns, services } = this.#shared;
    const { onStep = () => {} } = this.#options;
    const { authority, domain } = organisation;
    const authorityProcess = await this.#startAuthority(topology);
    const administrator = await this.#administrator();
    onStep(`${domain}: signing and publishing the topology`);
    await administrator.publish(topology);
    onStep(`${domain}: servers join with their tokens`);
    const roles = new Map(topology.servers.map(({ fqdn, role }) => [fqdn, role]));
    const byRole: Partial<Record<Role, AppProcess[]>> = { 'front-end': [], director: [], edge: [] };
    const users = await this.#users(administrator);
    const startServer = async (fqdn: string, program?: ServerProgram): Promise<AppProcess> => {
      const role = program?.role ?? roles.get(fqdn);
      if (role === undefined) throw new Error(`${fqdn} is not in the topology`);
      const process = await this.#startServer(fqdn, role, administrator, users, program);
      byRole[role]?.push(process);
      return process;
    };
    const startsNow = (role: Role): readonly string[] => {
      return [...roles.keys()].filter((fqdn) => roles.get(fqdn) === role);
    };
    const starting = (Object.keys(byRole) as Role[]).map(async (role) => {
      const started = await allStarted(startsNow(role).map((fqdn) => startServer(fqdn)));
      // In the order of the topology, whichever was the first to start.
      byRole[role]?.splice(0, started.length, ...started);
    });
    await allStarted(starting);
    const { 'front-end': frontEnds = [], director: directors = [], edge: edges = [] } = byRole;
    const [edge] = edges;
    const running = new Map<string, DemoUser>();
    const startUser = this.#startUser.bind(this);
    onStep(`${domain}: users register`);
    await allStarted(
      (this.#options.clients ?? ['alice', 'bob', 'carol']).map(async (name) => {
        const user = await this.#startUser(name);
        await user.register();
        running.set(name, user);
      }),
    );
    const key = await readFile(ceremony.files.issuingKey, 'utf8');
    const insider = async (file: string) => testAuthorityFrom(await readFile(file, 'utf8'), key);
    const listPath = `/crl/${ceremony.issuerId}/0.crl`;
    const inside = {
      insider: await insider(ceremony.files.issuingCertificate),
      crlUrl: `http://${authority.fqdn}:${authority.objectsPort}${listPath}`,
    };
    const outside = !existsSync(ceremony.files.outsideCertificate)
      ? inside
      : {
          insider: await insider(ceremony.files.outsideCertificate),
          crlUrl: `${outsideObjectsUrl(organisation)}${listPath}`,
        };
    return {
      directory,
      organisation,
      anchorsFile: ceremony.files.rootCertificate,
      addresses,
      dns,
      services,
      authority: authorityProcess,
      frontEnds,
      edge,
      edges,
      directors,
      administrator,
      ...inside,
      outside,
      processes: this.#processes,
      startServer,
      async startUser(name, server) {
        const user = await startUser(name, server);
        running.set(name, user);
        return user;
      },
      user(name) {
        const user = running.get(name);
        if (user === undefined) throw new Error(`no client of ${name} was started`);
        return user;
      },
      [Symbol.asyncDispose]: () => this.stop(),
    };
  }

  async #startAuthority(topology: TopologyDocument): Promise<AppProcess> {
    const { authorityDirectory, organisation } = this.#prepared;
    const { authority, domain } = organisation;
    const at = (scheme: string, port: number) => ({
      host: '127.0.0.1',
      port,
      url: `${scheme}://${authority.fqdn}:${port}`,
    });
    return this.#run('authority-server', authority.fqdn, {
      domain,
      fqdn: authority.fqdn,
      directory: authorityDirectory,
      administratorsHash: administratorSetHash(topology.administrators),
      https: at('https', authority.httpsPort),
      objects: at('http', authority.objectsPort),
      ...this.#options.serverConfig?.authority,
    });
  }

  async #administrator(): Promise<Administrator> {
    const { ceremony, organisation, signingKey } = this.#prepared;
    const [files] = ceremony.administrators;
    if (files === undefined) throw new Error('the ceremony gave no administrator');
    const administrator = await createAdministrator({
      authority: {
        name: organisation.authority.fqdn,
        address: '127.0.0.1',
        port: organisation.authority.httpsPort,
      },
      anchorsFile: ceremony.files.rootCertificate,
      addresses: this.#shared.addresses,
      certificate: files.certificate,
      key: files.key,
      signer: es256Signer('administrator', signingKey.privateKey),
    });
    this.#started.push(administrator);
    return administrator;
  }

  /** Makes the users known. @returns what the servers that authenticate them need in their configuration */
  async #users(administrator: Administrator): Promise<{ readonly users?: string }> {
    const { domain, users } = this.#prepared.organisation;
    const { accounts } = this.#options;
    const made = users.map(({ address, md5, password }) => {
      const username = address.split('@')[0] as string;
      const algorithms = md5 === true ? (['MD5'] as const) : (['SHA-256'] as const);
      return {
        address,
        username,
        record: createCredentialRecord({ username, realm: domain, password }, algorithms),
      };
    });
    if (accounts === undefined)
      return { users: await this.#write('users.yaml', { users: made.map(({ record }) => record) }) };
    await administrator.addAccounts(
      made.map(({ address, record, username }) => ({
        address,
        verifiers: record.ha1,
        ...accounts[username],
      })),
    );
    return {};
  }

  async #startServer(
    fqdn: string,
    role: Role,
    administrator: Administrator,
    users: { readonly users?: string },
    { config, program }: ServerProgram = {},
  ): Promise<AppProcess> {
    const { frontEndConfig, frontEndLauncher, serverConfig } = this.#options;
    const member = { ...(await this.#memberConfig(fqdn, administrator)), ...serverConfig?.[role] };
    const app = role === 'edge' ? 'edge-server' : 'pool-server';
    const main = program === undefined ? app : { main: program };
    switch (role) {
      case 'front-end':
        return this.#run(main, fqdn, { ...member, ...users, ...frontEndConfig, ...config }, frontEndLauncher);
      case 'director':
        return this.#run(main, fqdn, { ...member, ...users, ...config });
      case 'edge':
        return this.#run(main, fqdn, { ...member, ...(await this.#edgeConfig()), ...config });
      default:
        return this.#run(main, fqdn, { ...member, ...config });
    }
  }

  async #edgeConfig() {
    const { dns, edgeConfig } = this.#shared;
    return { ...(await this.#externalFiles()), dns: [`${dns.address}:${dns.port}`], ...edgeConfig };
  }

  async #externalFiles() {
    const { externalCertificate } = this.#shared;
    if (externalCertificate === undefined) return {};
    const certificate = join(this.#prepared.directory, 'edge-external.crt');
    const key = join(this.#prepared.directory, 'edge-external.key');
    await writeFile(certificate, externalCertificate.chainPem);
    await writeFile(key, externalCertificate.keyPem, { mode: 0o600 });
    return { external: { certificate, key } };
  }

  async #memberConfig(fqdn: string, administrator: Administrator) {
    return {
      fqdn,
      directory: join(this.#prepared.directory, fqdn),
      join: { token: await administrator.joinToken(fqdn) },
      addresses: Object.fromEntries(this.#shared.addresses),
      ...(this.#options.logLevel === undefined ? {} : { logLevel: this.#options.logLevel }),
    };
  }

  async #startUser(name: string, server?: { readonly port: number }): Promise<DemoUser> {
    const { ceremony, organisation } = this.#prepared;
    const user = userNamed(organisation, name);
    const process = await this.#run('demo-client', user.address, {
      user: user.address,
      password: user.password,
      server: {
        address: '127.0.0.1',
        port: server?.port ?? portFor(user, organisation),
        role: user.external === true ? 'edge' : 'front-end',
      },
      anchors: ceremony.files.rootCertificate,
      addresses: Object.fromEntries(this.#shared.addresses),
    });
    return startDemoUser(process, user);
  }

  async #run(
    program: Program,
    name: string,
    config: object,
    launcher?: readonly string[],
  ): Promise<AppProcess> {
    const configFile = await this.#write(`${name}.yaml`, config);
    const { serverArguments } = this.#options;
    const measured = serverArguments !== undefined && measuredApps.has(program);
    const options = {
      name,
      configFile,
      ...(measured ? { nodeArguments: serverArguments } : {}),
      ...(launcher === undefined ? {} : { launcher }),
    };
    const process = await (typeof program === 'string'
      ? startApp(program, options)
      : startProgram(program.main, options));
    this.#started.push(process);
    this.#processes.push(process);
    this.#options.onProcess?.(process);
    return process;
  }

  async #write(name: string, config: object): Promise<string> {
    const file = join(this.#prepared.directory, name);
    await writeFile(file, stringify(config), { mode: 0o600 });
    return file;
  }
}

function portFor(user: TestUser, { edge, frontEnds }: Organisation): number | undefined {
  if (user.external === true) return edge.externalPorts.clients;
  return frontEnds.find(({ fqdn }) => fqdn === user.home)?.port;
}

function userNamed(organisation: Organisation, name: string): TestUser {
  const user = organisation.users.find(({ address }) => address.startsWith(`${name}@`));
  if (user === undefined) throw new Error(`${organisation.domain} has no user ${name}`);
  return user;
}
