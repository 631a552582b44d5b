import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, type Options } from 'tsup';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A script that was built, until it is disposed of. */
export interface BuiltScript extends AsyncDisposable {
  /** What to give to Node. */
  readonly file: string;
}

/** What is built, and what is not. */
export interface ScriptOptions {
  /** Further files, by the name without extension that the script knows them by, e.g. of a thread. */
  readonly beside?: Readonly<Record<string, URL>>;
  /** A package that is loaded as it is installed, because it has a binary. */
  readonly external?: string;
}

/**
 * Builds a script into one file together with all it imports. The peers run as they were published, so ours must too: the
 * loader that runs TypeScript from source rewrites what it loads and costs a tenth to a half of the speed.
 *
 * @param script - the TypeScript file
 * @param room - the folder under `packages/` whose build settings count
 * @throws Error when it cannot be built
 */
export async function buildScript(
  script: URL,
  room: string,
  { beside = {}, external }: ScriptOptions = {},
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
