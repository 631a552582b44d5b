import type { TargetGroups } from '@entente/sip-proxy';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AwaitedDevices } from './awaited-devices.ts';

const alice = 'alice@contoso.example';
const bob = 'bob@contoso.example';
const found: TargetGroups = [[{ uri: 'sip:a@client.invalid', flow: 'f', routes: [], instance: 'd' }]];
const rules = { forMs: 2_000, perUser: 2, inAll: 3, ofSender: { perUser: 2, inAll: 3 } };
const carol = 'carol@contoso.example';

describe('the wait for the return of a device', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  const start = () => new AwaitedDevices(Date.now, rules);

  it('is for so many requests of a user, and for so many in all', async () => {
    const awaited = start();
    // Each of another sender, whose own bounds it does not reach.
    const waits = [alice, alice, alice, bob, bob].map((user, i) =>
      awaited.wait(user, `caller${i}@contoso.example`, () => []),
    );
    expect(waits.map((wait) => wait !== undefined)).toEqual([true, true, false, true, false]);
    expect(awaited.size).toBe(3);
    await vi.advanceTimersByTimeAsync(rules.forMs + 100);
    expect(await Promise.all(waits)).toEqual([[], [], undefined, [], undefined]);
    expect(awaited.size).toBe(0);
    expect(awaited.wait(alice, carol, () => [])).toBeDefined();
  });

  it('leaves room for others beside a sender who calls everybody, and beside one who calls a user again and again', async () => {
    const awaited = new AwaitedDevices(Date.now);
    const waits = (sender: string, users: readonly string[]) =>
      users.filter((user) => awaited.wait(user, sender, () => []) !== undefined).length;
    expect(waits(carol, [alice, alice, alice, alice])).toBe(2);
    expect(waits(bob, [alice, alice])).toBe(2);
    const everybody = Array.from({ length: 2_000 }, (_, i) => `user${i}@contoso.example`);
    expect(waits(carol, everybody)).toBe(30);
    expect(waits(bob, everybody.slice(0, 10))).toBe(10);
    await vi.advanceTimersByTimeAsync(6_000);
    expect(awaited.size).toBe(0);
    expect(waits(carol, everybody)).toBe(32);
  });

  it('goes on where the user has registered another device', async () => {
    const awaited = start();
    let now: TargetGroups = [];
    const waiting = awaited.wait(alice, carol, () => now);
    awaited.registered(alice);
    await vi.advanceTimersByTimeAsync(500);
    expect(awaited.size).toBe(1);
    now = found;
    awaited.registered(bob);
    await vi.advanceTimersByTimeAsync(500);
    expect(awaited.size).toBe(1);
    awaited.registered(alice);
    await vi.advanceTimersByTimeAsync(200);
    expect(await waiting).toBe(found);
    expect(awaited.size).toBe(0);
  });

  it('ends with what looking for the device throws', async () => {
    const awaited = start();
    const waiting = awaited.wait(alice, carol, () => Promise.reject(new Error('the store is away')));
    const outcome = expect(waiting).rejects.toThrow('the store is away');
    awaited.registered(alice);
    await vi.advanceTimersByTimeAsync(200);
    await outcome;
    expect(awaited.size).toBe(0);
  });
});
