import type { Plugin, Port, SchemaResult } from '../plugin/index.ts';
import { pluginFault } from '../plugin-fault.ts';
import {
  compareWithManifest,
  contractFault,
  contractVersion,
  type PluginManifest,
} from './plugin-manifest.ts';

/**
 * Checks that an export is a plugin, and the one that its manifest describes.
 * @param use - as configured
 * @param manifest - of its package
 * @param plugin - the export, or as much of it as is known
 * @throws OperatorFault `ENTENTE_PLUGIN_SHAPE`, `ENTENTE_PLUGIN_CONTRACT`, `ENTENTE_PLUGIN_MANIFEST`
 */
export function checkShape(use: string, manifest: PluginManifest, plugin: Partial<Plugin> | undefined): void {
  if (plugin?.apiVersion !== undefined && plugin.apiVersion !== contractVersion)
    throw contractFault(use, plugin.apiVersion);
  const problem = shapeProblem(plugin);
  if (problem !== undefined)
    throw pluginFault(
      'ENTENTE_PLUGIN_SHAPE',
      use,
      problem,
      'install a version of the plugin that is made for this server',
    );
  compareWithManifest(use, manifest, plugin as Plugin);
}

function shapeProblem(plugin: Partial<Plugin> | undefined): string | undefined {
  if (typeof plugin !== 'object' || plugin === null) return 'expected an export named "plugin", found none';
  if (plugin.apiVersion === undefined) return `expected apiVersion ${contractVersion}, found none`;
  if (typeof plugin.name !== 'string') return 'expected a name of lower-case letters, digits and hyphens';
  for (const list of [plugin.requires, plugin.provides]) {
    const fits = (port: Port<unknown>) => typeof port?.name === 'string' && Number.isInteger(port.version);
    if (!Array.isArray(list) || !list.every(fits)) return 'expected "requires" and "provides" to list ports';
  }
  if (typeof plugin.setup !== 'function') return 'expected a function "setup"';
  if (typeof plugin.configSchema?.['~standard']?.validate !== 'function')
    return 'expected "configSchema" to be a Standard Schema';
  return undefined;
}

/**
 * Checks the configuration of a plugin.
 * @param name - of the plugin
 * @param validate - its schema, on the configuration
 * @returns the value of the schema
 * @throws OperatorFault `ENTENTE_PLUGIN_CONFIG`
 */
export async function checkedConfig(name: string, validate: () => unknown): Promise<unknown> {
  const code = 'ENTENTE_PLUGIN_CONFIG';
  let result: SchemaResult<unknown>;
  try {
    result = (await validate()) as SchemaResult<unknown>;
    if (typeof result !== 'object' || result === null) throw new Error('expected a result, found none');
  } catch (error) {
    const sentence = `config: its schema failed: ${sentenceOf(error)}`;
    throw pluginFault(code, name, sentence, 'check its configuration, or report this to its author', error);
  }
  if (result.issues === undefined) return result.value;
  const [issue] = result.issues;
  const path = (issue?.path ?? []).map((part) => String(typeof part === 'object' ? part.key : part));
  const sentence = `${['config', ...path].join('.')}: ${issue?.message ?? 'not accepted'}`;
  throw pluginFault(code, name, sentence, 'correct the configuration of the plugin');
}

/** The first line of what was thrown. */
export function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
