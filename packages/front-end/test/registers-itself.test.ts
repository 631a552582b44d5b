import { randomBytes } from 'node:crypto';
import { answerChallenge, edit, type SipRequest, selectChallenges } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { sampleDocument, sampleEdge, sampleFrontEnd, sampleTopology } from '@entente/testkit/topology';
import { expect, it } from 'vitest';
import { frontEndOfUsers, password } from './front-end-of-users.ts';
import { throughEdge } from './front-end-on-paper.ts';

const [alice, carol, erin] = [
  'alice@contoso.example',
  'carol@contoso.example',
  'erin@contoso.example',
] as const;
const partners = [{ kind: 'allowed-domain' as const, id: 'fabrikam', domains: ['fabrikam.example'] }];
/** Carol is at home in another pool: nothing here knows what is registered for that address. */
const topology = sampleTopology({
  pools: [...(sampleDocument().pools ?? []), { fqdn: 'pool2.contoso.example', role: 'front-end' }],
  servers: [
    sampleFrontEnd,
    { ...sampleFrontEnd, fqdn: 'fe4.contoso.example', pool: 'pool2.contoso.example' },
    sampleEdge,
  ],
  users: { [carol]: 'fe4.contoso.example' },
  partners,
});

it('a user who comes through an edge registers no other address, wherever it is sent: the edge believes what comes back', async () => {
  const frontEnd = frontEndOfUsers({ topology, users: [alice, erin], clock: () => 1_000 });
  const origin = throughEdge();
  const becomes = async (request: SipRequest): Promise<string> => {
    const challenged = frontEnd.admit(request, origin);
    const headers = 'reason' in challenged ? challenged.headers : [];
    const [challenge] = selectChallenges(headers.map(([, value]) => `${value}`));
    if (challenge === undefined) throw new Error('expected a challenge');
    const asked = { method: request.method, uri: request.uriText };
    const nonce = { cnonce: randomBytes(8).toString('hex'), nonceCount: 1 };
    const answer = answerChallenge(challenge, asked, { username: 'erin', password }, nonce);
    const sender = frontEnd.admit(edit(request).append('Authorization', answer).toMessage(), origin);
    if ('reason' in sender) return sender.reason;
    const decision = await frontEnd.decide(request, sender);
    return decision.kind === 'refuse' ? decision.refusal.reason : decision.kind;
  };
  const register = (of: string, uri: string) =>
    requestBetween(`sip:${erin}`, `sip:${of}`, { method: 'REGISTER', uri });
  for (const uri of ['sip:contoso.example', 'sip:fabrikam.example', `sip:${erin}`])
    for (const other of [alice, carol])
      expect(await becomes(register(other, uri))).toBe('registration-not-authorised');
  expect(await becomes(register(erin, 'sip:contoso.example'))).toBe('serve');
});
