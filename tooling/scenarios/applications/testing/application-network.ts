import { randomBytes } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Application, type ApplicationHandlers, serveApplication } from '@entente/application';
import { serveFrontEnd } from '@entente/front-end';
import type { Logger } from '@entente/host';
import type { Member, PurposeKeys } from '@entente/member';
import { createCredentialRecord } from '@entente/sip';
import { type ReceivedMessage, UserAgent } from '@entente/sip-endpoint';
import { createTestAuthority, freePorts, type TestAuthority } from '@entente/testkit';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { type Credential, connect, loadCredential, openTrust, type Trust } from '@entente/tls';
import { authorise, type LinkNarrowing, links, type ServerFlags, type Topology } from '@entente/topology';
import type { Authorise } from '@entente/trust';

export const realm = 'contoso.example';
const password = 'secret';

/** A line of a log, with the server that wrote it. */
export type Line = Record<string, unknown> & { readonly by: string };

/** What an application network is made of. */
export interface ApplicationNetworkOptions {
  /** Of each application; default none. */
  readonly flags?: ServerFlags;
  /** Addresses in `users`, with the application that has each. */
  readonly users?: Readonly<Record<string, string>>;
  /** Rows made narrower. */
  readonly links?: readonly LinkNarrowing[];
  /** Applications in the pool `chat.contoso.example`. Default 1. */
  readonly applications?: number;
  /** Of front ends and applications, e.g. to leave a port to somebody else. Default what is free. */
  readonly ports?: readonly number[];
}

/** Collects the lines of all servers, and wakes those who wait for one. */
export class Lines {
  readonly all: Line[] = [];
  readonly #waiting = new Set<() => void>();

  logger(by: string): Logger {
    const write = (fields: object, msg: string) => {
      this.all.push({ ...fields, msg, by });
      for (const look of [...this.#waiting]) look();
    };
    const logger: Logger = {
      level: 'debug',
      debug: write,
      info: write,
      warn: write,
      error: write,
      child: () => logger,
    };
    return logger;
  }

  /** The first line that is wanted from a place on, past or to come. */
  waitFor(wanted: (line: Line) => boolean, from = 0): Promise<Line> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.all.slice(from).find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }
}

/** A client of a user, which keeps what it gets. */
export class TestUser implements AsyncDisposable {
  readonly address: string;
  readonly agent: UserAgent;
  readonly received: ReceivedMessage[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(
    name: string,
    port: number,
    trust: Trust,
    events: ConstructorParameters<typeof UserAgent>[0]['events'] = {},
  ) {
    this.address = `sip:${name}@${realm}`;
    this.agent = new UserAgent({
      addressOfRecord: this.address,
      credentials: { secret: { username: name, password } },
      server: { name: realm, address: '127.0.0.1', port, link: links.clientToFrontEnd },
      dial: async (hop) => ({
        socket: await connect({
          host: hop.address,
          port: hop.port,
          trust,
          expect: { mode: 'sip-domain', domain: realm },
          allow: [realm],
        }),
        link: hop.link,
      }),
      newToken: () => randomBytes(8).toString('hex'),
      stay: { baseMs: 100 },
      events: {
        ...events,
        onMessage: (message) => {
          const answer = events.onMessage?.(message);
          this.received.push(message);
          for (const look of [...this.#waiting]) look();
          return answer;
        },
      },
    });
  }

  /** The first message that is wanted, past or to come. */
  waitFor(wanted: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.received.find(wanted);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.agent[Symbol.asyncDispose]();
  }
}

/** Two front ends in a pool, and applications, on real sockets. */
export async function startApplicationNetwork(options: ApplicationNetworkOptions = {}) {
  const root = await createTestAuthority('Contoso Test Root');
  const count = options.applications ?? 1;
  const [fe1 = 0, fe2 = 0, ...applicationPorts] = options.ports ?? (await freePorts(2 + count));
  const frontEndPorts = [fe1, fe2];
  const at = (port: number | undefined) => ({ internal: { address: '127.0.0.1', ports: { sip: port } } });
  const applicationNames = Array.from({ length: count }, (_, index) => `chat${index + 1}.${realm}`);
  const topology = sampleTopology({
    pools: [
      { fqdn: 'pool1.contoso.example', role: 'front-end' },
      { fqdn: 'chat.contoso.example', role: 'trusted-application' },
    ],
    servers: [
      { ...sampleFrontEnd, interfaces: at(fe1) },
      { ...sampleFrontEnd, fqdn: 'fe2.contoso.example', interfaces: at(fe2) },
      ...applicationNames.map((fqdn, index) => ({
        fqdn,
        role: 'trusted-application' as const,
        pool: 'chat.contoso.example',
        interfaces: at(applicationPorts[index]),
        ...(options.flags === undefined ? {} : { flags: options.flags }),
      })),
      { fqdn: 'gw1.contoso.example', role: 'gateway' },
    ],
    users: options.users,
    links: options.links,
  });
  const identityOf = async (name: string, authority: TestAuthority = root) => {
    const sips = [name, ...(name.startsWith('fe') ? [realm] : [])];
    const issued = await authority.issue({ dnsNames: sips, uris: sips.map((one) => `sip:${one}`) });
    return {
      ...issued,
      credential: await loadCredential({ certificate: issued.chainPem, key: issued.keyPem }),
    };
  };
  const revoked = await identityOf('fe2.contoso.example');
  const trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([revoked.serialHex]) },
  });
  const keys = { current: { epoch: 1, key: randomBytes(32) }, keyOf: () => keys.current.key };
  const lines = new Lines();
  const opened: AsyncDisposable[] = [];
  /** Those that were started. */
  const frontEnds = new Set<string>();
  const memberOf = (fqdn: string, identity: Credential): Member =>
    ({
      fqdn,
      identity,
      trust,
      topology,
      revocationLists: [],
      confirmedAt: Date.now(),
      problems: () => [],
      keysFor: (_purpose: string) => keys as PurposeKeys,
      onTopology: () => () => {},
      authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
    }) as unknown as Member;
  const network = {
    root,
    topology,
    trust,
    lines,
    frontEndPorts,
    applicationPorts,
    /** Of the second front end. */
    revokedFrontEnd: revoked.credential,
    identityOf: async (name: string, authority?: TestAuthority) =>
      (await identityOf(name, authority)).credential,
    /** Files of a server for a process of its own. */
    filesOf: async (name: string) => {
      const { chainPem, keyPem } = await identityOf(name);
      return { chainPem, keyPem, rootPem: root.certificatePem, crlPem: await root.crl([]) };
    },
    memberOf,
    async frontEnd(index: number) {
      const fqdn = `fe${index + 1}.${realm}`;
      const running = await serveFrontEnd({
        member: memberOf(fqdn, (await identityOf(fqdn)).credential),
        logger: lines.logger(fqdn),
        credentials: {
          find: (username) => createCredentialRecord({ username, realm, password }),
          hasMd5: () => false,
        },
      });
      opened.unshift(running);
      frontEnds.add(fqdn);
      return running;
    },
    /** Waits until each front end has heard of an application that was started after a place in the log. */
    async known(fqdn: string, from: number) {
      const by = [...frontEnds];
      const heard = (by: string) => (line: Line) =>
        line.event === 'server-answers' && line.server === fqdn && line.by === by;
      await Promise.all(by.map((one) => lines.waitFor(heard(one), from)));
    },
    async application(handlers: ApplicationHandlers, index = 0, isWatched = true): Promise<Application> {
      const fqdn = applicationNames[index] as string;
      const from = lines.all.length;
      const application = await serveApplication({
        member: memberOf(fqdn, (await identityOf(fqdn)).credential),
        logger: lines.logger(fqdn),
        ...handlers,
      });
      opened.unshift(application);
      if (isWatched) await network.known(fqdn, from);
      return application;
    },
    /** A registered client of a user at one of the front ends. */
    async user(name: string, at = 0, events?: ConstructorParameters<typeof TestUser>[3]): Promise<TestUser> {
      const user = new TestUser(name, frontEndPorts[at] as number, trust, events);
      opened.unshift(user);
      let response = await user.agent.register();
      // All servers of the network are in this process: on a busy machine they have too much to do for a moment, and say so by
      // Retry-After, which no other 503 has.
      for (let tries = 1; response.status === 503 && response.has('Retry-After') && tries < 100; tries++) {
        await nextTurn();
        response = await user.agent.register();
      }
      if (response.status !== 200) throw new Error(`REGISTER of ${name}: ${response.status}`);
      return user;
    },
    async [Symbol.asyncDispose]() {
      for (const item of opened.splice(0)) await item[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
  return network;
}

export type ApplicationNetwork = Awaited<ReturnType<typeof startApplicationNetwork>>;
export type { Topology };
