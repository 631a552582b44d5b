// Tests open hundreds of databases: their runner has bundled the thread once, see tooling/runner/bundled-apps.ts.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const folder = process.env.ENTENTE_BUNDLED_APPS;
const bundled = folder === undefined ? undefined : join(folder, 'chat-room/dist/thread.js');
if (bundled !== undefined && existsSync(bundled)) await import(pathToFileURL(bundled).href);
else {
  // On Node 20 the TypeScript loader of a process does not reach its threads, and a test runner has none: the thread registers its own.
  const { register } = await import('tsx/esm/api');
  register();
  await import('./thread.ts');
}
