import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Application, type ApplicationHandlers, serveApplication } from '@entente/application';
import { serveFrontEnd } from '@entente/front-end';
import { createCredentialRecord } from '@entente/sip';
import type { ReceivedMessage, UserAgent } from '@entente/sip-endpoint';
import { createTestAuthority, freePorts } from '@entente/testkit';
import { agentOf } from '@entente/testkit/repository';
import { sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { type Credential, openTrust, type Trust } from '@entente/tls';
import { type LinkNarrowing, links, type ServerFlags } from '@entente/topology';
import { type AskOptions, ServerPeer } from '../../../../packages/mediation/test/server-peer.ts';
import { Kept, Lines, type ServerLine } from '../../harness/kept.ts';
import { credentialOf, memberHere, sharedKeys } from '../../harness/member-here.ts';
import { Opened } from '../../harness/opened.ts';

const realm = 'contoso.example';
const password = 'secret';

/** What an application network is made of. */
export interface ApplicationNetworkOptions {
  /** Of each application; default none. */
  readonly flags?: ServerFlags;
  /** Addresses in `users`, with the application that has each. */
  readonly users?: Readonly<Record<string, string>>;
  /** Rows made narrower. */
  readonly links?: readonly LinkNarrowing[];
  /** Front ends that run from the start. Default none. */
  readonly frontEnds?: 0 | 1 | 2;
  /** Applications in the pool `chat.contoso.example`. Default 1. */
  readonly applications?: number;
  /** Of front ends and applications, e.g. to leave a port to somebody else. Default what is free. */
  readonly ports?: readonly number[];
}

type UserEvents = NonNullable<Parameters<typeof agentOf>[0]['events']>;

/** A client of a user, which keeps the messages that it gets. */
export class TestUser implements AsyncDisposable {
  readonly address: string;
  readonly agent: UserAgent;
  readonly #kept = new Kept<ReceivedMessage>();

  constructor(name: string, port: number, trust: Trust, events: UserEvents = {}) {
    const onMessage = (message: ReceivedMessage) => {
      const answer = events.onMessage?.(message);
      this.#kept.add(message);
      return answer;
    };
    ({ agent: this.agent, address: this.address } = agentOf({
      domain: realm,
      name,
      password,
      trust,
      servers: [{ address: '127.0.0.1', port }],
      stay: { baseMs: 100 },
      events: { onCall: () => {}, ...events, onMessage },
    }));
  }

  get received(): readonly ReceivedMessage[] {
    return this.#kept.all;
  }

  /** The first message that is wanted, past or to come. */
  waitFor(wanted: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
    return this.#kept.waitFor(wanted);
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
  const document = {
    pools: [
      { fqdn: 'pool1.contoso.example', role: 'front-end' as const },
      { fqdn: 'chat.contoso.example', role: 'trusted-application' as const },
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
      { fqdn: 'gw1.contoso.example', role: 'gateway' as const },
    ],
    users: options.users,
  };
  const topology = sampleTopology({ ...document, links: options.links });
  // What the other side allows is not in question where ours is.
  const allowing = sampleTopology(document);
  const identityOf = async (name: string) => {
    const sips = [name, ...(name.startsWith('fe') ? [realm] : [])];
    const issued = await root.issue({ dnsNames: sips, uris: sips.map((one) => `sip:${one}`) });
    return { ...issued, credential: await credentialOf(issued) };
  };
  const trust = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([]) },
  });
  const keys = sharedKeys();
  const lines = new Lines();
  const opened = new Opened();
  opened.use(trust);
  /** Those that were started. */
  const frontEnds = new Set<string>();
  const memberOf = (fqdn: string, identity: Credential) =>
    memberHere({ fqdn, identity, trust, topology, keys });
  const network = {
    root,
    topology,
    trust,
    lines,
    frontEndPorts,
    applicationPorts,
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
      opened.use(running);
      frontEnds.add(fqdn);
      return running;
    },
    /** Waits until each front end has heard of an application that was started after a place in the log. */
    async known(fqdn: string, from: number) {
      const by = [...frontEnds];
      const heard = (by: string) => (line: ServerLine) =>
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
      opened.use(application);
      if (isWatched) await network.known(fqdn, from);
      return application;
    },
    /**
     * A server of the topology whose every request a test writes.
     * @param fqdn - its name
     * @param to - the server that it asks
     */
    async peer(fqdn: string, to: string) {
      const { credential } = await identityOf(fqdn);
      const peer = new ServerPeer({ fqdn, identity: credential, topology: () => allowing, trust });
      opened.use(peer);
      const port = allowing.servers.get(to)?.interfaces.internal?.ports.sip as number;
      const hop = { name: to, address: '127.0.0.1', port, link: links.frontEndToApplication };
      return (method: string, uri: string, asked: AskOptions) => peer.ask(hop, method, uri, asked);
    },
    /** A registered client of a user at one of the front ends. */
    async user(name: string, at = 0, events?: UserEvents): Promise<TestUser> {
      const user = new TestUser(name, frontEndPorts[at] as number, trust, events);
      opened.use(user);
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
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  };
  return opened.orEnd(async () => {
    for (let index = 0; index < (options.frontEnds ?? 0); index++) await network.frontEnd(index);
    return network;
  });
}

export type ApplicationNetwork = Awaited<ReturnType<typeof startApplicationNetwork>>;
