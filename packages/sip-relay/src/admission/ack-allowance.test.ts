import { describe, expect, it } from 'vitest';
import { AckAllowance } from './ack-allowance.ts';

const rules = { acks: 2, acksPerSecond: 1, bytes: 1_000, bytesPerSecond: 100 };
const start = 1_000_000;

describe('the ACKs of a connection that is nobody’s', () => {
  it('are as many as it has left, and one more each second', () => {
    const allowance = new AckAllowance(rules);
    const connection = {};
    const take = (now: number) => allowance.take(connection, 10, now);
    expect([take(start), take(start), take(start)]).toEqual([true, true, false]);
    expect([take(start + 999), take(start + 1_000), take(start + 1_000)]).toEqual([false, true, false]);
    expect([take(start + 60_000), take(start + 60_000), take(start + 60_000)]).toEqual([true, true, false]);
  });

  it('are counted with their bodies', () => {
    const allowance = new AckAllowance(rules);
    const connection = {};
    expect(allowance.take(connection, 1_001, start)).toBe(false);
    expect(allowance.take(connection, 900, start)).toBe(true);
    expect(allowance.take(connection, 200, start)).toBe(false);
    expect(allowance.take(connection, 200, start + 1_000)).toBe(true);
  });

  it('take nothing off another connection, and none come back when the clock is set back', () => {
    const allowance = new AckAllowance(rules);
    const [one, other] = [{}, {}];
    for (let i = 0; i < 2; i++) allowance.take(one, 10, start);
    expect(allowance.take(one, 10, start - 3_600_000)).toBe(false);
    expect(allowance.take(other, 10, start)).toBe(true);
  });
});
