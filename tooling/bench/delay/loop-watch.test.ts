import { spawnTied } from '@entente/testkit';
import { describe, expect, it } from 'vitest';
import { Inspector, inspectorPlace } from '../load/inspector.ts';
import { startDelay, startStretches } from './loop-watch.ts';

/** Every ten milliseconds something that takes about thirty; garbage is collected once when it is told to. */
const busy = `
  setInterval(function often() { const end = performance.now() + 30; while (performance.now() < end); }, 10);
  console.log('ready');`;

async function whileBusy<Found>(watch: (inspector: Inspector) => Promise<() => Promise<Found>>) {
  const place = await inspectorPlace();
  await using program = spawnTied(process.execPath, [...place.nodeFlags, '-e', busy]);
  await new Promise((resolve) => program.process.stdout?.once('data', resolve));
  using inspector = await Inspector.open(place);
  const end = await watch(inspector);
  // As many turns of its loop as questions.
  for (let i = 0; i < 10; i += 1) await inspector.evaluate('new Promise((resolve) => setImmediate(resolve))');
  await inspector.collect();
  return await end();
}

describe('the event loop of another process', () => {
  it('is late by as long as something ran, and its pauses for garbage are told', async () => {
    const { max, p50, p99, pauses } = await whileBusy(startDelay);
    expect(max).toBeGreaterThanOrEqual(20);
    expect(max).toBeGreaterThanOrEqual(p99);
    expect(p99).toBeGreaterThanOrEqual(p50);
    expect(pauses).toContainEqual({ ms: expect.any(Number), isMinor: false });
  });

  it('shows what called the longest stretch', async () => {
    const { counted, long } = await whileBusy((inspector) => startStretches(inspector, 20));
    expect(long).toMatchObject([{ by: 'Timeout' }]);
    expect(long[0]?.ms).toBeGreaterThanOrEqual(20);
    expect(counted).toBeGreaterThanOrEqual(long[0]?.count ?? 0);
  });
});
