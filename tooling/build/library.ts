import { defineConfig } from 'tsup';

/**
 * The one way a package is built: ES modules for Node 20, one file per entry point, shared chunks split off.
 * Declarations come from `tsc -p tsconfig.build.json`, not from here.
 * @param entry output name → source file
 */
export function library(entry: Record<string, string> = { index: 'src/index.ts' }) {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    sourcemap: true,
    esbuildOptions(options) {
      // The sources ship beside dist, so a copy of them in every map would only double the install.
      options.sourcesContent = false;
    },
    splitting: true,
    clean: true,
    outDir: 'dist',
  });
}
