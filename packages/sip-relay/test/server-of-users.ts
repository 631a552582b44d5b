import {
  answerChallenge,
  createCredentialRecord,
  edit,
  type SipRequest,
  selectChallenges,
  Via,
} from '@entente/sip';
import { GuessLimit } from '@entente/sip-proxy';
import { Admission, FlowNames, overConnection, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';

export const realm = 'contoso.example';
export const start = 1_700_000_000_000;
/** Of all clients. */
export const address = '192.0.2.1';
export const [wrong, waits] = ['credentials-not-accepted', 'too-many-attempts'] as const;

const topology = sampleTopology({
  servers: [
    sampleFrontEnd,
    sampleEdge,
    { ...sampleEdge, fqdn: 'edge2.contoso.example' },
    { fqdn: 'app1.contoso.example', role: 'trusted-application', flags: { treatAsAuthenticated: false } },
  ],
});
let lastId = 0;

/** What it takes to send a request over an edge: the Via of the edge, and below it that of the client. */
export interface SentOver {
  readonly edge: RequestOrigin;
  /** The name that the edge gives the connection of the client; undefined: it is of a version that gives none. */
  readonly connection: string | undefined;
  /** Parameters that the client writes into its own Via. */
  readonly written?: Readonly<Record<string, string>>;
}

/** A server with users, at a time that a test sets, and with what passwords it sets. */
export function serverOfUsers() {
  const time = { now: start };
  const passwords = new Map<string, string>();
  const disabled = new Set<string>();
  const passwordOf = (username: string) => passwords.get(username) ?? `of ${username}`;
  const admission = new Admission({
    fqdn: sampleFrontEnd.fqdn,
    topology: () => topology,
    credentials: {
      find: (username) =>
        createCredentialRecord({ username, realm, password: passwordOf(username) }, ['SHA-256']),
      hasMd5: () => false,
      isDisabled: (username) => disabled.has(username),
    },
    flows: new FlowNames(),
    onUser() {},
    guesses: new GuessLimit(),
    clock: () => time.now,
  });
  const connect = (parts: Partial<RequestOrigin> = {}): RequestOrigin => ({
    id: ++lastId,
    server: undefined,
    isClosed: false,
    users: new Map(),
    link: links.clientToFrontEnd,
    protection: {},
    source: { address, port: 40_000 + lastId },
    ...parts,
  });
  /** A connection of an edge, over which requests of many come. */
  const connectEdge = (fqdn: string = sampleEdge.fqdn) =>
    connect({
      server: fqdn,
      link: links.edgeToFrontEnd,
      protection: { peer: { role: 'edge', dnsNames: [fqdn], sipDomains: [] } as never },
    });
  /** That of an application that nobody believes to have authenticated anybody. */
  const connectApplication = () =>
    connect({
      server: 'app1.contoso.example',
      link: links.frontEndToApplication,
      protection: { peer: { role: 'trusted-application', dnsNames: [], sipDomains: [] } as never },
    });
  /** Answers a challenge that it gets at a connection of its own, so that a wait there hides nothing. */
  const send = (from: RequestOrigin | SentOver, username: string, password = passwordOf(username)) => {
    const request = register(username, from);
    const refused = admission.admit(request, connect());
    if (!('headers' in refused)) throw new Error('expected a challenge');
    const [challenge] = selectChallenges((refused.headers ?? []).map(([, value]) => String(value)));
    if (challenge === undefined) throw new Error('expected a challenge');
    const target = { method: 'REGISTER', uri: `sip:${realm}` };
    const secret = { username, password };
    const answer = answerChallenge(challenge, target, secret, { cnonce: 'c', nonceCount: 1 });
    const origin = 'edge' in from ? from.edge : from;
    const sender = admission.admit(edit(request).set('Authorization', answer).toMessage(), origin);
    return 'reason' in sender ? sender.reason : 'admitted';
  };
  const sendTimes = (times: number, ...what: Parameters<typeof send>) =>
    Array.from({ length: times }, () => send(...what));
  return { time, passwords, disabled, connect, connectApplication, connectEdge, send, sendTimes };
}

/** Two telephones at one address inside, each on a connection of its own. */
export function startInside() {
  const server = serverOfUsers();
  return { ...server, own: server.connect(), other: server.connect() };
}

/** Two telephones behind one router, outside, whose requests come over one connection of an edge. */
export function startOutside() {
  const server = serverOfUsers();
  const edge = server.connectEdge();
  return { ...server, edge, own: { edge, connection: 'one' }, other: { edge, connection: 'two' } };
}

function register(username: string, from: RequestOrigin | SentOver): SipRequest {
  const user = `sip:${username}@${realm}`;
  return requestBetween(user, user, {
    method: 'REGISTER',
    uri: `sip:${realm}`,
    contact: `<sip:${username}@client.invalid>`,
    ...('edge' in from ? { via: viasOf(from) } : {}),
  });
}

function viasOf({ connection, edge, written }: SentOver): string[] {
  const own = Via.from({ transport: 'TLS', host: edge.server ?? 'client.invalid', branch: 'z9hG4bKedge' });
  const ofClient = Via.from({
    transport: 'TLS',
    host: 'client.invalid',
    branch: 'z9hG4bKclient',
    parameters: { received: address, ...written },
  });
  return [connection === undefined ? own : overConnection(own, connection), ofClient].map(String);
}
