import { randomBytes } from 'node:crypto';
import { createEdgePolicies } from '@entente/edge';
import { FrontEnd } from '@entente/front-end';
import {
  answerChallenge,
  checkSize,
  createCredentialRecord,
  createResponse,
  type DigestChallenge,
  defaultLimits,
  type HeaderFields,
  type MessageFault,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
  selectChallenges,
  Via,
} from '@entente/sip';
import {
  createSealing,
  forwardResponse,
  responseForRefusal,
  singleEpoch,
  type Target,
  validateRequest,
} from '@entente/sip-proxy';
import { FlowNames, type ProxyPolicy, type RelayDecision, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import { type Link, links } from '@entente/topology';
import type { HostileMessage, MessagePath } from './hostile-messages.ts';

/** What became of a message: the status of its answer, or `relayed`. */
export type Outcome = string;

const fqdn = 'fe1.contoso.example';
const edgeInside = 'edge1.contoso.example';
const edgeOutside = 'access.contoso.example';
const clock = () => 1_000;
const password = 'secret';
const uri = 'sip:contoso.example';

let lastId = 0;

function originOf(link: Link, parts: Partial<RequestOrigin> = {}): RequestOrigin {
  return {
    id: ++lastId,
    link,
    protection: {},
    server: undefined,
    isClosed: false,
    users: new Map(),
    source: { address: '192.0.2.1', port: 40_000 },
    ...parts,
  };
}

/**
 * A front end and an edge in this process, without sockets: what each does with bytes of a peer, from the framer to the bytes that go on or
 * back. Transactions and TLS, which cost the same for every message, are left out.
 */
export class InProcessServers {
  readonly #sealing = createSealing(singleEpoch(new Uint8Array(32).fill(7)), randomBytes);
  readonly #flows = new FlowNames();
  readonly #challenge: DigestChallenge;
  #nonceCount = 0;
  readonly #paths: Readonly<Record<MessagePath, (request: SipRequest, answer?: Uint8Array) => Outcome>>;

  constructor() {
    const topology = sampleTopology({
      partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
    });
    const sealing = this.#sealing;
    const flows = this.#flows;
    const _record = createCredentialRecord({
      username: 'alice',
      realm: 'contoso.example',
      password: 'secret',
    });
    const frontEnd = new FrontEnd({
      fqdn,
      port: 5061,
      sealing,
      gruus: sealing,
      topology: () => topology,
      credentials: {
        find: (username, realm) => createCredentialRecord({ username, realm, password }),
        hasMd5: () => false,
      },
      flows,
      newToken: () => 'token',
      onUser() {},
      clock,
      hopTo: (server) => ({ name: server, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd }),
    });
    const policies = createEdgePolicies({
      addresses: {
        inside: { host: edgeInside, port: 5061 },
        clients: { host: edgeOutside, port: 443 },
        partners: { host: edgeOutside, port: 5062 },
      },
      sealing,
      topology: () => topology,
      flows,
      hopInside: (server) => ({ name: server, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd }),
      onRegistered() {},
    });
    const user = originOf(links.clientToFrontEnd, {
      isClosed: false,
      users: new Map([['alice@contoso.example', Number.POSITIVE_INFINITY]]),
    });
    const carrier = originOf(links.edgeToFrontEnd, {
      server: edgeInside,
      protection: { peer: { role: 'edge', dnsNames: [edgeInside], sipDomains: [] } },
    });
    const partner = originOf(links.federation, {
      protection: { peer: { dnsNames: ['fabrikam.example'], sipDomains: [] } },
    });
    const inside = originOf(links.edgeToFrontEnd, { server: fqdn });
    const client = originOf(links.clientToEdge);
    this.#paths = {
      user: (request, answer) => pass(frontEnd, user, request, answer),
      'from-edge': (request, answer) => pass(frontEnd, carrier, request, answer),
      client: (request, answer) => pass(policies.outside, client, request, answer),
      partner: (request, answer) => pass(policies.outside, partner, request, answer),
      outwards: (request, answer) => pass(policies.inside, inside, request, answer),
    };
    this.#challenge = challengeOf(frontEnd, 'sip:alice@contoso.example');
    register(frontEnd);
  }

  /** Takes a message of a peer. */
  take({ answer, bytes, isAuthenticated, path }: HostileMessage): Outcome {
    let outcome = 'nothing';
    const limits = path === 'outwards' || path === 'from-edge' ? {} : outsiderLimits;
    const received = isAuthenticated === true ? this.#authenticated(bytes) : bytes;
    new StreamFramer({ limits }).push(received, {
      message: (message: SipMessage) => {
        if (message.kind === 'request') outcome = this.#paths[path](message, answer);
      },
      error: (fault: MessageFault) => {
        outcome = String(fault.response?.status ?? fault.code);
      },
    });
    return outcome;
  }

  /** The same REGISTER with alice's answer to a challenge, which counts once. */
  #authenticated(bytes: Uint8Array): Uint8Array {
    const answer = answerChallenge(
      this.#challenge,
      { method: 'REGISTER', uri },
      { username: 'alice', password },
      { cnonce: 'c', nonceCount: ++this.#nonceCount },
    );
    const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).lastIndexOf('Content-Length');
    return Buffer.concat([
      bytes.subarray(0, end),
      Buffer.from(`Authorization: ${answer}\r\n`, 'latin1'),
      bytes.subarray(end),
    ]);
  }
}

/** Those of `@entente/sip-endpoint` for clients and partners. */
const outsiderLimits = { maxStartLineBytes: 4_096, maxHeaders: 128, maxHeaderBytes: 32_768 };

function pass<Sender extends object>(
  policy: ProxyPolicy<Sender>,
  origin: RequestOrigin,
  request: SipRequest,
  answer?: Uint8Array,
): Outcome {
  const sender =
    validateRequest(request, { isOurVia: (host) => host === fqdn }) ?? policy.admit(request, origin);
  const decision =
    'reason' in sender
      ? ({ kind: 'refuse', refusal: sender } as const)
      : policy.decide(request, sender as Sender);
  if (decision instanceof Promise) throw new Error('a decision that takes time');
  if (decision.kind === 'refuse') {
    const { wire } = responseForRefusal(request, decision.refusal, 'token');
    return `${wire.slice(8, 11)} ${decision.refusal.reason}`;
  }
  return decision.kind === 'serve' ? decision.response.wire.slice(8, 11) : relay(request, decision, answer);
}

function relay(
  request: SipRequest,
  { rules, targets }: RelayDecision,
  answer: Uint8Array | undefined,
): Outcome {
  const target = targets[0]?.[0] as Target;
  const via = Via.from({ transport: 'TLS', host: fqdn, branch: `z9hG4bK${++lastId}` });
  let sent: ReturnType<typeof rules.build>;
  try {
    sent = rules.build(target, via);
  } catch (error) {
    // As the runtime answers it.
    return `500 ${(error as Error).message}`;
  }
  if ('reason' in sent) return `${sent.status} ${sent.reason}`;
  const problem = checkSize(sent, defaultLimits);
  if (problem !== undefined) return `513 ${problem.code}`;
  const received =
    answer === undefined ? createResponse(sent, 200, undefined, { toTag: 'far' }) : answered(sent, answer);
  if (received === undefined) return 'answer refused';
  const back = forwardResponse(rules.arrived?.(received, target) ?? received, request);
  if (back === undefined) return 'no answer';
  const { wire } = rules.answer?.(back) ?? back;
  return `relayed, ${wire.slice(8, 11)}`;
}

/** A response with the given fields, as its bytes arrive. */
function answered(sent: SipRequest, fields: Uint8Array): SipResponse | undefined {
  const { wire } = createResponse(sent, 200, undefined, { toTag: 'far' });
  const head = wire.slice(0, wire.indexOf('Content-Length'));
  const bytes = Buffer.concat([
    Buffer.from(head, 'latin1'),
    fields,
    Buffer.from('Content-Length: 0\r\n\r\n', 'latin1'),
  ]);
  let response: SipResponse | undefined;
  new StreamFramer().push(bytes, {
    message: (message: SipMessage) => {
      if (message.kind === 'response') response = message;
    },
    error: () => {},
  });
  return response;
}

/** Bob has a device, so that what is for bob goes on. */
function register(frontEnd: FrontEnd): void {
  const address = 'sip:bob@contoso.example';
  const answer = answerChallenge(
    challengeOf(frontEnd, address),
    { method: 'REGISTER', uri },
    { username: 'bob', password },
    { cnonce: 'c', nonceCount: 1 },
  );
  const request = registration(address, [['Authorization', answer]]);
  const registered = pass(frontEnd, originOf(links.clientToFrontEnd), request);
  if (registered !== '200') throw new Error(`bob could not register: ${registered}`);
}

function challengeOf(frontEnd: FrontEnd, address: string): DigestChallenge {
  const refused = frontEnd.admit(registration(address, []), originOf(links.clientToFrontEnd));
  const challenges = 'reason' in refused ? refused.headers : [];
  const [challenge] = selectChallenges(challenges.map(([, value]) => `${value}`));
  if (challenge === undefined) throw new Error(`${address} was not challenged`);
  return challenge;
}

function registration(address: string, headers: HeaderFields): SipRequest {
  return requestBetween(address, address, {
    method: 'REGISTER',
    uri,
    contact: '<sip:bob@client.invalid>',
    headers,
  });
}
