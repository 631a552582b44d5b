import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { pnpm, runCommand } from '../runner/command.ts';
import { checkConsumer } from './consumer.ts';
import { checkInstallSize, tlsInstall } from './install-size.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { readRooms } from './source/source-file.ts';

/**
 * Every public package builds, packs, its tarball is one that other people's tools understand (publint, and "are the
 * types wrong" for ESM), and all of them work in a project that installs them. What is meant to be installed by itself
 * stays small.
 *
 * @param root Absolute path of the repository.
 * @param log Told the figures.
 */
export async function checkPackages(root: string, log: (line: string) => void): Promise<Problem[]> {
  const built = await build(root);
  if (built.length > 0) return built;
  const folder = await mkdtemp(join(tmpdir(), 'entente-packages-'));
  try {
    const packed = await packAll(root, folder);
    const problems: Problem[] = [];
    for (const one of packed) problems.push(...(await judgeTarball(root, one)));
    problems.push(...(await checkInstallSize(packed, tlsInstall, log)));
    return [...problems, ...(await checkConsumer(root, packed))];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Builds everything that changed. */
async function build(root: string): Promise<Problem[]> {
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
 * @param folder Where the tarballs go.
 * @throws Error when a package does not pack.
 */
async function packAll(root: string, folder: string): Promise<Packed[]> {
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

/** What publint and attw say about one tarball. */
export async function judgeTarball(root: string, packed: Packed): Promise<Problem[]> {
  const file = `${packed.home}/package.json`;
  const bytes = await readFile(packed.tarball);
  const tarball = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages, pkg } = await publint({ pack: { tarball } });
  const problems = messages
    .filter((message) => message.type !== 'suggestion')
    .map(
      (message): Problem => ({ file, message: `publint: ${formatMessage(message, pkg) ?? message.code}` }),
    );
  const attw = join(root, 'node_modules/.bin/attw');
  const call = [packed.tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji', '--no-color'];
  const { status, stdout, stderr } = await runCommand(attw, call, { cwd: root });
  // For attw a package without any types is not an error, only a remark.
  const untyped = !stdout.includes('from ESM');
  if (untyped) problems.push({ file, message: 'attw: the tarball has no types' });
  else if (status !== 0) problems.push({ file, message: `attw: ${(stdout + stderr).trim()}` });
  return problems;
}
