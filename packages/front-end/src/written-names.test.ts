import { randomBytes } from 'node:crypto';
import {
  answerChallenge,
  createCredentialRecord,
  edit,
  parseNameAddr,
  type SipRequest,
  selectChallenges,
  Via,
} from '@entente/sip';
import { ServiceLocator, sipTarget } from '@entente/sip-endpoint/resolve';
import { createSealing, singleEpoch, type Target } from '@entente/sip-proxy';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { plannedDns } from '@entente/testkit/repository';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { dnsPlan } from '@entente/topology-planning';
import { describe, expect, it } from 'vitest';
import { FrontEnd } from './front-end.ts';

const pool = 'pool1.contoso.example';
const secret = { password: 'secret' };
const alice = 'sip:alice@contoso.example';
const at = (address: string, sip: number) => ({ interfaces: { internal: { address, ports: { sip } } } });
const topology = sampleTopology({
  servers: [
    { ...sampleFrontEnd, ...at('192.0.2.1', 15_061) },
    { ...sampleFrontEnd, fqdn: 'fe2.contoso.example', ...at('192.0.2.2', 15_062) },
    {
      ...sampleFrontEnd,
      fqdn: 'fe3.contoso.example',
      pool: 'pool2.contoso.example',
      ...at('192.0.2.3', 15_063),
    },
    sampleEdge,
  ],
  pools: [...(sampleDocument().pools ?? []), { fqdn: 'pool2.contoso.example', role: 'front-end' }],
  users: { 'alice@contoso.example': 'fe3.contoso.example' },
});
const { fqdn, interfaces } = topology.servers.get('fe1.contoso.example')!;
const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);

const client: RequestOrigin = {
  id: 1,
  server: undefined,
  isClosed: false,
  users: new Map(),
  link: links.clientToFrontEnd,
  protection: {},
};

const edge: RequestOrigin = {
  ...client,
  id: 2,
  server: sampleEdge.fqdn,
  link: links.edgeToFrontEnd,
  protection: { peer: { role: 'edge', dnsNames: [sampleEdge.fqdn], sipDomains: [] } },
};

/** A request of alice as the front end hands it on. */
function handOn(request: SipRequest, from: RequestOrigin = client): SipRequest {
  const frontEnd = new FrontEnd({
    fqdn,
    port: interfaces.internal?.ports.sip as number,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: {
      find: (username, realm) => createCredentialRecord({ username, realm, ...secret }),
      hasMd5: () => false,
    },
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    hopTo: (name) => ({ name, address: '192.0.2.2', port: 5061, link: links.frontEndToFrontEnd }),
  });
  const origin = { ...from, users: new Map<string, number>() };
  const challenged = frontEnd.admit(request, origin);
  if (!('reason' in challenged)) throw new Error('nothing was asked');
  const [challenge] = selectChallenges((challenged.headers ?? []).map(([, value]) => `${value}`));
  if (challenge === undefined) throw new Error(challenged.message);
  const { method, uriText: uri } = request;
  const username = 'alice';
  const answer = answerChallenge(
    challenge,
    { method, uri },
    { username, ...secret },
    { cnonce: 'c', nonceCount: 1 },
  );
  const field = method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization';
  const sender = frontEnd.admit(edit(request).set(field, answer).toMessage(), origin);
  if ('reason' in sender) throw new Error(sender.message);
  const decision = frontEnd.decide(request, sender);
  if (decision instanceof Promise || decision.kind !== 'relay') throw new Error(JSON.stringify(decision));
  const [target] = decision.targets.flat() as [Target];
  const via = Via.from({ transport: 'TLS', host: fqdn, branch: 'z9hG4bK1' });
  return decision.rules.build(target, via) as SipRequest;
}

describe('a name that a front end writes (RFC 3261 §16.6 step 4)', () => {
  const dns = new ServiceLocator({
    resolver: plannedDns(dnsPlan(topology).filter(({ view }) => view === 'internal')),
  });
  const requestFrom = (scheme: 'sip' | 'sips', method: string, uri: string) =>
    requestBetween(alice, alice, {
      method,
      uri: uri.replace(/^sips?:/, `${scheme}:`),
      contact: `<${scheme}:alice@client.invalid>`,
    });

  it.each(['sip', 'sips'] as const)(
    'into Record-Route or Path of a %s request leads to it, by the records that the plan lists',
    async (scheme) => {
      const register = handOn(requestFrom(scheme, 'REGISTER', 'sip:contoso.example'));
      const invite = handOn(requestFrom(scheme, 'INVITE', alice));
      for (const value of [register.get('Path'), invite.get('Record-Route')]) {
        const entry = parseNameAddr(value ?? '');
        if (!entry.ok || entry.value.uri.kind !== 'sip') throw new Error(`no entry: ${value}`);
        const { uri } = entry.value;
        expect([uri.scheme, uri.host, uri.parameters.get('member')]).toEqual([scheme, pool, fqdn]);
        // Of those that DNS names for the pool, this one listens on the port of the entry.
        expect(await dns.locate(sipTarget(uri))).toContainEqual({
          host: pool,
          address: '192.0.2.1',
          port: 15_061,
        });
      }
    },
  );

  it.each(['INVITE', 'SUBSCRIBE', 'NOTIFY', 'REFER'])(
    'into Record-Route of %s, which may begin a dialog, is a loose route above all others (RFC 3261 §16.6 step 4, RFC 5627 §6.2)',
    (method) => {
      const earlier = '<sip:proxy.client.invalid;lr>';
      const sent = handOn(
        requestBetween(alice, alice, {
          method,
          headers: { 'Record-Route': earlier, Route: '<sip:fe1.contoso.example;lr>' },
        }),
      );
      const [own, other] = sent.recordRoutes;
      expect(own?.uri.kind === 'sip' && [own.uri.host, own.uri.isLooseRouter]).toEqual([pool, true]);
      expect(`${other}`).toBe(earlier);
      expect(sent.recordRoutes).toHaveLength(2);
    },
  );

  it('into Path is of the first hop of a client alone, with ob: what an edge hands on gets no second one (RFC 5626 §5.1)', () => {
    const ofEdge = '<sip:t@edge1.contoso.example;lr;ob>';
    const register = requestFrom('sip', 'REGISTER', 'sip:contoso.example');
    const first = handOn(register)
      .addressesOf('Path')
      .map(({ uri }) => uri);
    expect(first.map((uri) => uri.kind === 'sip' && [uri.host, uri.parameters.has('ob')])).toEqual([
      [pool, true],
    ]);
    const later = handOn(edit(register).set('Path', ofEdge).toMessage(), edge);
    expect(later.all('Path')).toEqual([ofEdge]);
  });

  it('as the domain of an address leads to every front end of it', async () => {
    for (const scheme of ['sip', 'sips'] as const) {
      const found = await dns.locate({ host: 'contoso.example', scheme });
      expect(found.map(({ address, port }) => `${address}:${port}`).sort()).toEqual([
        '192.0.2.1:15061',
        '192.0.2.2:15062',
        '192.0.2.3:15063',
      ]);
    }
  });
});
