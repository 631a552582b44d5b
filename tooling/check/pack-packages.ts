import { mkdir } from 'node:fs/promises';
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
  await mkdir(folder, { recursive: true });
  const { program, args } = pnpm(root);
  const rooms = readRooms(root).filter(({ manifest }) => manifest.private !== true);
  const filters = rooms.map(({ manifest }) => `--filter=${manifest.name}`);
  const call = [...args, '--recursive', ...filters, 'pack', '--json', '--pack-destination', folder];
  const { status, stdout, stderr } = await runCommand(program, call, { cwd: root });
  if (status !== 0) throw new Error(`the packages do not pack: ${(stdout + stderr).trim()}`);
  const files = JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly PackedFile[];
  return rooms.map(({ home, manifest: { name } }) => {
    const file = files.find((one) => one.name === name);
    if (file === undefined) throw new Error(`${name} does not pack: pnpm says nothing of it`);
    return { name, home, tarball: file.filename };
  });
}

/** What pnpm says of a package that it has packed. */
interface PackedFile {
  readonly name: string;
  /** Absolute path. */
  readonly filename: string;
}
