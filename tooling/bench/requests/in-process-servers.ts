import { createEdgePolicies } from '@entente/edge';
import {
  answerChallenge,
  checkSize,
  createResponse,
  type DigestChallenge,
  defaultLimits,
  type MessageFault,
  type SipMessage,
  type SipRequest,
  type SipResponse,
  StreamFramer,
  selectChallenges,
  Via,
} from '@entente/sip';
import { forwardResponse, responseForRefusal, type Target, validateRequest } from '@entente/sip-proxy';
import type { ProxyPolicy, RelayDecision, RequestOrigin } from '@entente/sip-relay';
import { links } from '@entente/topology';
import { addresses, originOf, topology } from '../../../packages/edge/test/edge-between.ts';
import {
  alice,
  bob,
  edge,
  newSealing,
  proven,
  register,
  start,
} from '../../../packages/front-end/test/front-end-on-paper.ts';
import type { HostileMessage, MessagePath } from './hostile-messages.ts';

/** What became of a message: the status of its answer, or `relayed`. */
export type Outcome = string;

const fqdn = 'fe1.contoso.example';
const source = { address: '192.0.2.1', port: 40_000 };
const secret = { username: 'alice', password: 'secret' };
const uri = 'sip:contoso.example';

let lastId = 0;

/**
 * A front end and an edge in this process, without sockets: what each does with bytes of a peer, from the framer to the bytes that go on or
 * back. Transactions and TLS, which cost the same for every message, are left out.
 */
export class InProcessServers {
  readonly #challenge: DigestChallenge;
  #nonceCount = 0;
  readonly #paths: Readonly<Record<MessagePath, (request: SipRequest, answer?: Uint8Array) => Outcome>>;

  constructor() {
    const sealing = newSealing();
    const onPaper = start(fqdn, sealing, undefined, undefined, () => topology);
    const { flows, frontEnd } = onPaper;
    const { inside, outside } = createEdgePolicies({
      addresses,
      sealing,
      topology: () => topology,
      flows,
      hopInside: (server) => ({ name: server, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd }),
      onRegistered() {},
    });
    const user = originOf(links.clientToFrontEnd, {
      source,
      users: new Map([[alice.slice('sip:'.length), Number.POSITIVE_INFINITY]]),
    });
    const carrier = originOf(links.edgeToFrontEnd, {
      source,
      server: edge,
      protection: { peer: { role: 'edge', dnsNames: [edge], sipDomains: [] } },
    });
    const partner = originOf(links.federation, {
      source,
      protection: { peer: { dnsNames: ['fabrikam.example'], sipDomains: [] } },
    });
    const fromInside = originOf(links.edgeToFrontEnd, { source, server: fqdn });
    const client = originOf(links.clientToEdge, { source });
    this.#paths = {
      user: (request, answer) => pass(frontEnd, user, request, answer),
      'from-edge': (request, answer) => pass(frontEnd, carrier, request, answer),
      client: (request, answer) => pass(outside, client, request, answer),
      partner: (request, answer) => pass(outside, partner, request, answer),
      outwards: (request, answer) => pass(inside, fromInside, request, answer),
    };
    const outsider = originOf(links.clientToFrontEnd, { source });
    const { headers = [] } = onPaper.send(register(alice), outsider);
    const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
    if (challenge === undefined) throw new Error(`${alice} was not challenged`);
    this.#challenge = challenge;
    // Bob has a device, so that what is for bob goes on.
    proven(onPaper, register(bob), originOf(links.clientToFrontEnd, { source }));
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
    const answer = answerChallenge(this.#challenge, { method: 'REGISTER', uri }, secret, {
      cnonce: 'c',
      nonceCount: ++this.#nonceCount,
    });
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
