import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { build, type Options } from 'tsup';

const root = fileURLToPath(new URL('../../', import.meta.url));

/**
 * Runs a script of the benchmarks in a Node of its own, built together with the packages it imports by the settings of one
 * of them. The peers of npm run as they were published, so ours must too: the loader that runs TypeScript from source
 * rewrites what it loads and costs a tenth to a half of the speed.
 *
 * @param script The script: it takes its order as JSON in the first argument and prints its results as JSON.
 * @param room The folder under `packages/` whose build settings count.
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
  const settings = (await import(pathToFileURL(join(root, 'packages', room, 'tsup.config.ts')).href)) as {
    default: Options;
  };
  const { esbuildOptions, ...options } = settings.default;
  const cache = join(root, 'node_modules', '.cache');
  await mkdir(cache, { recursive: true });
  // Inside the repository, so that the peers, which stay outside the build, are found from there.
  const outDir = await mkdtemp(join(cache, 'bench-'));
  try {
    await build({
      ...options,
      config: false,
      silent: true,
      entry: { script: fileURLToPath(script) },
      outDir,
      clean: false,
      sourcemap: false,
      noExternal: [/^@entente\//],
      esbuildOptions(esbuild, context) {
        esbuildOptions?.(esbuild, context);
        esbuild.conditions = ['@entente/source'];
      },
    });
    const argv = [...flags, join(outDir, 'script.js'), JSON.stringify(order)];
    const { NODE_OPTIONS: _, ...env } = process.env;
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env, cwd: root });
    return JSON.parse(stdout) as Result;
  } finally {
    await rm(outDir, { recursive: true, force: true });
  }
}
