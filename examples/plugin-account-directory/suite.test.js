import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { directoryCompliance } from '@entente/accounts/directory/compliance';
import { openFileDirectory } from 'entente-plugin-account-directory';

const keptRemovals = 5;

for (const { check, rule } of directoryCompliance({ durable: true, shared: false })) {
  test(rule, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'entente-file-directory-'));
    const opened = [];
    const open = async (name) => {
      const directory = await openFileDirectory(join(folder, name), { keptRemovals });
      opened.push(directory);
      return directory;
    };
    try {
      await check({
        directory: await open('accounts'),
        keptRemovals,
        // What a crash leaves: the file as it is at this moment.
        async reopen() {
          await cp(join(folder, 'accounts'), join(folder, 'left'));
          return open('left');
        },
      });
    } finally {
      for (const directory of opened) await directory[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    }
  });
}
