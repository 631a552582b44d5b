import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Options } from 'tsup';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** A script that was built, until it is disposed of. */
export interface BuiltScript extends AsyncDisposable {
  /** What to give to Node. */
  readonly file: string;
}

/**
 * Builds a script into one file together with all it imports. The peers run as they were published, so ours must too: the
 * loader that runs TypeScript from source rewrites what it loads and costs a tenth to a half of the speed.
 *
 * @param script The TypeScript file.
 * @param room The folder under `packages/` whose build settings count.
 * @param more `beside`: further files, by the name without extension that the script knows them by, e.g. of a thread;
 *   `external`: a package that is loaded as it is installed, because it has a binary.
 * @throws Error when it cannot be built.
 */
export async function buildScript(
  script: URL,
  room: string,
  { beside = {}, external }: { readonly beside?: Record<string, URL>; readonly external?: string } = {},
): Promise<BuiltScript> {
  const settings = (await import(pathToFileURL(join(root, 'packages', room, 'tsup.config.ts')).href)) as {
    default: Options;
  };
  const { esbuildOptions, ...options } = settings.default;
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // Inside the repository, so that what a script loads by name while it runs is found from there.
  const outDir = await mkdtemp(join(cache, 'bench-'));
  const dispose = () => rm(outDir, { recursive: true, force: true });
  try {
    await build({
      ...options,
      config: false,
      silent: true,
      entry: Object.fromEntries(
        Object.entries({ script, ...beside }).map(([name, url]) => [name, fileURLToPath(url)]),
      ),
      outDir,
      clean: false,
      splitting: false,
      sourcemap: false,
      ...(external === undefined
        ? { noExternal: [/.*/] }
        : { noExternal: [new RegExp(`^(?!${external}$)`)], external: [external] }),
      // For CommonJS dependencies that were built in.
      banner: {
        js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
      },
      esbuildOptions(esbuild, context) {
        esbuildOptions?.(esbuild, context);
        esbuild.conditions = ['@entente/source'];
      },
    });
  } catch (fault) {
    await dispose();
    throw fault;
  }
  return { file: join(outDir, 'script.js'), [Symbol.asyncDispose]: dispose };
}

/**
 * Builds a script, see `buildScript`, and runs it in a Node of its own.
 *
 * @param script It takes its order as JSON in the first argument and prints its results as JSON.
 * @param flags For Node.
 * @returns what the script printed.
 * @throws Error when the build or the script fails.
 */
export async function runBuilt<Result>(
  script: URL,
  room: string,
  order: unknown,
  flags: readonly string[] = [],
): Promise<Result> {
  await using built = await buildScript(script, room);
  const { NODE_OPTIONS: _, ...env } = process.env;
  const argv = [...flags, built.file, JSON.stringify(order)];
  const { stdout } = await promisify(execFile)(process.execPath, argv, { env, cwd: root });
  return JSON.parse(stdout) as Result;
}
