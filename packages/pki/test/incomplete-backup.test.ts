import { access, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { missingFiles } from '@entente/pki/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type BackupScene, backupScene } from './backup-scene.ts';

describe('a folder of an authority that lacks what it is opened with', () => {
  let scene: BackupScene;
  beforeEach(async () => {
    scene = await backupScene();
  });
  afterEach(() => scene.close());

  it.each(['intermediate_ca.key', 'intermediate_ca.crt', 'root_ca.crt', 'root_ca.crl'])(
    'is not backed up without %s, and is once that is back',
    async (name) => {
      const place = join(scene.directory, name);
      await rename(place, join(scene.folder, 'aside'));
      await expect(scene.backup()).rejects.toMatchObject({
        code: 'ENTENTE_PKI_AUTHORITY_DAMAGED',
        place,
        sentence: expect.stringContaining(`without ${name} no authority could be started`),
        remedy: expect.stringContaining('keep the earlier backups'),
      });
      await expect(access(scene.to)).rejects.toMatchObject({ code: 'ENOENT' });
      await rename(join(scene.folder, 'aside'), place);
      await expect(scene.backup()).resolves.toMatchObject({ files: expect.any(Array) });
    },
  );

  it('needs no key of a root, and none that it creates itself', async () => {
    for (const name of ['root_ca.key', 'tls.key', 'tls.crt'])
      await rename(join(scene.directory, name), join(scene.folder, name));
    expect(await missingFiles(scene.directory)).toEqual([]);
  });
});
