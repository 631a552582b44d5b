import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { runCommand } from '../runner/command.ts';
import { installFromTarballs, withoutTestRunner } from './consumer.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';
import { readRooms } from './source/source-file.ts';

/** An implementation of a port of ours from outside the workspace, with a test that runs the suite of the port. */
interface OutsideImplementation {
  /** Folder in `examples`. */
  readonly example: string;
  /** Packages of ours that it names; what they depend on is installed too. */
  readonly needs: readonly string[];
  /** Its test asks a Redis, whose URL is in `REDIS_URL`. */
  readonly needsRedis?: true;
}

const implementations: readonly OutsideImplementation[] = [
  { example: 'plugin-account-directory', needs: ['accounts'] },
  { example: 'plugin-sqlite-locations', needs: ['sip-proxy'] },
  { example: 'plugin-webhook-exporter', needs: ['host'] },
  { example: 'plugin-word-filter', needs: ['sip-relay'] },
  { example: 'plugin-redis-rate-limit', needs: ['sip-relay'], needsRedis: true },
  { example: 'signer-openssl', needs: ['pki'] },
  { example: 'revocation-redis', needs: ['pki', 'tls'], needsRedis: true },
  { example: 'resolver-dns-over-tls', needs: ['pki', 'tls', 'sip-endpoint'] },
];

/**
 * Does what the author of another implementation does: a folder of its own, our tarballs installed with npm, and `npm test`, which runs our
 * suite.
 *
 * @param root Absolute path of the repository.
 * @param packed Every package.
 * @param log Told how many rules hold.
 */
export async function checkOutsideSuites(
  root: string,
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  for (const one of implementations) problems.push(...(await checkOne(root, one, packed, log)));
  return problems;
}

async function checkOne(
  root: string,
  { needs, needsRedis, ...one }: OutsideImplementation,
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  const example = `examples/${one.example}`;
  if (needsRedis && noRedis !== undefined) {
    log(`  ${example}: skipped, because ${noRedis}`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'entente-outside-'));
  await using redis = needsRedis ? await startRedis() : undefined;
  try {
    await cp(join(root, example), folder, { recursive: true });
    const names = withDependencies(root, needs);
    const tarballs = packed.filter(({ name }) => names.has(name)).map(({ tarball }) => tarball);
    const failure = await installFromTarballs(folder, tarballs);
    if (failure !== undefined) return [{ file: example, message: `our tarballs do not install: ${failure}` }];
    const { status, stdout, stderr } = await runCommand('npm', ['test', '--silent'], {
      cwd: folder,
      env: {
        ...withoutTestRunner(),
        ...(redis === undefined ? {} : { REDIS_URL: `redis://127.0.0.1:${redis.place.port}` }),
      },
    });
    const [passed, skipped] = ['pass', 'skipped'].map((what) =>
      Number(new RegExp(`^\\S+ ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? 0),
    );
    if (status !== 0 || passed === 0) {
      return [{ file: example, message: `its suite fails: ${(stdout + stderr).trim().slice(-4_000)}` }];
    }
    if (skipped !== 0) {
      const why = /(?:# SKIP|^﹣ .*#) (\S.*)$/m.exec(stdout)?.[1] ?? 'no reason was found';
      log(`  ${example}: ${skipped} skipped, because ${why}`);
      if (process.env.CI) return [{ file: example, message: `skips what CI has to run: ${why}` }];
    }
    log(`  ${example}: ${passed} rules hold, installed with npm from tarballs`);
    return [];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Packages of ours, and those that they depend on. */
function withDependencies(root: string, needs: readonly string[]): ReadonlySet<string> {
  const manifests = new Map(readRooms(root).map(({ manifest }) => [manifest.name, manifest]));
  const names = new Set(needs.map((name) => `@entente/${name}`));
  for (const name of names)
    for (const next of Object.keys(manifests.get(name)?.dependencies ?? {}))
      if (manifests.has(next)) names.add(next);
  return names;
}
