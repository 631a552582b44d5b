import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPackages, packPackages } from '../check/pack-packages.ts';
import { type Room, readRooms } from '../check/source/source-file.ts';
import { readCommandLine, UsageFault } from '../runner/command-line.ts';
import type { Outcome, Output } from '../runner/main.ts';
import { installedLicences } from './licences.ts';
import { readLocked } from './locked.ts';
import { readPublicAddress } from './public-address.ts';
import { createSbom } from './sbom.ts';
import { writeAddress } from './write-address.ts';

const usage = `pnpm release [--dry-run] [--out FOLDER] [--json]

Makes everything that is published, and publishes nothing: writes the public address (tooling/release/public-address.txt) into
the manifests, builds, packs each public package into FOLDER (default release), with a list of components (CycloneDX 1.6)
and SHA256SUMS. Refuses without the address, and while changesets wait for their version. --dry-run says what it would do, and writes nothing.
Example: pnpm changeset version && pnpm release --dry-run`;

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The runner of `pnpm release`.
 *
 * @throws UsageFault for an unknown option
 */
export async function runRelease(argv: readonly string[], { log }: Output): Promise<Outcome> {
  const { help, names, values } = readCommandLine(argv, {
    'dry-run': { type: 'boolean' },
    out: { type: 'string' },
  });
  if (help) {
    log(usage);
    return { report: { ok: true, usage }, ok: true };
  }
  if (names.length > 0) throw new UsageFault(`expected options alone, found "${names.join(' ')}"`);
  const out = resolve(String(values.out ?? join(root, 'release')));
  return release(root, { out, isDry: values['dry-run'] === true, now: new Date(), log });
}

/** How a release is made. */
export interface ReleaseOptions {
  /** Absolute path of the folder that gets it. */
  readonly out: string;
  /** Whether nothing is written. */
  readonly isDry: boolean;
  readonly now: Date;
  readonly log: (line: string) => void;
}

/**
 * Makes a release of what the manifests say.
 *
 * @param root - absolute path of the repository
 */
export async function release(root: string, { isDry, log, now, out }: ReleaseOptions): Promise<Outcome> {
  const address = readPublicAddress(root);
  const waiting = waitingChangesets(root);
  const refusals: { readonly sentence: string; readonly remedy: string }[] = [];
  if (!address.ok) refusals.push(address);
  if (waiting > 0) {
    const sentence = `${waiting} changesets are in no version yet`;
    refusals.push({ sentence, remedy: 'run pnpm changeset version, read the changelogs, and commit' });
  }
  if (existsSync(out) && readdirSync(out).length > 0) {
    const sentence = `${out} is not empty`;
    refusals.push({ sentence, remedy: 'remove it, or name another folder with --out' });
  }
  if (!address.ok || refusals.length > 0) {
    for (const { remedy, sentence } of refusals) log(`✗ ${sentence}: ${remedy}`);
    return { report: { ok: false, refusals }, ok: false };
  }
  const rooms = readRooms(root).filter(({ manifest }) => manifest.private !== true);
  const version = versionOf(rooms);
  const changed = writeAddress(root, rooms, address.address, isDry);
  for (const file of changed) log(`${isDry ? 'would write' : 'wrote'} ${address.address} into ${file}`);
  const sbom = createSbom({
    rooms,
    locked: readLocked(
      readFileSync(join(root, 'pnpm-lock.yaml'), 'utf8'),
      rooms.map(({ home }) => home),
    ),
    licences: installedLicences(root),
    address: address.address,
    version,
    timestamp: now.toISOString(),
  });
  const unknown = sbom.components.filter(({ licenses }) => licenses === undefined).map(({ purl }) => purl);
  log(
    `${sbom.components.length} components; not installed here, so without a licence: ${unknown.join(', ') || 'none'}`,
  );
  const summary = { ok: true, version, packages: rooms.map(({ manifest }) => manifest.name), changed };
  if (isDry) {
    log(`would pack ${rooms.length} packages of version ${version} into ${out}`);
    return { report: summary, ok: true };
  }
  const failed = await buildPackages(root);
  for (const { message } of failed) log(`✗ ${message}`);
  if (failed.length > 0) return { report: { ok: false, failed }, ok: false };
  const sums = await writeRelease(root, out, `${JSON.stringify(sbom, null, 2)}\n`);
  log(`✓ ${rooms.length} packages of version ${version}, entente.cdx.json and SHA256SUMS in ${out}`);
  log(`publish each with npm: for tarball in ${out}/*.tgz; do npm publish "$tarball"; done`);
  return { report: { ...summary, out, sums }, ok: true };
}

/** @returns the lines of SHA256SUMS */
async function writeRelease(root: string, out: string, sbom: string): Promise<readonly string[]> {
  await mkdir(out, { recursive: true });
  await writeFile(join(out, 'entente.cdx.json'), sbom);
  for (const { tarball } of await packPackages(root, join(out, 'packing')))
    await rename(tarball, join(out, basename(tarball)));
  await rm(join(out, 'packing'), { recursive: true });
  const sums: string[] = [];
  for (const file of readdirSync(out).sort())
    sums.push(
      `${createHash('sha256')
        .update(await readFile(join(out, file)))
        .digest('hex')}  ${file}`,
    );
  await writeFile(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
  return sums;
}

/** Changes that no changelog has yet. */
function waitingChangesets(root: string): number {
  return readdirSync(join(root, '.changeset')).filter((file) => /\.md$/.test(file) && file !== 'README.md')
    .length;
}

/** The packages have one version, because they are one network (`fixed` of .changeset/config.json). */
function versionOf(rooms: readonly Room[]): string {
  const versions = new Set(rooms.map(({ manifest }) => manifest.version ?? 'none'));
  const [version = 'none', ...others] = versions;
  if (others.length > 0)
    throw new Error(`expected one version of all packages, found ${[...versions].join(', ')}`);
  return version;
}
