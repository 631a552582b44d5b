import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCredentialRecord } from '@entente/sip';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadCredentials } from './file-credentials.ts';

describe.skipIf(process.platform === 'win32')('a file of users', () => {
  let folder: string;
  let file: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'entente users-'));
    file = join(folder, 'users.yaml');
    const alice = createCredentialRecord({
      username: 'alice',
      realm: 'contoso.example',
      password: 'of alice',
    });
    await writeFile(file, JSON.stringify({ users: [alice] }), { mode: 0o600 });
    await symlink(file, join(folder, 'link.yaml'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each([0o644, 0o640, 0o602])('is refused where others may open it: mode %s', async (mode) => {
    await chmod(file, mode);
    for (const place of [file, join(folder, 'link.yaml')])
      expect(() => loadCredentials(place)).toThrow(
        expect.objectContaining({
          code: 'ENTENTE_PKI_SECRET_EXPOSED',
          place,
          remedy: expect.stringContaining(`chmod 600 '${place}'`),
        }),
      );
    await chmod(file, 0o600);
    expect(loadCredentials(file).find('alice', 'contoso.example')).toBeDefined();
  });

  it('that is none, or is not there, is refused for that', () => {
    for (const place of [folder, join(folder, 'none.yaml')])
      expect(() => loadCredentials(place)).toThrow(
        expect.objectContaining({ code: 'ENTENTE_CONFIG_MISSING', place }),
      );
  });
});
