import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Loaded as it is installed: it has a binary. */
const withBinary = /^libsql$/;

/**
 * Bundles a program of this repository, where that has not been done yet.
 *
 * @param main - path of its main module, e.g. `apps/pool-server/src/bin.ts`
 * @param folder - where bundles are kept
 * @returns path of the bundle
 */
export async function bundleProgram(main: string, folder: string): Promise<string> {
  const place = join(folder, main.replace(/\.ts$/, '').replaceAll('/', '-'));
  if (!existsSync(place)) await bundle(main, folder, place);
  return join(place, 'dist/bin.js');
}

/** Complete or not there: another worker may bundle the same program at the same time. */
async function bundle(main: string, folder: string, place: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const made = await mkdtemp(join(folder, '.making-'));
  await build({
    absWorkingDir: repository,
    entryPoints: {
      bin: main,
      // Found by the name that it has beside the package's own code.
      thread: 'packages/store-sql/src/worker/thread.ts',
      'room-thread': 'packages/chat-room/src/worker/thread.ts',
      'plugin-runner': 'packages/host/src/own-process/runner.mjs',
    },
    outdir: join(made, 'dist'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    conditions: ['@entente/source'],
    logLevel: 'error',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    plugins: [
      {
        name: 'as installed',
        setup: ({ onResolve }) =>
          onResolve({ filter: withBinary }, ({ path, resolveDir }) => ({
            path: createRequire(join(resolveDir, 'from.js')).resolve(path),
            external: true,
          })),
      },
    ],
  });
  // Beside the folder with the code, as in a package: commands read their version there.
  const { version } = JSON.parse(
    await readFile(join(repository, 'packages/commands/package.json'), 'utf8'),
  ) as { version: string };
  await writeFile(join(made, 'package.json'), JSON.stringify({ type: 'module', version }));
  try {
    await rename(made, place);
  } catch (fault) {
    await rm(made, { recursive: true, force: true });
    if (!existsSync(place)) throw fault;
  }
}
