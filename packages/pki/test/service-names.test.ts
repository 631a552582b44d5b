import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openAuthority } from '@entente/pki/node';
import { expect, it } from 'vitest';

it('an authority for services refuses names that take more octets than peers take in a handshake', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'entente-service-names-'));
  try {
    await using opened = await openAuthority({ directory: join(folder, 'ca'), domain: 'contoso.example' });
    const orders = 'orders.contoso.example';
    const names = Array.from({ length: 5_000 }, (_, index) => `n${index}.${orders}`);
    const refused = {
      code: 'ENTENTE_PKI_BAD_ARGUMENT',
      sentence: expect.stringMatching(
        /^expected names of at most 65536 octets together, found 500[01] of 1[0-9]{5}$/,
      ),
      place: 'names of an identity',
    };
    await expect(opened.identity(...(names as [string]))).rejects.toMatchObject(refused);
    await opened.identity(orders);
    await expect(opened.reissue(orders, ...names)).rejects.toMatchObject(refused);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
