import { randomBytes } from 'node:crypto';
import { type ServeFrontEndOptions, serveFrontEnd } from '@entente/front-end';
import type { Logger } from '@entente/host';
import type { Member, PurposeKeys } from '@entente/member';
import {
  answerChallenge,
  createCredentialRecord,
  createRequest,
  createResponse,
  edit,
  type HeaderFields,
  type SipRequest,
  type SipResponse,
  selectChallenges,
} from '@entente/sip';
import { type DialledSocket, type NextHop, SipEndpoint } from '@entente/sip-endpoint';
import type { NamedPolicy } from '@entente/sip-relay';
import { createTestAuthority, freePorts } from '@entente/testkit';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import {
  type Credential,
  connect,
  loadCredential,
  openTrust,
  type ServeLimits,
  type Trust,
} from '@entente/tls';
import { authorise, links, type Policies, type ServerFlags } from '@entente/topology';
import type { Authorise } from '@entente/trust';

const realm = 'contoso.example';
const password = 'secret';

/** A front end on a real listener, and peers that dial it with the headers a test gives. */
export async function startFrontEnd({
  policies = [],
  settings,
  applicationFlags = { assertsUsers: true },
  clock,
  limits,
}: {
  policies?: readonly NamedPolicy[];
  settings?: Policies;
  applicationFlags?: ServerFlags;
  /** Milliseconds since 1970, of its registrar. */
  clock?: () => number;
  /** Of its listener. */
  limits?: ServeLimits;
} = {}) {
  const root = await createTestAuthority('Contoso Test Root');
  const [port = 0] = await freePorts(1);
  const topology = sampleTopology({
    policies: settings,
    partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
    servers: [
      { ...sampleFrontEnd, interfaces: { internal: { address: '127.0.0.1', ports: { sip: port } } } },
      { fqdn: 'app1.contoso.example', role: 'trusted-application', flags: applicationFlags },
      sampleEdge,
    ],
  });
  const trust = await openTrust({ anchors: { pem: root.certificatePem }, crls: { pem: await root.crl([]) } });
  const identityOf = async (name: string) => {
    const { chainPem, keyPem } = await root.issue({
      dnsNames: [name, realm],
      uris: [`sip:${name}`, `sip:${realm}`],
    });
    return loadCredential({ certificate: chainPem, key: keyPem });
  };
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, msg: string) => void lines.push({ ...fields, msg });
  const logger: Logger = {
    level: 'debug',
    debug: write,
    info: write,
    warn: write,
    error: write,
    child: () => logger,
  };
  const keys = { current: { epoch: 1, key: randomBytes(32) }, keyOf: () => keys.current.key };
  const identity = await identityOf('fe1.contoso.example');
  let following = 0;
  const options: ServeFrontEndOptions = {
    member: {
      fqdn: 'fe1.contoso.example',
      identity,
      trust,
      topology,
      revocationLists: [],
      keysFor: (_purpose: string) => keys as PurposeKeys,
      onTopology() {
        following++;
        return () => void following--;
      },
      authorise: (local: Parameters<Member['authorise']>[0]) => authorise(topology, local) as Authorise,
    } as unknown as Member,
    logger,
    policies,
    credentials: {
      find: (username) => createCredentialRecord({ username, realm, password }),
      hasMd5: () => false,
    },
    ...(clock === undefined ? {} : { clock }),
    ...(limits === undefined ? {} : { limits }),
  };
  let frontEnd: AsyncDisposable | undefined = await serveFrontEnd(options);
  const opened: AsyncDisposable[] = [trust];
  const dialFrontEnd = async (identity?: Credential) => {
    const peer = new Peer(port, trust, identity);
    opened.unshift(peer);
    return peer;
  };
  return {
    lines,
    port,
    /** Stops it, with all that it has in memory. */
    async stop() {
      await frontEnd?.[Symbol.asyncDispose]();
      frontEnd = undefined;
    },
    /** Starts it again after `stop`. */
    async start() {
      frontEnd = await serveFrontEnd(options);
    },
    /** How many follow the topology. */
    get following() {
      return following;
    },
    /** For clients that are no {@link Peer}. */
    dial: (hop: NextHop) => dialDomain(hop, trust),
    /** A client that proves itself as a user and registers; with a certificate where it has one. */
    async user(username: string, identity?: Credential) {
      const peer = await dialFrontEnd(identity);
      const address = `sip:${username}@${realm}`;
      const response = await peer.ask('REGISTER', `sip:${realm}`, {
        as: username,
        to: address,
        contact: `<sip:${username}@client.invalid>`,
      });
      if (response.status !== 200) throw new Error(`REGISTER of ${username}: ${response.status}`);
      return peer;
    },
    /** A client that has proven nothing yet. */
    client: () => dialFrontEnd(),
    /** A server of the topology. */
    server: async (fqdn: string) => dialFrontEnd(await identityOf(fqdn)),
    async [Symbol.asyncDispose]() {
      for (const item of opened) if (item !== trust) await item[Symbol.asyncDispose]();
      await frontEnd?.[Symbol.asyncDispose]();
      await trust[Symbol.asyncDispose]();
    },
  };
}

/** Dials a place where a server of the domain is. */
async function dialDomain(hop: NextHop, trust: Trust, identity?: Credential): Promise<DialledSocket> {
  const socket = await connect({
    host: hop.address,
    port: hop.port,
    trust,
    expect: { mode: 'sip-domain', domain: realm },
    allow: [realm],
    ...(identity === undefined ? {} : { identity }),
  });
  return { socket, link: hop.link };
}

/** How a {@link Peer} asks. */
export interface AskOptions {
  /** Who the From says it is, and who answers a challenge. */
  readonly as: string;
  /** From where it is not a user of ours. */
  readonly from?: string;
  readonly to?: string;
  readonly contact?: string;
  /** In the dialog of this request that it got, as the called end; or of this answer that it got, as the caller. */
  readonly inDialog?: SipRequest | SipResponse | undefined;
  readonly headers?: HeaderFields;
  /** Default an unpredictable one, or that of the dialog. */
  readonly callId?: string;
  /** The session description. */
  readonly offer?: string;
  /** Default the right one; `null` leaves a challenge unanswered. */
  readonly password?: string | null;
}

const answerTag = 'answered';

/** A peer of the front end: sends what the test gives it, keeps what it receives. */
export class Peer implements AsyncDisposable {
  /** Requests as they arrived. */
  readonly received: SipRequest[] = [];
  /** How often it had to connect. */
  connections = 0;
  /** Messages that it could not accept. */
  refused = 0;
  /** ACKs for its 2xx, as they arrived. */
  readonly acknowledged: SipRequest[] = [];
  /** Fields that its answers carry. */
  answerHeaders: Record<string, string> = {};
  /** The session description of its answers. */
  answer: string | undefined;
  /** How often it had to prove who it is. */
  challenged = 0;
  readonly #endpoint: SipEndpoint;
  readonly #address: string;
  readonly #port: number;

  constructor(port: number, trust: Trust, identity: Credential | undefined, address = '127.0.0.1') {
    this.#address = address;
    this.#port = port;
    this.#endpoint = new SipEndpoint({
      sentBy: { host: 'client.invalid' },
      newToken: token,
      user: {
        onAck: (ack) => this.acknowledged.push(ack),
        onMalformed: () => void this.refused++,
        onRequest: (transaction) => {
          this.received.push(transaction.request);
          transaction.respond(
            createResponse(transaction.request, 200, undefined, {
              toTag: answerTag,
              headers: this.answerHeaders,
              ...(this.answer === undefined ? {} : sessionOf(this.answer)),
            }),
          );
        },
      },
      dial: (hop) => {
        this.connections++;
        return dialDomain(hop, trust, identity);
      },
    });
  }

  /** Sends a request; where it is challenged, proves who it is and sends it again. */
  async ask(method: string, uri: string, options: AskOptions): Promise<SipResponse> {
    const connection = await this.#endpoint.reach({
      name: realm,
      address: this.#address,
      port: this.#port,
      link: links.clientToFrontEnd,
    });
    const { inDialog } = options;
    const isCalled = inDialog?.kind === 'request';
    const callId = options.callId ?? inDialog?.callId ?? token();
    const from = options.from ?? `sip:${options.as}@${realm}`;
    const build = (cseq: number) =>
      createRequest({
        method,
        uri,
        from:
          inDialog === undefined
            ? `<${from}>;tag=${token()}`
            : isCalled
              ? `${inDialog.to};tag=${answerTag}`
              : inDialog.from,
        to: inDialog === undefined ? `<${options.to ?? uri}>` : isCalled ? inDialog.from : inDialog.to,
        callId,
        cseq,
        ...(options.contact === undefined ? {} : { contact: options.contact }),
        headers: options.headers ?? {},
        ...(options.offer === undefined ? {} : sessionOf(options.offer)),
      });
    const response = await this.#endpoint.ask(build(1), connection);
    if (options.password === null || (response.status !== 401 && response.status !== 407)) return response;
    this.challenged++;
    const proxy = response.status === 407;
    const [challenge] = selectChallenges(response.all(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate'));
    if (challenge === undefined) return response;
    const answer = answerChallenge(
      challenge,
      { method, uri },
      { username: options.as, password: options.password ?? password },
      { cnonce: token(), nonceCount: 1 },
    );
    const field = proxy ? 'Proxy-Authorization' : 'Authorization';
    return this.#endpoint.ask(edit(build(2)).append(field, answer).toMessage(), connection);
  }

  /** Acknowledges a 2xx that it got, over the same connection. */
  async acknowledge(answer: SipResponse, answerInAck: string): Promise<void> {
    const connection = await this.#endpoint.reach({
      name: realm,
      address: this.#address,
      port: this.#port,
      link: links.clientToFrontEnd,
    });
    const ack = createRequest({
      method: 'ACK',
      uri: 'sip:called@client.invalid',
      from: answer.from,
      to: answer.to,
      callId: answer.callId,
      cseq: answer.cseq.sequence,
      routes: [...answer.recordRoutes].reverse(),
      ...sessionOf(answerInAck),
    });
    const via = this.#endpoint.via(connection);
    this.#endpoint.sendAck(edit(ack).prepend('Via', via).toMessage(), connection);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#endpoint[Symbol.asyncDispose]();
  }
}

function sessionOf(body: string) {
  return { contentType: 'application/sdp', body };
}

function token(): string {
  return randomBytes(8).toString('hex');
}
