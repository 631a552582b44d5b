import { randomBytes } from 'node:crypto';
import { type Account, verifiersOf } from '@entente/accounts';
import { KnownAccounts } from '@entente/accounts/feed';
import { answerChallenge, edit, type SipRequest, selectChallenges } from '@entente/sip';
import { createSealing, singleEpoch } from '@entente/sip-proxy';
import { FlowNames, type RequestOrigin } from '@entente/sip-relay';
import { accountCredentials } from '@entente/sip-relay/users';
import { requestBetween } from '@entente/testkit/request';
import { sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { links } from '@entente/topology';
import { expect, it } from 'vitest';
import { FrontEnd } from '../src/front-end.ts';

const [alice, erin] = ['alice@contoso.example', 'erin@contoso.example'] as const;
const partners = [{ kind: 'allowed-domain' as const, id: 'fabrikam', domains: ['fabrikam.example'] }];
const topology = sampleTopology({ servers: [sampleFrontEnd, sampleEdge], partners });
const sealing = createSealing(singleEpoch(randomBytes(32)), randomBytes);

function start() {
  const known = new KnownAccounts();
  const accounts = [alice, erin].map((address): Account => {
    const verifiers = verifiersOf(address, 'secret') ?? {};
    return { address, verifiers, state: 'enabled', rights: [] };
  });
  known.apply(accounts.map((account) => ({ address: account.address, account })));
  return new FrontEnd({
    fqdn: sampleFrontEnd.fqdn,
    port: 5061,
    sealing,
    gruus: sealing,
    topology: () => topology,
    credentials: accountCredentials({ known } as Parameters<typeof accountCredentials>[0]),
    flows: new FlowNames(),
    newToken: () => 'token',
    onUser() {},
    clock: () => 1_000,
    hopTo: () => undefined,
  });
}

const throughEdge: RequestOrigin = {
  id: 1,
  server: sampleEdge.fqdn,
  isClosed: false,
  users: new Map(),
  link: links.edgeToFrontEnd,
  protection: { peer: { role: 'edge', dnsNames: [sampleEdge.fqdn], sipDomains: [] } },
};

it('a user who comes through an edge registers no other address, wherever it is sent: the edge believes what comes back', async () => {
  const frontEnd = start();
  const becomes = async (request: SipRequest): Promise<string> => {
    const challenged = frontEnd.admit(request, throughEdge);
    const headers = 'reason' in challenged ? challenged.headers : [];
    const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
    if (challenge === undefined) throw new Error('expected a challenge');
    const asked = { method: request.method, uri: request.uriText };
    const nonce = { cnonce: randomBytes(8).toString('hex'), nonceCount: 1 };
    const answer = answerChallenge(challenge, asked, { username: 'erin', password: 'secret' }, nonce);
    const sender = frontEnd.admit(edit(request).append('Authorization', answer).toMessage(), throughEdge);
    if ('reason' in sender) return sender.reason;
    const decision = await frontEnd.decide(request, sender);
    return decision.kind === 'refuse' ? decision.refusal.reason : decision.kind;
  };
  const register = (of: string, uri: string) =>
    requestBetween(`sip:${erin}`, `sip:${of}`, { method: 'REGISTER', uri });
  for (const uri of ['sip:contoso.example', 'sip:fabrikam.example', `sip:${erin}`])
    expect(await becomes(register(alice, uri))).toBe('registration-not-authorised');
  expect(await becomes(register(erin, 'sip:contoso.example'))).toBe('serve');
});
