import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenStore } from '@entente/authority';
import type { StoredAuditRecord } from '@entente/pki/audit';
import { StepClock } from '@entente/testkit';
import { topologyHash } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contoso, next, signed } from './contoso.ts';
import { endsOnceStored } from './ends-once-stored.ts';
import { InProcessAuthority } from './in-process-authority.ts';

const start = Date.UTC(2026, 5, 1);
const hour = 3_600_000;
const servers = contoso.servers.filter(({ fqdn }) => fqdn !== 'edge01.contoso.example');
const second = next(contoso, { servers });

let run: InProcessAuthority;
let clock: StepClock;
/** The process ends once a version is stored, as far as its answer goes. */
let ends: boolean;
/** How often the trail was read. */
let reads: number;

const ending = endsOnceStored(() => ends);
const open: OpenStore = async (folder, options) => {
  const store = await ending(folder, options);
  const { audit } = store;
  const read: typeof audit.read = (query) => {
    reads++;
    return audit.read(query);
  };
  return { ...store, audit: { ...audit, read } };
};
/** Ends it and starts it again. @returns how often the start has read the trail */
const restart = async (): Promise<number> => {
  await run.authority[Symbol.asyncDispose]();
  ends = false;
  reads = 0;
  await run.restart();
  return reads;
};

beforeEach(async () => {
  clock = new StepClock(start);
  [ends, reads] = [false, 0];
  run = await InProcessAuthority.start({ clock, open });
});
afterEach(() => run[Symbol.asyncDispose]());

/** What the trail has of a version as published, oldest first. */
async function published(version: number): Promise<readonly StoredAuditRecord[]> {
  const { answer } = await run.ask('/audit?limit=1000');
  return (answer.records as StoredAuditRecord[])
    .filter(({ action, details }) => action === 'topology-published' && details.version === version)
    .reverse();
}

describe('a topology that was in force before the authority has ended, and not in the trail as published', () => {
  it('is recorded at the next start, once: with what it does, who ordered it and who has signed it', async () => {
    ends = true;
    expect((await run.ask('/topology', signed(second))).status).toBe(503);
    expect(await published(2)).toEqual([]);
    clock.move(hour);
    await restart();
    expect(await published(2)).toMatchObject([
      {
        at: start + hour,
        actor: 'authority',
        subject: 'contoso.example',
        outcome: 'done',
        details: {
          version: 2,
          hash: topologyHash(second),
          effect: 'narrowing',
          signers: 'alice',
          orderedBy: 'administrator:alice',
        },
      },
    ]);
    await restart();
    expect(await published(2)).toHaveLength(1);
  });

  it('is recorded by a later start where the trail takes nothing at this one', async () => {
    ends = true;
    expect((await run.ask('/topology', signed(second))).status).toBe(503);
    await run.restart();
    expect(await published(2)).toEqual([]);
    await restart();
    expect(await published(2)).toHaveLength(1);
  });

  it('is recorded before the next version, where the authority goes on', async () => {
    const third = next(second, { title: 'the third' });
    const numbers = async (version: number) => (await published(version)).map(({ number }) => number);
    ends = true;
    expect((await run.ask('/topology', signed(second))).status).toBe(503);
    ends = false;
    expect((await run.ask('/topology', signed(third))).status).toBe(200);
    expect(await published(2)).toMatchObject([
      { actor: 'administrator:alice', details: { effect: 'narrowing' } },
    ]);
    const [earlier = 0, later = 0] = [...(await numbers(2)), ...(await numbers(3))];
    expect(earlier).toBeGreaterThan(0);
    expect(later).toBeGreaterThan(earlier);
  });
});

describe('a start after a topology was published', () => {
  it('looks through the trail only where nothing says that all was done, and records nothing twice', async () => {
    expect((await run.ask('/topology', signed(second))).status).toBe(200);
    expect(await restart()).toBe(0);
    await rm(join(run.directory, 'topology-published.json'), { force: true });
    expect(await restart()).toBeGreaterThan(0);
    expect(await restart(), 'which it notes').toBe(0);
    await writeFile(join(run.directory, 'topology-published.json'), '{');
    expect(await restart()).toBeGreaterThan(0);
    expect(await published(2)).toHaveLength(1);
  });
});
