import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createMemoryLedger } from '../ledger/memory-ledger.ts';
import { authorityFiles, presentRootKey, readPrivateKey } from './authority-files.ts';
import { initialiseAuthority } from './initialise-authority.ts';

describe('the keys of an authority', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'entente-keys-'));
    await initialiseAuthority({
      directory,
      domain: 'contoso.example',
      fqdn: 'ca.contoso.example',
      objectsUrl: 'http://ca.contoso.example',
      now: Date.now(),
      openLedger: async () => createMemoryLedger(),
    });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  it.skipIf(process.platform === 'win32').each([0o640, 0o604, 0o660, 0o777])(
    'are not used where others may open them: mode %s',
    async (mode) => {
      const path = join(directory, authorityFiles.issuingKey);
      await chmod(path, mode);
      await expect(readPrivateKey(path)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_SECRET_EXPOSED',
        place: path,
        remedy: expect.stringMatching(
          /chmod 600 .*"A compromised issuing authority" .* --next --revoke <number>/,
        ),
      });
      await chmod(path, 0o600);
      expect((await readPrivateKey(path)).type).toBe('private');
    },
  );

  it.skipIf(process.platform === 'win32')(
    'include that of the root, which others may not open either',
    async () => {
      const path = join(directory, authorityFiles.rootKey);
      await chmod(path, 0o644);
      await expect(presentRootKey(directory)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_SECRET_EXPOSED',
        place: path,
      });
      await chmod(path, 0o600);
    },
  );

  it('include that of the root until it is moved away', async () => {
    const path = join(directory, authorityFiles.rootKey);
    expect(await presentRootKey(directory)).toBe(path);
    await rm(path);
    expect(await presentRootKey(directory)).toBeUndefined();
  });
});
