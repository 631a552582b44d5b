import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { pnpm, runCommand } from '../runner/command.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { readRooms } from './source/source-file.ts';

/** Builds every package that changed. */
export async function buildPackages(root: string): Promise<Problem[]> {
  const { program, args } = pnpm(root);
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: '1', TURBO_NO_UPDATE_NOTIFIER: '1' };
  const call = [...args, 'exec', 'turbo', 'run', 'build', '--output-logs=errors-only'];
  const { status, stdout, stderr } = await runCommand(program, call, { cwd: root, env });
  if (status === 0) return [];
  return [{ file: 'turbo.json', message: `the build fails:\n${(stdout + stderr).trim()}` }];
}

/**
 * Packs every package that is not private, as publishing would.
 *
 * @param root Absolute path of the repository.
 * @param folder Where the tarballs go.
 * @throws Error when a package does not pack.
 */
export async function packPackages(root: string, folder: string): Promise<Packed[]> {
  const packed: Packed[] = [];
  const { program, args } = pnpm(root);
  for (const { name, home, manifest } of readRooms(root)) {
    if (manifest.private === true) continue;
    const target = join(folder, name);
    await mkdir(target, { recursive: true });
    const call = [...args, 'pack', '--json', '--pack-destination', target];
    const { status, stdout, stderr } = await runCommand(program, call, { cwd: join(root, home) });
    if (status !== 0) throw new Error(`${manifest.name} does not pack: ${(stdout + stderr).trim()}`);
    const { filename } = JSON.parse(stdout.slice(stdout.indexOf('{'))) as { readonly filename: string };
    packed.push({ name: manifest.name, home, tarball: filename });
  }
  return packed;
}
