import { describe, expect, it } from 'vitest';
import { FailedHandshakeCosts } from './failed-handshake-costs.ts';

function start() {
  const clock = { now: 0 };
  return { clock, debts: new FailedHandshakeCosts(() => clock.now) };
}

const here = '192.0.2.1';

describe('an address', () => {
  it('waits for nothing where its handshakes fail once in a while', () => {
    const { clock, debts } = start();
    for (let count = 0; count < 1_000; count++) {
      debts.charge(here, 3);
      expect(debts.waitMs(here)).toBe(0);
      clock.now += 30;
    }
    clock.now += 1_000;
    expect(debts.waitMs(here)).toBe(0);
    expect(debts.isEmpty).toBe(true);
  });

  it('has a tenth of a second for nothing, once: not for each handshake', () => {
    const { debts } = start();
    for (let count = 0; count < 10; count++) debts.charge(here, 10);
    expect(debts.waitMs(here)).toBe(0);
    debts.charge(here, 10);
    expect(debts.waitMs(here)).toBeCloseTo(100);
  });

  it('waits ten times as long as they have cost, and no other address with it', () => {
    const { clock, debts } = start();
    for (let count = 0; count < 20; count++) debts.charge(here, 120);
    expect(debts.waitMs(here)).toBeCloseTo(23_000);
    expect(debts.waitMs('192.0.2.2')).toBe(0);
    clock.now += 23_000;
    expect(debts.waitMs(here)).toBe(0);
    // What is free grows back no faster than what is owed.
    debts.charge(here, 1);
    expect(debts.waitMs(here)).toBeCloseTo(10);
  });

  it('waits no longer for what has come to something after all', () => {
    const { debts } = start();
    for (const costMs of [150, 120, -150]) debts.charge(here, costMs);
    expect(debts.waitMs(here)).toBeCloseTo(200);
    debts.charge(here, -120);
    debts.charge(here, -100);
    expect(debts.waitMs(here)).toBe(0);
    expect(debts.isEmpty).toBe(true);
  });

  it('waits for a minute at most', () => {
    const { clock, debts } = start();
    for (let count = 0; count < 100; count++) debts.charge(here, 1_000);
    expect(debts.waitMs(here)).toBe(60_000);
    clock.now += 60_000;
    expect(debts.waitMs(here)).toBe(0);
  });

  it('is one of 4,096 that are remembered', () => {
    const { debts } = start();
    for (let count = 0; count <= 4_096; count++) debts.charge(`192.0.2.${count}`, 200);
    expect(debts.waitMs('192.0.2.0')).toBe(0);
    expect(debts.waitMs('192.0.2.1')).toBeGreaterThan(0);
    expect(debts.waitMs('192.0.2.4096')).toBeGreaterThan(0);
  });
});
