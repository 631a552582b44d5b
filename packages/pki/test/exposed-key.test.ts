import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryLedger } from '@entente/pki/ledger';
import { authorityFiles, initialiseAuthority, openAuthority } from '@entente/pki/node';
import { expect, it } from 'vitest';

it.skipIf(process.platform === 'win32')(
  'an authority does not open where others may read the key that it issues with',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'entente-exposed-'));
    try {
      const openLedger = async () => createMemoryLedger();
      await initialiseAuthority({
        directory,
        domain: 'contoso.example',
        fqdn: 'ca.contoso.example',
        objectsUrl: 'http://ca.contoso.example',
        now: Date.now(),
        openLedger,
      });
      await chmod(join(directory, authorityFiles.issuingKey), 0o644);
      await expect(openAuthority(directory, openLedger)).rejects.toMatchObject({
        code: 'ENTENTE_PKI_SECRET_EXPOSED',
      });
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);
