import { describe, expect, it } from 'vitest';
import { EmergencyAllowance } from './emergency-allowance.ts';

const rules = { calls: 2, withinMs: 1_000, users: 2 };
const [alice, bob, carol] = ['alice@contoso.example', 'bob@contoso.example', 'carol@contoso.example'];

describe('the emergency calls of a user', () => {
  it('that count for nobody are so many within a time, and those of others are not fewer for it', () => {
    const allowance = new EmergencyAllowance(rules);
    expect([0, 1, 2].map((now) => allowance.take(alice, now))).toEqual([true, true, false]);
    expect([allowance.has(alice, 999), allowance.has(bob, 999)]).toEqual([false, true]);
    expect([allowance.take(alice, 1_000), allowance.take(alice, 1_000)]).toEqual([true, false]);
  });

  it('are remembered of so many users', () => {
    const allowance = new EmergencyAllowance(rules);
    for (const user of [alice, bob]) for (const now of [0, 1]) allowance.take(user, now);
    expect(allowance.take(carol, 2)).toBe(true);
    expect([allowance.has(alice, 3), allowance.has(bob, 3)]).toEqual([true, false]);
  });
});
