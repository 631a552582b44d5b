import { randomBytes } from 'node:crypto';
import {
  answerChallenge,
  createCredentialRecord,
  createResponse,
  edit,
  type HeaderFields,
  type RequestParts,
  type SipRequest,
  selectChallenges,
  Via,
} from '@entente/sip';
import { createSealing, forwardResponse, singleEpoch, type Target } from '@entente/sip-proxy';
import type { Locations } from '@entente/sip-proxy/locations';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { type Link, links, type Topology } from '@entente/topology';
import { FrontEnd } from '../src/front-end.ts';

export const edge = 'edge1.contoso.example';
export const alice = 'sip:alice@contoso.example';
export const bob = 'sip:bob@contoso.example';
/** At home in the other pool. */
export const carol = 'sip:carol@contoso.example';
export const partner = 'sip:carl@fabrikam.example';
const password = 'secret';

/** A pool of three front ends, and one of another pool. */
export const topology = sampleTopology({
  pools: [...(sampleDocument().pools ?? []), { fqdn: 'pool2.contoso.example', role: 'front-end' }],
  servers: [
    sampleFrontEnd,
    { ...sampleFrontEnd, fqdn: 'fe2.contoso.example' },
    { ...sampleFrontEnd, fqdn: 'fe3.contoso.example' },
    { ...sampleFrontEnd, fqdn: 'fe4.contoso.example', pool: 'pool2.contoso.example' },
    sampleEdge,
  ],
  partners: [{ kind: 'allowed-domain', id: 'fabrikam', domains: ['fabrikam.example'] }],
  users: {
    'alice@contoso.example': 'fe1.contoso.example',
    'bob@contoso.example': 'fe2.contoso.example',
    'carol@contoso.example': 'fe4.contoso.example',
  },
});

let lastId = 0;

export function client(...users: string[]): RequestOrigin {
  const proven = users.map((user) => [user.slice('sip:'.length), Date.now() + 1_000_000] as const);
  return {
    id: ++lastId,
    server: undefined,
    isClosed: false,
    users: new Map(proven),
    link: links.clientToFrontEnd,
    protection: {},
  };
}

export function server(fqdn: string, link: Link = links.frontEndToFrontEnd): RequestOrigin {
  const peer = { role: fqdn === edge ? 'edge' : 'front-end', dnsNames: [fqdn], sipDomains: [] };
  return { id: ++lastId, server: fqdn, isClosed: false, users: new Map(), link, protection: { peer } };
}

export const throughEdge = () => server(edge, links.edgeToFrontEnd);
export const newSealing = () => createSealing(singleEpoch(randomBytes(32)), randomBytes);

/**
 * A front end whose decisions are carried out on paper.
 * @param locations - that it shares with others of its pool
 * @param silent - another server, which does not answer
 * @param inForce - gives its topology; default always {@link topology}
 */
export function start(
  fqdn = 'fe1.contoso.example',
  sealing = newSealing(),
  locations?: Locations,
  silent?: string,
  inForce: () => Topology = () => topology,
) {
  const flows = new FlowNames();
  const frontEnd = new FrontEnd({
    fqdn,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: inForce,
    credentials: {
      find: (username, realm) => createCredentialRecord({ username, realm, password }),
      hasMd5: () => false,
    },
    flows,
    newToken: () => 'token',
    onUser() {},
    ...(locations === undefined ? {} : { locations }),
    clock: () => Date.now(),
    isLiving: (name) => name !== silent,
    hopTo: (name) => ({ name, address: '192.0.2.1', port: 5061, link: links.frontEndToFrontEnd }),
  });
  return onPaper(frontEnd, flows, fqdn);
}

/** The decisions of a front end, carried out on paper. */
export function onPaper(frontEnd: FrontEnd, flows: FlowNames, fqdn: string) {
  return {
    flows,
    frontEnd,
    /** What becomes of a request: its refusal, the answer, or the request as it goes on, with where to and how its answer comes back. */
    send(request: SipRequest, origin: RequestOrigin) {
      const sender = frontEnd.admit(request, origin);
      const decision =
        'reason' in sender ? { kind: 'refuse' as const, refusal: sender } : frontEnd.decide(request, sender);
      if (decision instanceof Promise) return { awaits: decision };
      if (decision.kind === 'refuse')
        return {
          status: decision.refusal.status,
          reason: decision.refusal.reason,
          headers: decision.refusal.headers,
        };
      if (decision.kind === 'serve') return { status: decision.response.status };
      const [target] = decision.targets.flat() as [Target];
      const via = Via.from({ transport: 'TLS', host: fqdn, branch: `z9hG4bK${++lastId}` });
      const sent = decision.rules.build(target, via) as SipRequest;
      const hop = target.flow === undefined ? decision.rules.nextHop(target) : undefined;
      return {
        sent,
        rules: decision.rules,
        /** Where it goes: the name of each server, or of each connection of the device. */
        tried: decision.targets.flat().map((one) => one.flow ?? (one as { server?: string }).server),
        to: target.flow ?? (hop !== undefined && 'name' in hop ? hop.name : undefined),
        answer(status: number, headers: HeaderFields = {}) {
          const response = createResponse(sent, status, undefined, { toTag: 'far', headers });
          const arrived = decision.rules.arrived?.(response, target) ?? response;
          return forwardResponse(arrived, request);
        },
        /** What a further device answers once one has accepted. */
        later(headers: HeaderFields = {}) {
          const response = createResponse(sent, 200, undefined, { toTag: 'other', headers });
          return decision.rules.laterAnswers?.(target).arrived?.(response) ?? response;
        },
      };
    },
  };
}

export type Sending = ReturnType<typeof start>;

/** The connection of a client is gone. */
export function close({ frontEnd }: Pick<Sending, 'frontEnd'>, origin: RequestOrigin): void {
  Object.assign(origin, { isClosed: true });
  frontEnd.onClosed(origin);
}

/** Sends a request of a user, and again with the answer to the challenge. */
export function proven(network: Sending, request: SipRequest, origin: RequestOrigin) {
  const challenged = network.send(request, origin);
  const values = 'headers' in challenged ? (challenged.headers ?? []).map(([, value]) => `${value}`) : [];
  const [challenge] = selectChallenges(values);
  if (challenge === undefined) throw new Error(JSON.stringify(challenged));
  const { method, uriText: uri } = request;
  const username = request.from.uri.kind === 'sip' ? (request.from.uri.user ?? '') : '';
  const secret = { username, password };
  const answer = answerChallenge(challenge, { method, uri }, secret, { cnonce: 'c', nonceCount: 1 });
  const field = challenged.status === 407 ? 'Proxy-Authorization' : 'Authorization';
  const outcome = network.send(edit(request).set(field, answer).toMessage(), origin);
  if (outcome.status !== undefined && outcome.status !== 200) throw new Error(JSON.stringify(outcome));
  return outcome;
}

/** A request that goes on. */
export function relayed(network: Sending, request: SipRequest, origin: RequestOrigin) {
  const outcome = network.send(request, origin);
  if (!('sent' in outcome) || outcome.sent === undefined) throw new Error(JSON.stringify(outcome));
  return outcome;
}

const device = (user: string) => `<${user.replace('@contoso.example', '@client.invalid')}>`;
export const register = (user: string, parts: Partial<RequestParts> = {}) =>
  requestBetween(user, user, {
    method: 'REGISTER',
    uri: 'sip:contoso.example',
    contact: device(user),
    ...parts,
  });
export const asserting = (user: string) => ({ 'P-Asserted-Identity': `<${user}>` });

/** In the dialog that a request as it went on has begun, of the end that was called. */
export function ofCalled(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return requestBetween(bob, alice, {
    method,
    from: `${begun.to};tag=far`,
    to: begun.from,
    callId: begun.callId,
    headers: { Route: begun.values('Record-Route').join() },
    ...parts,
  });
}

/** The same of the end that began it. */
export function ofCaller(begun: SipRequest, method: string, parts: Partial<RequestParts> = {}): SipRequest {
  return ofCalled(begun, method, { from: begun.from, to: `${begun.to};tag=far`, ...parts });
}
