import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const repository = fileURLToPath(new URL('../../', import.meta.url));

/** Loaded as it is installed: it has a binary. */
const withBinary = /^libsql$/;

/** Main modules of the threads that own a database, by the package. */
const threads = {
  'chat-room': 'packages/chat-room/src/worker/thread.ts',
  'store-sql': 'packages/store-sql/src/worker/thread.ts',
};

/**
 * Bundles a program of this repository, where that has not been done yet.
 *
 * @param main - path of its main module, e.g. `apps/pool-server/src/bin.ts`
 * @param folder - where bundles are kept
 * @returns path of the bundle
 */
export async function bundleProgram(main: string, folder: string): Promise<string> {
  const place = join(folder, main.replace(/\.ts$/, '').replaceAll('/', '-'));
  const entryPoints = {
    bin: main,
    // Found by the name that it has beside the package's own code.
    thread: threads['store-sql'],
    'room-thread': threads['chat-room'],
    'plugin-runner': 'packages/host/src/own-process/runner.mjs',
  };
  if (!existsSync(place)) await bundle(entryPoints, folder, place);
  return join(place, 'dist/bin.js');
}

/**
 * Bundles the threads of databases, which `thread-from-source.mjs` of their packages then runs: to load one from TypeScript takes more than a
 * second of the processor each time that an authority is opened.
 *
 * @param folder - where bundles are kept
 */
export async function bundleThreads(folder: string): Promise<void> {
  for (const [name, thread] of Object.entries(threads)) {
    const place = join(folder, name);
    if (!existsSync(place)) await bundle({ thread }, folder, place);
  }
}

/** Complete or not there: another worker may bundle the same program at the same time. */
async function bundle(
  entryPoints: Readonly<Record<string, string>>,
  folder: string,
  place: string,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const made = await mkdtemp(join(folder, '.making-'));
  await build({
    absWorkingDir: repository,
    entryPoints,
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
