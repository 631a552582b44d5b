import { spawnTied } from '@entente/testkit/repository';
import { describe, expect, it } from 'vitest';
import { Inspector, inspectorPlace } from '../process/inspector.ts';
import { startDelay, startStretches } from './loop-watch.ts';

/** Again and again something that takes thirty milliseconds of the processor, however busy the machine is. */
const busy = `
  globalThis.turns = 0;
  const used = (since) => process.cpuUsage(since).user + process.cpuUsage(since).system;
  setInterval(() => { turns += 1; const since = process.cpuUsage(); while (used(since) < 30_000); }, 10);
  console.log('ready');`;

async function whileBusy<Found>(watch: (inspector: Inspector) => Promise<() => Promise<Found>>) {
  const place = await inspectorPlace();
  await using program = spawnTied(process.execPath, [...place.nodeFlags, '-e', busy]);
  await new Promise((resolve) => program.process.stdout?.once('data', resolve));
  using inspector = await Inspector.open(place);
  const end = await watch(inspector);
  const turns = () => inspector.evaluate<number>('turns');
  const enough = (await turns()) + 5;
  while ((await turns()) < enough);
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
