import { parse } from 'yaml';

/** A package that a release brings, beside those of the repository. */
export interface LockedPackage {
  /** `name@version`, with the peers that it was resolved with behind it. */
  readonly key: string;
  readonly name: string;
  readonly version: string;
  /** Digest of the tarball, as in Subresource Integrity, e.g. `sha512-…`. */
  readonly integrity: string;
  /** Whether each way to it leads through an optional dependency. */
  readonly optional: boolean;
  /** Keys of what it depends on. */
  readonly dependsOn: readonly string[];
}

/** What is needed at run time, by the lock file. */
export interface LockedRelease {
  /** Direct dependencies of each folder: keys of locked packages, and `link:` with the folder for those of the repository. */
  readonly direct: ReadonlyMap<string, readonly string[]>;
  readonly packages: readonly LockedPackage[];
}

interface Lock {
  readonly importers: Readonly<Record<string, Dependencies<{ readonly version: string }>>>;
  readonly packages: Readonly<Record<string, { readonly resolution: { readonly integrity: string } }>>;
  readonly snapshots: Readonly<Record<string, Dependencies<string>>>;
}

interface Dependencies<Version> {
  readonly dependencies?: Readonly<Record<string, Version>>;
  readonly optionalDependencies?: Readonly<Record<string, Version>>;
}

/**
 * Follows the lock file from some packages of the repository to everything that is installed with them, without what only develops them.
 *
 * @param text - `pnpm-lock.yaml`, version 9
 * @param homes - folders of the packages, e.g. `packages/tls`
 */
export function readLocked(text: string, homes: readonly string[]): LockedRelease {
  const lock = parse(text) as Lock;
  const direct = new Map<string, readonly string[]>();
  const firm = new Set<string>();
  const optional = new Set<string>();
  for (const home of homes) {
    const { dependencies = {}, optionalDependencies = {} } = lock.importers[home] ?? {};
    const keys = (some: Readonly<Record<string, { readonly version: string }>>): string[] =>
      Object.entries(some).map(([name, { version }]) => keyOf(name, version));
    direct.set(
      home,
      [...keys(dependencies), ...keys(optionalDependencies)].map((key) => relative(home, key)),
    );
    for (const key of keys(dependencies)) if (!isLink(key)) firm.add(key);
    for (const key of keys(optionalDependencies)) optional.add(key);
  }
  for (const key of firm) for (const next of below(lock, key, 'dependencies')) firm.add(next);
  for (const key of firm) for (const next of below(lock, key, 'optionalDependencies')) optional.add(next);
  for (const key of optional) {
    for (const kind of ['dependencies', 'optionalDependencies'] as const)
      for (const next of below(lock, key, kind)) optional.add(next);
  }
  const packages = [...new Set([...firm, ...optional])].sort().map((key): LockedPackage => {
    const plain = key.replace(/\(.*$/, '');
    const at = plain.lastIndexOf('@');
    const integrity = lock.packages[plain]?.resolution.integrity;
    if (integrity === undefined) throw new Error(`pnpm-lock.yaml: expected a digest of ${plain}, found none`);
    return {
      key,
      name: plain.slice(0, at),
      version: plain.slice(at + 1),
      integrity,
      optional: !firm.has(key),
      dependsOn: [...below(lock, key, 'dependencies'), ...below(lock, key, 'optionalDependencies')].sort(),
    };
  });
  return { direct, packages };
}

function below(lock: Lock, key: string, kind: keyof Dependencies<string>): string[] {
  return Object.entries(lock.snapshots[key]?.[kind] ?? {}).map(([name, version]) => keyOf(name, version));
}

/** An alias names the package that is meant in the place of the version. */
function keyOf(name: string, version: string): string {
  if (isLink(version)) return version;
  return /^(?:@[^/]+\/)?[^@(]+@\d/.test(version) ? version : `${name}@${version}`;
}

function isLink(version: string): boolean {
  return version.startsWith('link:');
}

function relative(home: string, key: string): string {
  if (!isLink(key)) return key;
  // `link:` is relative to the folder of the package.
  const { pathname } = new URL(key.slice('link:'.length), `file:///${home}/`);
  return `link:${pathname.slice(1)}`;
}
