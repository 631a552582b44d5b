import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Issuance } from '@entente/pki';
import { StepClock } from '@entente/testkit';
import { decodeTrustState } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStateKey } from '../src/trust-state/state-key.ts';
import { InProcessAuthority } from './in-process-authority.ts';

const fqdn = 'ca.contoso.example';
const start = Date.UTC(2026, 5, 1);
const day = 86_400_000;

describe('the key for trust states, where nothing can be written', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-state-key-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('has no certificate issued: the ledger does not grow', async () => {
    let asked = 0;
    const issuance = {
      issue: async () => {
        asked += 1;
        throw new Error('nothing is issued in this test');
      },
    } as unknown as Issuance;
    const options = { network: 'contoso.example', fqdn, issuance, now: () => start };
    const absent = createStateKey({ ...options, directory: join(folder, 'absent') });
    await expect(absent).rejects.toMatchObject({ code: 'ENOENT' });
    expect(asked).toBe(0);
    await expect(createStateKey({ ...options, directory: folder })).rejects.toThrow('nothing is issued');
    expect(asked).toBe(1);
  });

  it('has none issued either while no sequence of a state can be: it has one with the next state', async () => {
    const clock = new StepClock(start);
    await using run = await InProcessAuthority.start({ clock });
    const issued = async () => {
      const { answer } = await run.ask('/certificates?subject=trust-state');
      return (answer.certificates as object[]).length;
    };
    const sequence = async () => {
      const decoded = decodeTrustState(await (await run.fetch('/state')).text());
      return decoded.ok ? decoded.state.sequence : 0;
    };
    const before = await issued();
    const file = join(run.directory, 'state-sequence.json');
    await rm(file);
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    clock.move(4 * day);
    await expect.poll(() => run.parts()).toContain('trust-state');
    expect(await issued()).toBe(before);
    await rm(file, { recursive: true });
    const last = await sequence();
    clock.move(5_000);
    await expect.poll(sequence).toBeGreaterThan(last);
    expect(await issued()).toBe(before + 1);
  });
});
