import { chmod, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RevocationReason } from '@entente/pki';
import { openAuthority } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandClock } from './hand-clock.ts';

const orders = 'orders.contoso.example';
const bad = { code: 'ENTENTE_PKI_BAD_ARGUMENT' };

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'entente-arguments-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const authority = () => openAuthority({ directory, domain: 'contoso.example', clock: new HandClock() });

describe('an authority for services, called by plain JavaScript', () => {
  it('refuses a reason that is none before anything is revoked, and revokes and opens afterwards', async () => {
    {
      await using opened = await authority();
      await opened.identity(orders);
      for (const reason of ['key-compromise', 'removeFromCRL', 4])
        await expect(opened.revoke(orders, reason as RevocationReason)).rejects.toMatchObject({
          ...bad,
          message: expect.stringContaining('keyCompromise'),
        });
      await opened.identity(orders);
      expect((await opened.revoke(orders, 'keyCompromise')).serials).toHaveLength(1);
    }
    await using again = await authority();
    await expect(again.identity(orders)).rejects.toMatchObject({ reason: 'subject-revoked' });
  });

  it('refuses no name, and a name that is not a text', async () => {
    await using opened = await authority();
    const given = opened as unknown as Record<
      'identity' | 'reissue' | 'revoke',
      (...names: unknown[]) => Promise<unknown>
    >;
    for (const names of [[], [undefined], [[orders]], [7], ['Orders']]) {
      await expect(given.identity(...names)).rejects.toMatchObject(bad);
      await expect(given.reissue(...names)).rejects.toMatchObject(bad);
      await expect(given.revoke(...names)).rejects.toMatchObject(bad);
    }
  });

  it('refuses options that are none', async () => {
    for (const options of [undefined, null, 'ca'])
      await expect(openAuthority(options as never)).rejects.toMatchObject(bad);
  });
});

describe('the folder of an authority', () => {
  it('keeps its mode where it holds something else, and is refused where others may write to it', async () => {
    await writeFile(join(directory, 'package.json'), '{}');
    await chmod(directory, 0o775);
    await expect(authority()).rejects.toMatchObject({ code: 'ENTENTE_PKI_SECRET_EXPOSED' });
    await chmod(directory, 0o755);
    await using _opened = await authority();
    expect((await stat(directory)).mode & 0o777).toBe(0o755);
  });

  it('gets a mode of its own where it was empty', async () => {
    await chmod(directory, 0o775);
    await using _opened = await authority();
    expect((await stat(directory)).mode & 0o777).toBe(0o700);
  });
});
