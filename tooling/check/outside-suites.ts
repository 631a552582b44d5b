import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { noRedis, startRedis } from '@entente/testkit/redis';
import { runCommand } from '../runner/command.ts';
import { installFromTarballs, withoutTestRunner } from './consumer.ts';
import type { Packed } from './packed.ts';
import type { Problem } from './problem.ts';

/** An implementation of a port of ours from outside the workspace, with a test that runs the suite of the port. */
interface OutsideImplementation {
  /** Folder in the repository. */
  readonly example: string;
  /** Packages of ours that it is installed with. */
  readonly needs: readonly string[];
  /** Its test asks a Redis, whose URL is in `REDIS_URL`. */
  readonly needsRedis?: true;
}

/** What `@entente/sip-relay` is installed with. */
const withSipRelay = [
  'accounts',
  'federation',
  'host',
  'member',
  'pki',
  'sip',
  'sip-endpoint',
  'sip-proxy',
  'sip-relay',
  'store-sql',
  'tls',
  'topology',
  'trust',
  'x509',
].map((name) => `@entente/${name}`);

/** What `@entente/pki` is installed with. */
const withPki = ['@entente/pki', '@entente/trust', '@entente/x509'];

const implementations: readonly OutsideImplementation[] = [
  { example: 'examples/plugin-account-directory', needs: ['@entente/accounts', '@entente/sip'] },
  { example: 'examples/plugin-sqlite-locations', needs: ['@entente/sip-proxy', '@entente/sip'] },
  {
    example: 'examples/plugin-webhook-exporter',
    needs: ['@entente/host', '@entente/tls', '@entente/trust', '@entente/x509'],
  },
  { example: 'examples/plugin-word-filter', needs: withSipRelay },
  { example: 'examples/plugin-redis-rate-limit', needs: withSipRelay, needsRedis: true },
  { example: 'examples/signer-openssl', needs: withPki },
  { example: 'examples/revocation-redis', needs: [...withPki, '@entente/tls'], needsRedis: true },
  {
    example: 'examples/resolver-dns-over-tls',
    needs: [...withPki, '@entente/tls', '@entente/sip', '@entente/sip-endpoint'],
  },
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
  { example, needs, needsRedis }: OutsideImplementation,
  packed: readonly Packed[],
  log: (line: string) => void,
): Promise<Problem[]> {
  if (needsRedis && noRedis !== undefined) {
    log(`  ${example}: skipped, because ${noRedis}`);
    return [];
  }
  const folder = await mkdtemp(join(tmpdir(), 'entente-outside-'));
  await using redis = needsRedis ? await startRedis() : undefined;
  try {
    await cp(join(root, example), folder, { recursive: true });
    const tarballs = packed.filter(({ name }) => needs.includes(name)).map(({ tarball }) => tarball);
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
