import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** Apps that the test network runs, each as a process of its own. */
export type AppName = 'authority-server' | 'pool-server' | 'edge-server' | 'chat-room-server' | 'demo-client';

/** How Node runs a program. */
export interface Runnable {
  /** Arguments of Node, the last of which is the file. */
  readonly args: readonly string[];
  /** Folder in which it runs. */
  readonly cwd: string;
}

/**
 * The program of an app. Here is decided where programs are: in this repository an app runs from its sources; where its package has none, it
 * was installed, and runs as it is.
 * @param app - which app
 * @param root - another checkout, whose sources run; default what is here
 */
export async function runnableApp(app: AppName, root?: string): Promise<Runnable> {
  const manifest = manifestOf(app);
  if (root !== undefined || hasSources(manifest)) return runnableProgram(`apps/${app}/src/bin.ts`, root);
  const { bin } = JSON.parse(await readFile(manifest, 'utf8')) as { readonly bin: Record<string, string> };
  return { args: [join(dirname(manifest), bin[`entente-${app}`] ?? '')], cwd: process.cwd() };
}

/**
 * A program beside the apps.
 * @param main - path of its main module, in this repository below its root, otherwise below the working directory
 * @param root - as of {@link runnableApp}
 */
export async function runnableProgram(main: string, root?: string): Promise<Runnable> {
  if (root !== undefined) return { args: fromSource(main), cwd: root };
  if (hasSources(manifestOf('pool-server'))) return { args: await runnable(main), cwd: repository };
  return { args: [resolve(main)], cwd: process.cwd() };
}

function hasSources(manifest: string): boolean {
  return existsSync(join(dirname(manifest), 'src/bin.ts'));
}

/** The `package.json` of an app: that of the installation, or of the workspace. */
function manifestOf(app: AppName): string {
  const require = createRequire(import.meta.url);
  switch (app) {
    case 'authority-server':
      return require.resolve('@entente/authority-server/package.json');
    case 'pool-server':
      return require.resolve('@entente/pool-server/package.json');
    case 'edge-server':
      return require.resolve('@entente/edge-server/package.json');
    case 'chat-room-server':
      return require.resolve('@entente/chat-room-server/package.json');
    case 'demo-client':
      return require.resolve('@entente/demo-client/package.json');
  }
}

/** This repository; means nothing where the testkit was installed. */
export const repository: string = fileURLToPath(new URL('../../../../', import.meta.url));

/** Name of the environment variable with the folder in which a run of the tests keeps the programs that it has bundled. */
const bundledAppsVariable = 'ENTENTE_BUNDLED_APPS';

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
  // What bundles is a tool of the repository: nothing that is installed needs it.
  const tool = pathToFileURL(join(repository, 'tooling/runner/bundle-program.ts')).href;
  const { bundleProgram } = (await import(/* @vite-ignore */ tool)) as {
    bundleProgram(main: string, folder: string): Promise<string>;
  };
  // In a bundle imports come before what is required, and a dependency looks for this when it is loaded.
  return ['--import', 'reflect-metadata', await bundleProgram(main, folder)];
}

/** What Node is given to run a program from source. */
export function fromSource(main: string): readonly string[] {
  return ['--conditions=@entente/source', '--import', 'tsx', main];
}
