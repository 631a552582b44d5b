import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { authorityFolder, rolloverFiles } from '@entente/pki/node';
import { expect, it } from 'vitest';
import { RootPost } from './root-post.ts';

it.skipIf(process.platform === 'win32')(
  'an answer of the root that is a link is refused, and what it leads to is copied nowhere',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'entente-root-post-'));
    try {
      await writeFile(join(directory, 'secret.key'), 'a secret', { mode: 0o600 });
      await symlink('secret.key', join(directory, rolloverFiles.answer));
      const post = new RootPost({
        settings: { domain: 'contoso.example', objectsUrl: 'http://ca.contoso.example' },
        folder: authorityFolder(directory),
        store: undefined as never,
        topology: () => undefined,
        now: Date.now,
      });
      await post.collect().catch(() => undefined);
      const copy = await readFile(join(directory, rolloverFiles.refused), 'utf8').catch(() => '');
      expect(copy).not.toContain('a secret');
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  },
);
