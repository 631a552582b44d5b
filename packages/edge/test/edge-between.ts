import { randomBytes } from 'node:crypto';
import {
  createResponse,
  type HeaderFields,
  type RequestParts,
  type SipRequest,
  type SipResponse,
  Via,
} from '@entente/sip';
import {
  createSealing,
  forwardResponse,
  responseForRefusal,
  singleEpoch,
  type Target,
} from '@entente/sip-proxy';
import { FlowNames, type ProxyDecision, type RelayDecision, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleTopology } from '@entente/testkit/topology';
import { type Link, links } from '@entente/topology';
import { createEdgePolicies } from '../src/edge.ts';
import type { Side } from '../src/edge-sender.ts';

export const names = { inside: 'edge1.contoso.example', outside: 'access.contoso.example' };
export const addresses = {
  inside: { host: names.inside, port: 5061 },
  clients: { host: names.outside, port: 443 },
  partners: { host: names.outside, port: 5062 },
};
export const frontEnd = 'fe1.contoso.example';

const partners = [{ kind: 'allowed-domain' as const, id: 'fabrikam', domains: ['fabrikam.example'] }];
export const topology = sampleTopology({ partners });
/** The same, with a federation that allows media in clear. */
export const tolerant = sampleTopology({
  partners,
  policies: { media: { federationSrtp: 'optional' } },
});

export const newSealing = () => createSealing(singleEpoch(randomBytes(32)), randomBytes);

let lastId = 0;
export function originOf(link: Link, parts: Partial<RequestOrigin> = {}): RequestOrigin {
  return {
    id: ++lastId,
    link,
    protection: {},
    server: undefined,
    isClosed: false,
    users: new Map(),
    ...parts,
  };
}

export interface Sent {
  readonly message: SipRequest;
  /** Answers it; without a message with the given status. */
  answer(response: number | SipResponse): void;
}

/** An edge between a front end, a client and a partner, none of whom is there: what it sends them is written down. Another server may be silent. */
export function start(sealing = newSealing(), current = topology, self = names.inside, silent?: string) {
  const inside = originOf(links.edgeToFrontEnd, { server: frontEnd });
  let client = originOf(links.clientToEdge);
  const flows = new FlowNames();
  const flowsOut: (string | undefined)[] = [];
  const partner = originOf(links.federation, {
    protection: { peer: { dnsNames: ['fabrikam.example', 'fabrikam-labs.example'], sipDomains: [] } },
  });
  const sent: Record<Side, Sent[]> = { inside: [], outside: [] };
  const reasons: string[] = [];
  const messages: string[] = [];
  const registered: string[] = [];
  const policies = createEdgePolicies({
    addresses: { ...addresses, inside: { ...addresses.inside, host: self } },
    sealing,
    topology: () => current,
    flows,
    isLiving: (server) => server !== silent,
    hopInside: (server) => ({ name: server, address: '192.0.2.1', port: 5061, link: links.edgeToFrontEnd }),
    onRegistered: (address) => registered.push(address),
  });
  /** Sends a relayed request on as the runtime does, and takes the answers to it back. */
  const relay = (
    side: Side,
    request: SipRequest,
    { rules, targets }: RelayDecision,
    answers: SipResponse[],
  ): void => {
    const target = targets[0]?.[0] as Target;
    const via = Via.from({ transport: 'TLS', host: names[side], branch: `z9hG4bK${++lastId}` });
    const message = rules.build(target, via);
    if ('reason' in message) {
      reasons.push(message.reason);
      answers.push(responseForRefusal(request, message, 'edge'));
      return;
    }
    const answer = (response: number | SipResponse) => {
      const received =
        typeof response === 'number'
          ? createResponse(message, response, undefined, { toTag: 'far' })
          : response;
      const refused = received.status < 300 ? rules.refuses?.(received, target) : undefined;
      if (refused !== undefined) {
        reasons.push(refused.reason);
        return;
      }
      const back = forwardResponse(rules.arrived?.(received, target) ?? received, request);
      if (back !== undefined) answers.push(rules.answer?.(back) ?? back);
    };
    if (side === 'outside') flowsOut.push(target.flow);
    sent[side].push({ message, answer });
  };
  const ask = (side: Side, origin: RequestOrigin, request: SipRequest): readonly SipResponse[] => {
    const answers: SipResponse[] = [];
    const sender = policies[side].admit(request, origin);
    const decision: ProxyDecision =
      'reason' in sender ? { kind: 'refuse', refusal: sender } : policies[side].decide(request, sender);
    if (decision.kind === 'relay')
      relay(decision.side === 'inside' ? 'inside' : 'outside', request, decision, answers);
    else if (decision.kind === 'refuse') {
      reasons.push(decision.refusal.reason);
      messages.push(decision.refusal.message);
      answers.push(responseForRefusal(request, decision.refusal, 'edge'));
    }
    return answers;
  };
  /** For whom a request is sent, as far as the room of a link is shared out by that. */
  const onBehalfOf = (side: Side, origin: RequestOrigin, request: SipRequest): string | undefined => {
    const sender = policies[side].admit(request, origin);
    return 'reason' in sender ? sender.reason : policies[side].onBehalfOf(request, sender);
  };
  return {
    sent,
    reasons,
    messages,
    registered,
    policies,
    shareOf: {
      frontEnd: (request: SipRequest) => onBehalfOf('inside', inside, request),
      partner: (request: SipRequest) => onBehalfOf('outside', partner, request),
    },
    /** The connections of what went out; undefined for partners. */
    flowsOut,
    flowOfClient: () => flows.of(client),
    /** The client's connection is closed, and it opens another. */
    reconnect() {
      Object.assign(client, { isClosed: true });
      policies.outside.onClosed(client);
      client = originOf(links.clientToEdge);
    },
    fromFrontEnd: (request: SipRequest) => ask('inside', inside, request),
    fromEdge: (fqdn: string, request: SipRequest) =>
      ask('inside', originOf(links.edgeToEdge, { server: fqdn }), request),
    fromClient: (request: SipRequest) => ask('outside', client, request),
    fromPartner: (request: SipRequest) => ask('outside', partner, request),
  };
}

export const hers = 'sip:alice@contoso.example';
export const his = 'sip:bob@fabrikam.example';

export const theirVia = 'SIP/2.0/TLS sip.fabrikam.example;branch=z9hG4bK1';
export const message = (method: string, from: string, to: string, parts: Partial<RequestParts> = {}) =>
  requestBetween(from, to, { method, via: theirVia, ...parts });

export const insideVias = [
  `SIP/2.0/TLS ${frontEnd};branch=z9hG4bKfe`,
  'SIP/2.0/TLS 10.1.2.3;branch=z9hG4bKalice',
];
export const outwards = (method = 'INVITE', headers: HeaderFields = {}) =>
  message(method, hers, his, {
    via: insideVias,
    headers: [...Object.entries(headers), ['Record-Route', `<sip:t@${frontEnd};lr>`]] as HeaderFields,
  });
export const namesOfInside = /fe1\.|edge1\.|pool1\.|10\.1\.2\.3/;

export const device = 'sip:alice@client.invalid';

/** The client registers, and the registrar accepts it. @returns the Path that leads to it */
export function registeredPath(
  fromClient: (request: SipRequest) => unknown,
  sent: Record<Side, Sent[]>,
): string {
  const contact = `<${device}>;+sip.instance="<urn:uuid:1>";reg-id=1`;
  fromClient(message('REGISTER', hers, hers, { uri: 'sip:contoso.example', contact }));
  const register = sent.inside.at(-1) as Sent;
  register.answer(200);
  return register.message.get('Path') ?? '';
}

/** A request in the dialog that another began, of the end that was called, which has the tag `far`. */
export function ofCalled(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return message(method, his, hers, {
    from: `${begun.to};tag=far`,
    to: begun.from,
    callId: begun.callId,
    ...parts,
  });
}

/** The same of the end that began it. */
export function ofCaller(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return message(method, hers, his, {
    from: begun.from,
    to: `${begun.to};tag=far`,
    callId: begun.callId,
    ...parts,
  });
}
