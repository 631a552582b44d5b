import { randomBytes } from 'node:crypto';
import tls from 'node:tls';
import {
  type ConnectionLimits,
  type EndpointOptions,
  type EndpointUser,
  type MessageBudget,
  type NextHop,
  type OverloadControl,
  type RequestPace,
  SipEndpoint,
  UserAgent,
  type UserAgentEvents,
} from '@entente/sip-endpoint';
import { createTestAuthority } from '@entente/testkit';
import {
  type Clock,
  connect,
  createTrust,
  loadCredential,
  openTrust,
  type ServeOptions,
  serve,
} from '@entente/tls';

/** How a server under test differs from others. */
export interface ServerUnderTest {
  readonly limits?: ConnectionLimits;
  readonly budget?: MessageBudget;
  /** Default that of this process. */
  readonly overload?: OverloadControl;
  /** Has each socket after its verdict and before the endpoint. */
  readonly before?: (socket: tls.TLSSocket) => void;
  /** Which servers are let in. Default fe2.contoso.example. */
  readonly allow?: ServeOptions['allow'];
  /** Default: it does not dial. */
  readonly dial?: EndpointOptions['dial'];
  /** Default that of the process. */
  readonly clock?: EndpointOptions['clock'];
}

const link = { row: 0, name: 'a test' };

/** A server endpoint on a real listener, and user agents that dial it. */
export async function startServer(
  user: EndpointUser,
  { allow = ['fe2.contoso.example'], budget, clock, limits, before, dial, overload }: ServerUnderTest = {},
) {
  const root = await createTestAuthority('Contoso Test Root');
  const own = await root.issue({
    dnsNames: ['fe1.contoso.example', 'contoso.example'],
    uris: ['sip:fe1.contoso.example', 'sip:contoso.example'],
  });
  const opened = await openTrust({
    anchors: { pem: root.certificatePem },
    crls: { pem: await root.crl([]) },
  });
  let version = 0;
  const trust = createTrust({
    judge: opened.judge,
    clock: opened.clock,
    version: () => `${version}`,
    dispose: () => opened[Symbol.asyncDispose](),
  });
  const identity = await loadCredential({ certificate: own.chainPem, key: own.keyPem });
  const newToken = () => randomBytes(8).toString('hex');
  const endpoint = new SipEndpoint({
    sentBy: { host: 'fe1.contoso.example', port: 5061 },
    user,
    newToken,
    dial: dial ?? (() => Promise.reject(new Error('the server does not dial'))),
    ...(clock === undefined ? {} : { clock }),
    ...(limits === undefined ? {} : { limits }),
    ...(budget === undefined ? {} : { budget }),
    ...(overload === undefined ? {} : { overload }),
  });
  const server = await serve(
    tls,
    { trust, identity, host: '127.0.0.1', clientCertificate: 'optional', allow },
    (socket) => {
      before?.(socket);
      endpoint.accept(socket, link);
    },
  );
  const hop: NextHop = { name: 'contoso.example', address: '127.0.0.1', port: server.port, link };
  const agents: UserAgent[] = [];
  const dialled: string[] = [];
  const sockets: tls.TLSSocket[] = [];
  return {
    endpoint,
    /** Addresses that agents believed to dial. */
    dialled,
    /** Has every connection judged again, as a change of the topology does. */
    judgeAgain() {
      version++;
      trust.announce();
    },
    /**
     * A client that writes whatever it likes; paused, so that it takes nothing until it is told to.
     * @param name of a server, where it shows a certificate
     * @param domain of SIP that it shows as well
     */
    async bare(name?: string, domain?: string): Promise<tls.TLSSocket> {
      const uris = domain === undefined ? [] : [`sip:${domain}`];
      const shown = name === undefined ? undefined : await root.issue({ dnsNames: [name], uris });
      const socket = tls.connect({
        host: '127.0.0.1',
        port: server.port,
        rejectUnauthorized: false,
        servername: 'fe1.contoso.example',
        ...(shown === undefined ? {} : { cert: shown.chainPem, key: shown.keyPem }),
      });
      sockets.push(socket);
      socket.on('error', () => {});
      await new Promise((resolve) => socket.once('secureConnect', resolve));
      return socket;
    },
    /** A user agent; with `places` it believes its server to be at each of these addresses, all of which lead here. */
    agent(
      addressOfRecord: string,
      events: UserAgentEvents = {},
      {
        clock,
        pace,
        password = 'secret',
        places,
        sips,
      }: {
        readonly clock?: Clock;
        readonly pace?: Partial<RequestPace>;
        readonly password?: string;
        readonly places?: readonly string[];
        readonly sips?: 'required';
      } = {},
    ) {
      const username = addressOfRecord.slice(4).split('@')[0] ?? '';
      const agent = new UserAgent({
        addressOfRecord,
        credentials: { secret: { username, password } },
        server: hop,
        newToken,
        events,
        ...(sips && { sips }),
        ...(clock && { clock }),
        ...(pace && { pace }),
        ...(places !== undefined && {
          locate: async () => places.map((address) => ({ host: hop.name, address, port: hop.port })),
        }),
        dial: async ({ address }) => {
          dialled.push(address);
          const socket = await connect({
            host: hop.address,
            port: hop.port,
            trust,
            expect: { mode: 'sip-domain', domain: 'contoso.example' },
            allow: ['contoso.example'],
          });
          return { socket, link };
        },
      });
      agents.push(agent);
      return agent;
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      for (const agent of agents) await agent[Symbol.asyncDispose]();
      await endpoint[Symbol.asyncDispose]();
      await server.close();
      await trust[Symbol.asyncDispose]();
    },
  };
}
