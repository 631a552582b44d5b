import { defineConfig } from 'tsup';

/**
 * The one way a package is built: ES modules for Node 20, one file per entry point, shared chunks split off.
 * Declarations come from `tsc -p tsconfig.build.json`, not from here.
 * @param entry output name → source file
 * @param options `maps: false` for what must be small to install and therefore comes without its sources: the output keeps
 *   names and lines, and says above each part which file it is from; `inlined: true` for loops over bytes: constants of
 *   other files are put in place. Otherwise they are variables of the bundle, which the engine reads and checks at each use
 */
export function library(
  entry: Record<string, string> = { index: 'src/index.ts' },
  { maps = true, inlined = false }: { readonly maps?: boolean; readonly inlined?: boolean } = {},
) {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    sourcemap: maps,
    esbuildOptions(options) {
      // The sources ship beside dist, so a copy of them in every map would only double the install.
      options.sourcesContent = false;
      options.minifySyntax = inlined;
    },
    splitting: true,
    clean: true,
    outDir: 'dist',
  });
}
