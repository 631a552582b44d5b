import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type RunningAuthority } from '@entente/authority';
import type { Issuance } from '@entente/pki';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog, StepClock } from '@entente/testkit';
import { administratorSetHash, decodeTrustState } from '@entente/topology';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStateKey } from '../src/trust-state/state-key.ts';
import { contoso, signed } from './contoso.ts';

const url = 'https://ca.contoso.example';
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
    const directory = join(folder, 'ca');
    const names = { domain: 'contoso.example', fqdn, directory };
    const objectsUrl = 'http://ca.contoso.example';
    const clock = new StepClock(start);
    await initialiseAuthority({ ...names, objectsUrl, now: start, openLedger });
    await using authority: RunningAuthority = await createAuthority(
      {
        ...names,
        administratorsHash: administratorSetHash(contoso.administrators),
        authorityUrl: url,
        objectsUrl,
      },
      createTestLog(),
      clock,
    );
    const ask = async (path: string, body?: string) => {
      const peer = { peer: { uris: ['entente://contoso.example/administrators/alice'], dnsNames: [] } };
      const request = new Request(`${url}${path}`, body === undefined ? {} : { method: 'POST', body });
      return await authority.fetch(request, peer as never);
    };
    const issued = async () => {
      const { certificates } = (await (await ask('/certificates?subject=trust-state')).json()) as {
        certificates: object[];
      };
      return certificates.length;
    };
    const sequence = async () => {
      const decoded = decodeTrustState(await (await ask('/state')).text());
      return decoded.ok ? decoded.state.sequence : 0;
    };
    expect((await ask('/topology', signed(contoso))).status).toBe(200);
    const before = await issued();
    const file = join(directory, 'state-sequence.json');
    await rm(file);
    await mkdir(join(file, 'in-the-way'), { recursive: true });
    clock.move(4 * day);
    await expect.poll(() => authority.problems().map(({ part }) => part)).toContain('trust-state');
    expect(await issued()).toBe(before);
    await rm(file, { recursive: true });
    const last = await sequence();
    clock.move(5_000);
    await expect.poll(sequence).toBeGreaterThan(last);
    expect(await issued()).toBe(before + 1);
  });
});
