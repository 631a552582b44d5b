import { edit } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { alice, erin, fromEdge, reasonOf, start } from './lone-director.ts';

const many = 3_000;
const register = (of: string) => requestBetween(of, of, { method: 'REGISTER', uri: 'sip:contoso.example' });

describe('a director under a flood', () => {
  it('of REGISTERs without credentials challenges each of them, and a user comes in as before', () => {
    const { decide, proven } = start();
    const reasons = new Set<string>();
    for (let count = 0; count < many; count++)
      reasons.add(reasonOf(decide(register(`sip:user${count}@contoso.example`), fromEdge)));
    expect([...reasons]).toEqual(['authentication-required']);
    expect(reasonOf(decide(proven(register(erin)), fromEdge))).toBe('relay');
  });

  it('of nonces that nobody has given out challenges each of them, and counts none as a guess of the user that it names', () => {
    const { decide, proven } = start();
    const good = proven(register(erin));
    const forged = (nonce: string) =>
      edit(good)
        .set(
          'Authorization',
          (good.get('Authorization') ?? '').replace(/\bnonce="[^"]*"/, `nonce="${nonce}"`),
        )
        .toMessage();
    const reasons = new Set<string>();
    for (let count = 0; count < many; count++)
      reasons.add(reasonOf(decide(forged(`made-up-${count}`), fromEdge)));
    expect([...reasons]).toEqual(['authentication-required']);
    expect(reasonOf(decide(good, fromEdge))).toBe('relay');
  });

  it('of one answer, sent again and again, carries it once', () => {
    const { decide, proven } = start();
    const good = proven(requestBetween(erin, alice));
    expect(reasonOf(decide(good, fromEdge))).toBe('relay');
    const again = new Set(Array.from({ length: 100 }, () => reasonOf(decide(good, fromEdge))));
    expect(again).not.toContain('relay');
    expect(reasonOf(decide(proven(requestBetween(erin, alice), 'erin', 'secret', 'd'), fromEdge))).toBe(
      'relay',
    );
  });
});
