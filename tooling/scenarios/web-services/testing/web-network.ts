import { type Account, verifiersOf } from '@entente/accounts';
import { type ChangedAccount, KnownAccounts } from '@entente/accounts/feed';
import { type RunningFrontEnd, serveFrontEnd } from '@entente/front-end';
import type { FollowedAccounts } from '@entente/member';
import { accountCredentials } from '@entente/sip-relay/users';
import { createTestAuthority, freePorts, type TestCertificate } from '@entente/testkit';
import { agentOf } from '@entente/testkit/repository';
import { sampleTopology } from '@entente/testkit/topology';
import { type Clock, openTrust, systemClock } from '@entente/tls';
import type { TopologyDocument } from '@entente/topology';
import {
  type RunningWebServices,
  type ServeWebServicesOptions,
  serveWebServices,
} from '@entente/web-services';
import { Lines } from '../../harness/kept.ts';
import { credentialOf, memberHere, sharedKeys } from '../../harness/member-here.ts';
import { Opened } from '../../harness/opened.ts';
import { WebUser, type WebUserOptions } from './web-user.ts';

/** The domain of the network. */
export const domain = 'contoso.example';
/** What every user signs in with first. */
export const firstPassword = 'correct horse battery';
/** The name by which the reverse proxy is known outside. */
export const outsideName = 'www.contoso.example';
const pool = 'pool1.contoso.example';

/** Who is in the directory. */
const users = ['alice', 'bob', 'bob.smith', 'carla', 'carol', 'Smithers'];

/** What differs from the usual network. */
export interface WebNetworkOptions {
  readonly links?: TopologyDocument['links'];
  /** More users, all of one beginning. */
  readonly crowd?: number;
  /** Nobody listens where they would be. */
  readonly withoutFrontEnds?: boolean;
  /** Of the listener for users inside. */
  readonly limits?: ServeWebServicesOptions['limits'];
  /** Milliseconds since 1970, of all servers. */
  readonly clock?: () => number;
}

/** Two front ends of a pool and web services on real sockets, and the certificate of a reverse proxy. */
export async function startWebNetwork(options: WebNetworkOptions = {}) {
  const root = await createTestAuthority('Contoso Test Root');
  const foreign = await createTestAuthority('Another Root');
  const [sip1 = 0, sip2 = 0, web1 = 0, web2 = 0, users1 = 0, proxied = 0] = await freePorts(6);
  const at = (ports: Record<string, number>) => ({ internal: { address: '127.0.0.1', ports } });
  const topology = sampleTopology({
    domains: [{ name: domain, pool }],
    pools: [{ fqdn: pool, role: 'front-end' }],
    servers: [
      { fqdn: 'fe1.contoso.example', role: 'front-end', pool, interfaces: at({ sip: sip1, web: web1 }) },
      { fqdn: 'fe2.contoso.example', role: 'front-end', pool, interfaces: at({ sip: sip2, web: web2 }) },
      { fqdn: 'web1.contoso.example', role: 'web-services', interfaces: at({ web: users1, proxied }) },
      {
        fqdn: 'rp1.contoso.example',
        role: 'reverse-proxy',
        interfaces: { external: { fqdn: outsideName } },
      },
      {
        fqdn: 'edge1.contoso.example',
        role: 'edge',
        interfaces: { external: { fqdn: 'access.contoso.example', ports: { clients: 4_430 } } },
      },
      { fqdn: 'med1.contoso.example', role: 'mediation' },
    ],
    ...(options.links === undefined ? {} : { links: options.links }),
  });
  const issue = (name: string) => root.issue({ dnsNames: [name], uris: [`sip:${name}`] });
  const revoked = { proxy: await issue('rp1.contoso.example'), web: await issue('web1.contoso.example') };
  const revokedFrontEnd = await issue('fe1.contoso.example');
  let laterMs = 0;
  const clock: Clock = {
    now: () => (options.clock ?? Date.now)() + laterMs,
    after: systemClock.after,
  };
  const trust = await openTrust({
    clock,
    anchors: { pem: root.certificatePem },
    crls: {
      pem: await root.crl([...Object.values(revoked), revokedFrontEnd].map(({ serialHex }) => serialHex)),
    },
  });
  const keys = sharedKeys();
  const lines = new Lines();
  const directory = createDirectory(options.crowd ?? 0);
  const memberOf = async (fqdn: string, known?: TestCertificate) =>
    memberHere({
      fqdn,
      identity: await credentialOf(known ?? (await certificateOf(fqdn))),
      trust,
      topology,
      keys,
    });
  const certificateOf = (fqdn: string) =>
    fqdn.startsWith('fe')
      ? root.issue({
          dnsNames: [fqdn, pool, domain],
          uris: [fqdn, pool, domain].map((name) => `sip:${name}`),
        })
      : root.issue({ dnsNames: [fqdn] });
  const opened = new Opened();
  opened.use(trust);
  let now = 0;
  const frontEnds = new Map<string, RunningFrontEnd>();
  const startFrontEnd = async (fqdn: string) => {
    const accounts = directory.followed();
    const running = await serveFrontEnd({
      member: await memberOf(fqdn),
      logger: lines.logger(fqdn),
      accounts,
      credentials: accountCredentials(accounts),
      ...(options.clock === undefined ? {} : { clock: options.clock }),
    });
    frontEnds.set(fqdn, running);
  };
  const stopFrontEnd = async (fqdn: string) => {
    await frontEnds.get(fqdn)?.[Symbol.asyncDispose]();
    frontEnds.delete(fqdn);
  };
  const bothFrontEnds = ['fe1.contoso.example', 'fe2.contoso.example'];
  if (options.withoutFrontEnds !== true) for (const fqdn of bothFrontEnds) await startFrontEnd(fqdn);
  const shown = await certificateOf('web1.contoso.example');
  const web: RunningWebServices = opened.use(
    await serveWebServices({
      member: await memberOf('web1.contoso.example', shown),
      accounts: directory.followed(),
      logger: lines.logger('web1.contoso.example'),
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      // No budget of an address is used up, however fast the tests run.
      clock: () => {
        now += 1_000;
        return now;
      },
    }),
  );
  const user = (more: Partial<WebUserOptions> = {}) =>
    new WebUser({ port: web.port, name: 'web1.contoso.example', ca: root.certificatePem, ...more });
  return {
    root,
    foreign,
    trust,
    topology,
    lines: lines.all,
    directory,
    web,
    revoked,
    revokedFrontEnd,
    /** What web services show. */
    shown,
    certificateOf,
    memberOf,
    /** Where web services ask a front end. */
    webPortOf: (fqdn: string) => frontEnds.get(fqdn)?.webPort ?? 0,
    /** Goes on a second by the clock of the servers, so that what is bounded in each second begins again. */
    nextSecond(): void {
      laterMs += 1_000;
    },
    /** Starts a front end again that was stopped. */
    startFrontEnd,
    stopFrontEnd,
    /** Where the first front end is asked. */
    frontEndPort: web1,
    /** Somebody inside. */
    user,
    /** A reverse proxy, or who claims to be one, with a request of somebody outside. */
    async throughProxy({
      client = '198.51.100.7',
      name = 'rp1.contoso.example',
      shown,
      host = outsideName,
    }: {
      client?: string;
      name?: string;
      shown?: TestCertificate;
      host?: string;
    } = {}) {
      const { chainPem: cert, keyPem: key } = shown ?? (await certificateOf(name));
      return user({
        port: web.proxiedPort ?? 0,
        host,
        certificate: { cert, key },
        headers: { 'x-forwarded-for': client },
      });
    },
    /** A telephone of a user at one of the front ends, which has registered. */
    async telephone(name: string, port: 'fe1' | 'fe2' = 'fe1', password = firstPassword) {
      const { agent } = agentOf({
        domain,
        name,
        password,
        trust,
        servers: [{ address: '127.0.0.1', port: port === 'fe1' ? sip1 : sip2 }],
      });
      opened.use(agent);
      const { status } = await agent.register();
      if (status !== 200) throw new Error(`REGISTER of ${name}: ${status}`);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const fqdn of bothFrontEnds) await stopFrontEnd(fqdn);
      await opened[Symbol.asyncDispose]();
    },
  };
}

/** See {@link startWebNetwork}. */
export type WebNetwork = Awaited<ReturnType<typeof startWebNetwork>>;

/** A directory that tells its readers at once. */
function createDirectory(crowd: number) {
  const listeners = new Set<(changes: readonly ChangedAccount[]) => void>();
  const known = new KnownAccounts();
  const put = (account: Account) => {
    const changes = known.apply([{ address: account.address, account }]);
    for (const tell of listeners) tell(changes);
  };
  const accountOf = (name: string, inDomain = domain): Account => {
    const address = `${name}@${inDomain}`;
    return {
      address,
      verifiers: verifiersOf(address, firstPassword) ?? {},
      state: 'enabled',
      rights: [],
    };
  };
  for (const name of users) put(accountOf(name));
  put(accountOf('bobby', 'fabrikam.example'));
  for (let count = 0; count < crowd; count++) put(accountOf(`crowd${String(count).padStart(4, '0')}`));
  return {
    known,
    /** Disables an account. */
    disable(name: string) {
      const account = known.of(`${name}@${domain}`);
      if (account !== undefined) put({ ...account, state: 'disabled' });
    },
    followed: (): FollowedAccounts => ({
      isStale: false,
      confirmedAt: undefined,
      known,
      onChange(listener) {
        const own = (changes: readonly ChangedAccount[]): void => listener(changes);
        listeners.add(own);
        return () => void listeners.delete(own);
      },
      async changeVerifiers(address, from, to) {
        const account = known.of(address);
        if (account === undefined || JSON.stringify(account.verifiers) !== JSON.stringify(from))
          return { reason: 'conflict', message: 'expected other verifiers', remedy: 'read them again' };
        put({ ...account, verifiers: to });
        return undefined;
      },
    }),
  };
}
