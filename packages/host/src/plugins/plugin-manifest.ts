import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { permissions } from '../own-process/permissions.ts';
import type { Port } from '../plugin/index.ts';
import { pluginFault } from '../plugin-fault.ts';

/** The version of the contract between plugins and this server: `apiVersion` of a plugin and of its manifest. */
export const contractVersion = 1;

const portName = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const ports = z.record(portName, z.int().min(1)).default({});

const schema = z.strictObject({
  apiVersion: z.literal(contractVersion),
  /** As the module says it: lower-case letters, digits and hyphens, at most 64. */
  name: z.string().regex(/^[a-z][a-z0-9-]{0,63}$/),
  /** Ports that it provides, each with its version. */
  provides: ports,
  /** Ports that other plugins provide for it, each with its version. */
  requires: ports,
  /** What it may do beyond answering, in a process of its own. Default nothing. */
  may: z.array(z.enum(permissions)).exactOptional(),
  /** Milliseconds in which it has to answer, in a process of its own. Default 500. */
  timeLimitMs: z.int().min(1).max(10_000).exactOptional(),
  /** Megabytes that its process may use. Default 128. */
  memoryMb: z.int().min(64).max(4_096).exactOptional(),
  /** What may become of that about which it gives no answer: `pass` where its operator may choose that. Default `refuse`. */
  onFailure: z.enum(['refuse', 'pass']).exactOptional(),
});

/** Settings that bind a process of its own alone. */
const ofOwnProcess = ['may', 'timeLimitMs', 'memoryMb', 'onFailure'] as const;

/** The field `entente` of the package.json of a plugin: what it is, readable without running it. */
export interface PluginManifest extends Omit<z.infer<typeof schema>, 'provides' | 'requires'> {
  readonly provides: readonly Port<unknown>[];
  readonly requires: readonly Port<unknown>[];
  /** Version of the package. */
  readonly version: string;
}

/** The folder of the package that a module is of, with its package.json. */
export function packageOf(file: string): string | undefined {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (dirname(folder) === folder) return undefined;
  }
}

/**
 * Reads the manifest of a plugin, and runs nothing of it.
 * @param use - as configured
 * @param home - folder with its package.json; undefined where there is none
 * @throws OperatorFault `ENTENTE_PLUGIN_CONTRACT`, `ENTENTE_PLUGIN_MANIFEST`
 */
export function readManifest(use: string, home: string | undefined): PluginManifest {
  if (home === undefined) throw manifestFault(use, 'expected a package.json beside the module, found none');
  const { entente: manifest, version } = packageJson(use, home);
  if (typeof manifest !== 'object' || manifest === null)
    throw manifestFault(use, `expected the field "entente" in ${join(home, 'package.json')}, found none`);
  const { apiVersion } = manifest as { apiVersion?: unknown };
  if (apiVersion !== contractVersion) throw contractFault(use, apiVersion);
  const read = schema.safeParse(manifest);
  if (!read.success) {
    const [issue] = read.error.issues;
    const path = ['entente', ...(issue?.path ?? [])].join('.');
    throw manifestFault(use, `${path} in ${join(home, 'package.json')}: ${issue?.message}`);
  }
  const { provides, requires, ...others } = read.data;
  return {
    ...others,
    provides: portsOf(provides),
    requires: portsOf(requires),
    version: typeof version === 'string' ? version : 'without version',
  };
}

/**
 * Checks that a plugin in the process of the server asks for nothing that nobody would hold it to.
 * @throws OperatorFault `ENTENTE_PLUGIN_MANIFEST`
 */
export function checkInServer(use: string, manifest: PluginManifest): void {
  const idle = ofOwnProcess.find((field) => manifest[field] !== undefined);
  if (idle === undefined) return;
  throw manifestFault(
    use,
    `"${idle}" is for plugins that run in a process of their own, and what it provides runs in that of the server`,
  );
}

/**
 * Checks that the module is what the manifest says.
 * @throws OperatorFault `ENTENTE_PLUGIN_MANIFEST`
 */
export function compareWithManifest(
  use: string,
  manifest: PluginManifest,
  module: Pick<PluginManifest, 'name' | 'provides' | 'requires'>,
): void {
  if (module.name !== manifest.name)
    throw manifestFault(use, `expected the name ${manifest.name} in the module, found ${module.name}`);
  for (const list of ['provides', 'requires'] as const) {
    const [expected, found] = [manifest[list], module[list]].map(described) as [string, string];
    if (expected !== found)
      throw manifestFault(use, `expected "${list}" of the module to be ${expected}, found ${found}`);
  }
}

/**
 * @param use - as configured
 * @param found - version of the contract that the plugin is made for
 */
export function contractFault(use: string, found: unknown) {
  const newer = typeof found === 'number' && found > contractVersion;
  return pluginFault(
    'ENTENTE_PLUGIN_CONTRACT',
    use,
    `expected apiVersion ${contractVersion}, found ${String(found)}`,
    newer
      ? 'update this server, or install a version of the plugin that is made for it'
      : 'install a version of the plugin that is made for this server',
  );
}

function described(ports: readonly Port<unknown>[]): string {
  return ports.length === 0
    ? 'none'
    : ports
        .map(({ name, version }) => `${name} ${version}`)
        .sort()
        .join(', ');
}

function portsOf(record: Readonly<Record<string, number>>): readonly Port<unknown>[] {
  return Object.entries(record).map(([name, version]) => ({ name, version }));
}

function packageJson(use: string, home: string): { entente?: unknown; version?: unknown } {
  try {
    const read: unknown = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    return typeof read === 'object' && read !== null ? read : {};
  } catch {
    throw manifestFault(use, `expected JSON in ${join(home, 'package.json')}, found something else`);
  }
}

function manifestFault(use: string, sentence: string) {
  return pluginFault(
    'ENTENTE_PLUGIN_MANIFEST',
    use,
    sentence,
    'install a version of the plugin that is made for this server, or report this to its author',
  );
}
