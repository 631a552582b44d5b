import { generateKeyPairSync } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority } from '@entente/pki/node';
import { createCredentialRecord } from '@entente/sip';
import { administratorSetHash } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import { stringify } from 'yaml';
import { type TestAuthority, testAuthorityFrom } from '../test-authority.ts';
import { type Administrator, createAdministrator, es256Signer } from './administrator.ts';
import { type AppProcess, startApp } from './app-process.ts';
import { type DemoUser, startDemoUser } from './demo-user.ts';
import { type DnsServer, startDnsServer } from './dns-server.ts';
import { freePorts } from './free-ports.ts';
import {
  addressesOf,
  layOut,
  type Organisation,
  portsNeeded,
  type TestUser,
  topologyOf,
} from './organisation.ts';

/** How a test network is started. */
export interface NetworkOptions {
  /** Default `contoso.example`. */
  readonly domain?: string;
  /** Where its files go; default a temporary directory that is removed at the end. */
  readonly directory?: string;
  /** Users whose clients are started and registered at once, by user part. Default alice, bob and carol. */
  readonly clients?: readonly string[];
  /** Command line in front of `node` for the front ends, e.g. `['taskset', '-c', '0']`. */
  readonly frontEndLauncher?: readonly string[];
  /** Told what happens while the network starts. */
  readonly onStep?: (step: string) => void;
  /** Told of each process right after it was started. */
  readonly onProcess?: (process: AppProcess) => void;
}

/** One organisation that runs on this machine. */
export interface Network extends AsyncDisposable {
  readonly directory: string;
  readonly organisation: Organisation;
  /** PEM file with the root. */
  readonly anchorsFile: string;
  readonly addresses: ReadonlyMap<string, string>;
  readonly dns: DnsServer;
  readonly authority: AppProcess;
  readonly frontEnds: readonly AppProcess[];
  readonly administrator: Administrator;
  /** The issuing CA's key in the hands of an insider, who certifies whatever he likes. */
  readonly insider: TestAuthority;
  /** Where the issuing CA publishes its revocation list. */
  readonly crlUrl: string;
  /** A user's client, running and registered. */
  user(name: string): DemoUser;
  /** Every process of the network. */
  readonly processes: readonly AppProcess[];
  /** Starts the client of a user, without registering it. */
  startUser(name: string, server?: { readonly port: number }): Promise<DemoUser>;
}

/**
 * Starts an organisation: an authority, a pool of two front ends, and users' clients, each a process of its own on
 * loopback.
 * @param options names, place, clients
 */
export async function startNetwork(options: NetworkOptions = {}): Promise<Network> {
  const started: AsyncDisposable[] = [];
  const stop = async (): Promise<void> => {
    for (const item of started.splice(0).reverse()) await item[Symbol.asyncDispose]();
  };
  try {
    return await start(options, started, stop);
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(
  options: NetworkOptions,
  started: AsyncDisposable[],
  stop: () => Promise<void>,
): Promise<Network> {
  const { onStep = () => {}, onProcess = () => {} } = options;
  const directory = options.directory ?? (await temporaryDirectory(started));
  const organisation = layOut(options.domain ?? 'contoso.example', await freePorts(portsNeeded));
  const addresses = addressesOf(organisation);
  const { authority, domain, frontEnds } = organisation;
  const processes: AppProcess[] = [];
  const run = async (...parameters: Parameters<typeof startApp>): Promise<AppProcess> => {
    const process = await startApp(...parameters);
    started.push(process);
    processes.push(process);
    onProcess(process);
    return process;
  };
  const writeConfig = async (name: string, config: object): Promise<string> => {
    const file = join(directory, name);
    await writeFile(file, stringify(config), { mode: 0o600 });
    return file;
  };

  onStep(`making the authority of ${domain}: root, issuing CA, revocation lists`);
  const authorityDirectory = join(directory, 'authority');
  const ceremony = await initialiseAuthority({
    directory: authorityDirectory,
    domain,
    fqdn: authority.fqdn,
    objectsUrl: `http://${authority.fqdn}:${authority.objectsPort}`,
    now: Date.now(),
    administrators: ['administrator'],
  });
  const signingKey = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    publicKeyEncoding: { type: 'spki', format: 'der' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const root = decodePemCertificates(ceremony.rootPem);
  if (!root.ok || root.value[0] === undefined) throw new Error('the ceremony gave no root');
  const topology = topologyOf(
    organisation,
    { administrator: signingKey.publicKey, root: root.value[0].der },
    Date.now(),
  );
  const dns = await startDnsServer(zoneOf(organisation, addresses));
  started.push(dns);

  const authorityProcess = await run('authority-server', {
    name: authority.fqdn,
    configFile: await writeConfig('authority.yaml', {
      domain,
      fqdn: authority.fqdn,
      directory: authorityDirectory,
      administratorsHash: administratorSetHash(topology.administrators),
      https: {
        host: '127.0.0.1',
        port: authority.httpsPort,
        url: `https://${authority.fqdn}:${authority.httpsPort}`,
      },
      objects: {
        host: '127.0.0.1',
        port: authority.objectsPort,
        url: `http://${authority.fqdn}:${authority.objectsPort}`,
      },
    }),
  });
  const [administratorFiles] = ceremony.administrators;
  if (administratorFiles === undefined) throw new Error('the ceremony gave no administrator');
  const administrator = await createAdministrator({
    authority: { name: authority.fqdn, address: '127.0.0.1', port: authority.httpsPort },
    anchorsFile: ceremony.files.rootCertificate,
    addresses,
    certificate: administratorFiles.certificate,
    key: administratorFiles.key,
    signer: es256Signer('administrator', signingKey.privateKey),
  });
  started.push(administrator);
  onStep('signing and publishing the topology');
  await administrator.publish(topology);

  onStep('front ends join with their tokens');
  const users = await writeConfig('users.yaml', {
    users: organisation.users.map(({ address, password, md5 }) =>
      createCredentialRecord(
        { username: address.split('@')[0] as string, realm: domain, password },
        md5 === true ? ['MD5'] : ['SHA-256'],
      ),
    ),
  });
  const joined = await Promise.all(
    frontEnds.map(async ({ fqdn }) =>
      run('pool-server', {
        name: fqdn,
        ...(options.frontEndLauncher === undefined ? {} : { launcher: options.frontEndLauncher }),
        configFile: await writeConfig(`${fqdn}.yaml`, {
          fqdn,
          directory: join(directory, fqdn),
          join: { token: await administrator.joinToken(fqdn) },
          addresses: Object.fromEntries(addresses),
          users,
        }),
      }),
    ),
  );

  const running = new Map<string, DemoUser>();
  const startUser = async (name: string, server?: { readonly port: number }): Promise<DemoUser> => {
    const user = userNamed(organisation, name);
    const home = frontEnds.find(({ fqdn }) => fqdn === user.home);
    const process = await run('demo-client', {
      name: user.address,
      configFile: await writeConfig(`${name}${server === undefined ? '' : `-${server.port}`}.yaml`, {
        user: user.address,
        password: user.password,
        server: { address: '127.0.0.1', port: server?.port ?? home?.port },
        anchors: ceremony.files.rootCertificate,
        addresses: Object.fromEntries(addresses),
      }),
    });
    return startDemoUser(process, user);
  };
  onStep('users register');
  await Promise.all(
    (options.clients ?? ['alice', 'bob', 'carol']).map(async (name) => {
      const user = await startUser(name);
      await user.register();
      running.set(name, user);
    }),
  );
  const issuingKey = await readFile(ceremony.files.issuingKey, 'utf8');
  return {
    directory,
    organisation,
    anchorsFile: ceremony.files.rootCertificate,
    addresses,
    dns,
    authority: authorityProcess,
    frontEnds: joined,
    administrator,
    insider: await testAuthorityFrom(await readFile(ceremony.files.issuingCertificate, 'utf8'), issuingKey),
    crlUrl: `http://${authority.fqdn}:${authority.objectsPort}/crl/${ceremony.issuerId}/0.crl`,
    processes,
    startUser,
    user(name) {
      const user = running.get(name);
      if (user === undefined) throw new Error(`no client of ${name} was started`);
      return user;
    },
    [Symbol.asyncDispose]: stop,
  };
}

function userNamed(organisation: Organisation, name: string): TestUser {
  const user = organisation.users.find(({ address }) => address.startsWith(`${name}@`));
  if (user === undefined) throw new Error(`${organisation.domain} has no user ${name}`);
  return user;
}

function zoneOf(organisation: Organisation, addresses: ReadonlyMap<string, string>) {
  const services = organisation.frontEnds.map(({ fqdn, port }) => ({ target: fqdn, port }));
  return {
    addresses,
    services: new Map([
      [`_sipinternaltls._tcp.${organisation.domain}`, services],
      [`_sips._tcp.${organisation.domain}`, services],
    ]),
  };
}

async function temporaryDirectory(started: AsyncDisposable[]): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'entente-network-'));
  started.push({ [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) });
  await mkdir(directory, { recursive: true });
  return directory;
}
