import { copyFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'tsup';

const units = fileURLToPath(new URL('../../examples/systemd/', import.meta.url));

/**
 * The one way a package is built: ES modules for Node 20, one file per entry point, shared chunks split off.
 * Declarations come from `tsc -p tsconfig.build.json`, not from here.
 * The output keeps names and lines, and says above each part which file it is from: it is read as it is, without sources and maps.
 * @param entry output name → source file
 * @param options `inlined: true` for loops over bytes: constants of other files are put in place. Otherwise they are variables of the
 *   bundle, which the engine reads and checks at each use. `unit`: a file of examples/systemd that goes beside the program, so that who
 *   installs it from npm has the service of that version
 */
export function library(
  entry: Record<string, string> = { index: 'src/index.ts' },
  { inlined = false, unit }: { readonly inlined?: boolean; readonly unit?: string } = {},
) {
  return defineConfig({
    entry,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    dts: false,
    sourcemap: false,
    esbuildOptions(options) {
      options.minifySyntax = inlined;
    },
    splitting: true,
    clean: true,
    outDir: 'dist',
    async onSuccess() {
      if (unit !== undefined) await copyFile(`${units}${unit}`, `dist/${unit}`);
    },
  });
}
