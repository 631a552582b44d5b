import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initialiseAuthority } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { createTestLog } from '@entente/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Health } from './health.ts';
import { KeptFiles } from './kept-files.ts';

describe('the files with which an authority is started', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-kept-files-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are in its health and once in its log while they are gone, with the remedy not to restart it', async () => {
    const directory = join(folder, 'ca');
    await initialiseAuthority({
      directory,
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      objectsUrl: 'http://ca.contoso.example',
      now: Date.UTC(2026, 5, 1),
      openLedger,
      administrators: ['alice'],
    });
    const logged: unknown[] = [];
    const health = new Health();
    const log = createTestLog(({ fields }) => logged.push((fields as { event: string }).event));
    let rewritten: string | undefined = join(directory, 'domain-keys.json');
    const keys = {
      writeAgain: async () => {
        const again = rewritten;
        rewritten = undefined;
        return again;
      },
    };
    const files = new KeptFiles({ directory, health, keys, log });
    await files.look();
    expect(health.problems()).toEqual([]);
    const key = join(directory, 'intermediate_ca.key');
    await rename(key, join(folder, 'key'));
    await files.look();
    await files.look();
    expect(health.problems()).toEqual([
      {
        part: 'files',
        message: expect.stringContaining(`are gone: ${key};`),
        remedy: expect.stringContaining('Do not restart'),
      },
    ]);
    await rename(join(folder, 'key'), key);
    await files.look();
    expect(health.problems()).toEqual([]);
    expect(logged).toEqual(['files-written-again', 'files-missing', 'files-back']);
  });
});
