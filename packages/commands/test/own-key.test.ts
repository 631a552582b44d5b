import { chmod, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectAuthority } from '../src/authority/connect-authority.ts';
import { makeAdministratorKey, openSigner } from '../src/topology/administrator-key.ts';

describe.skipIf(process.platform === 'win32')('the key of an administrator', () => {
  let folder: string;
  let key: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente-own-key-'));
    key = join(folder, 'alice.key');
    await makeAdministratorKey({ privateKey: key, publicKey: join(folder, 'alice.pub') });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  const exposed = () => ({
    code: 'ENTENTE_PKI_SECRET_EXPOSED',
    place: key,
    remedy: expect.stringContaining(`chmod 600 ${key}`),
  });

  it.each([0o644, 0o640, 0o602])('signs nothing where others may open it: mode %s', async (mode) => {
    await chmod(key, mode);
    await expect(openSigner('alice', key)).rejects.toMatchObject(exposed());
    await chmod(key, 0o600);
    expect(await openSigner('alice', key)).toMatchObject({ algorithm: 'EdDSA' });
  });

  it('opens no connection to the authority where others may open it', async () => {
    await chmod(key, 0o644);
    const certificate = join(folder, 'alice.crt');
    await copyFile(join(folder, 'alice.pub'), certificate);
    const access = {
      authority: 'https://ca.contoso.example:8443',
      address: [],
      anchors: certificate,
      certificate,
      key,
    };
    await expect(connectAuthority(access)).rejects.toMatchObject(exposed());
    await chmod(key, 0o600);
  });
});
