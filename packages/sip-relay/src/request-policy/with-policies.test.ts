import { createResponse, type SipRequest } from '@entente/sip';
import { refusal } from '@entente/sip-proxy';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import type { ProxyDecision, ProxyPolicy, RequestOrigin } from '../proxy-policy.ts';
import type { RelayRules } from '../relay/relay-rules.ts';
import { FakeRequestPolicy } from './fake-request-policy.ts';
import { withPolicies } from './with-policies.ts';

const [alice, bob] = ['sip:alice@contoso.example', 'sip:bob@contoso.example'];
const message = requestBetween(alice, bob);
const ack = requestBetween(alice, bob, { method: 'ACK' });
const relayed: ProxyDecision = { kind: 'relay', targets: [], rules: {} as RelayRules };
const refused: ProxyDecision = { kind: 'refuse', refusal: refusal('unknown-user', 404, 'nobody', 'Wait.') };
const served: ProxyDecision = {
  kind: 'serve',
  response: createResponse(message, 200, undefined, { toTag: '2' }),
};

/** A server that decides like this, and a policy that refuses every MESSAGE and ACK. */
function start(decision: ProxyDecision | Promise<ProxyDecision>) {
  const fake = new FakeRequestPolicy(['MESSAGE', 'ACK']);
  const server: ProxyPolicy = { admit: () => ({}), decide: () => decision, isInDialog: () => true };
  const policy = withPolicies(server, [{ plugin: 'alpha', policy: fake }]);
  return { fake, policy, decide: async (request: SipRequest) => policy.decide(request, {}) };
}

describe('a server with policies', () => {
  it.each([
    ['at once', () => relayed],
    ['later', async () => relayed],
  ])('refuses what they refuse of that which it %s decides to relay', async (_, decision) => {
    expect(await start(decision()).decide(message)).toMatchObject({
      kind: 'refuse',
      refusal: { reason: 'refused-by-policy', plugin: 'alpha' },
    });
  });

  it('relays what they let pass, and asks about no ACK', async () => {
    const { decide, fake } = start(relayed);
    expect(await decide(requestBetween(alice, bob, { method: 'INFO' }))).toBe(relayed);
    expect(await decide(ack)).toBe(relayed);
    expect(fake.seen.map(({ method }) => method)).toEqual(['INFO']);
  });

  it('asks about nothing that it refuses or answers itself', async () => {
    for (const decision of [refused, served]) {
      const { decide, fake } = start(decision);
      expect(await decide(message)).toBe(decision);
      expect(fake.seen).toEqual([]);
    }
  });

  it('is otherwise the server: without policies itself, else it says of each request what the server says', () => {
    const server: ProxyPolicy = { admit: () => ({}), decide: () => relayed };
    expect(withPolicies(server, [])).toBe(server);
    const origin = {} as RequestOrigin;
    const { policy } = start(relayed);
    expect([policy.isInDialog?.(message, origin), policy.isEmergency?.(message, origin)]).toEqual([
      true,
      false,
    ]);
  });
});
