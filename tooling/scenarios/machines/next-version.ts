import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Packed } from '../../check/packed.ts';
import { runCommand } from '../../runner/command.ts';

/**
 * The same packages as a release later: with a higher version, and depending on each other's.
 *
 * @param packed - every package
 * @param folder - where the tarballs go
 * @param version - theirs
 */
export async function packNextVersion(
  packed: readonly Packed[],
  folder: string,
  version: string,
): Promise<readonly Packed[]> {
  const next: Packed[] = [];
  for (const { home, name, tarball } of packed) {
    const place = join(folder, name);
    await mkdir(place, { recursive: true });
    await tar('-xzf', tarball, '-C', place);
    const file = join(place, 'package/package.json');
    const manifest = JSON.parse(await readFile(file, 'utf8')) as { dependencies?: Record<string, string> };
    const dependencies = Object.entries(manifest.dependencies ?? {}).map(([of, range]) => [
      of,
      of.startsWith('@entente/') ? version : range,
    ]);
    const changed = { ...manifest, version, dependencies: Object.fromEntries(dependencies) };
    await writeFile(file, JSON.stringify(changed));
    const repacked = join(place, `${version}.tgz`);
    await tar('-czf', repacked, '-C', place, 'package');
    next.push({ home, name, tarball: repacked });
  }
  return next;
}

async function tar(...args: readonly string[]): Promise<void> {
  const { status, stderr } = await runCommand('tar', args, { cwd: '/' });
  if (status !== 0) throw new Error(`tar ${args.join(' ')}: ${stderr}`);
}
