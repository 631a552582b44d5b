import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name of the environment variable with the folder in which a run of the tests keeps the programs that it has bundled. */
const bundledAppsVariable = 'ENTENTE_BUNDLED_APPS';

/** Loaded as it is installed: it has a binary. */
const withBinary = /^libsql$/;

/**
 * What Node is given to run a program of this repository. Where a run of the tests has a folder for it, the program is bundled there once, from
 * the sources as they are then: loading them one by one takes a second and a half of the processor at each start. Otherwise it runs from
 * source.
 * @param main - path of its main module in this repository, e.g. `apps/pool-server/src/bin.ts`
 * @returns arguments, the last of which is the file
 */
export async function runnable(main: string): Promise<readonly string[]> {
  const folder = process.env[bundledAppsVariable];
  if (folder === undefined || folder === '') return fromSource(main);
  const place = join(folder, main.replace(/\.ts$/, '').replaceAll('/', '-'));
  if (!existsSync(place)) await bundle(main, folder, place);
  // In a bundle imports come before what is required, and a dependency looks for this when it is loaded.
  return ['--import', 'reflect-metadata', join(place, 'dist/bin.js')];
}

/** What Node is given to run a program from source. */
export function fromSource(main: string): readonly string[] {
  return ['--conditions=@entente/source', '--import', 'tsx', main];
}

/** Complete or not there: another worker may bundle the same program at the same time. */
async function bundle(main: string, folder: string, place: string): Promise<void> {
  const { build } = await import('esbuild');
  await mkdir(folder, { recursive: true });
  const made = await mkdtemp(join(folder, '.making-'));
  await build({
    absWorkingDir: repository,
    entryPoints: {
      bin: main,
      // Found by the name that it has beside the package's own code.
      thread: 'packages/store-sql/src/worker/thread.ts',
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

/** This repository. */
export const repository: string = fileURLToPath(new URL('../../../../', import.meta.url));
