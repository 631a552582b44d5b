import { findPlugin } from './find-plugin.ts';
import type { Logger } from './logger.ts';
import { orderPlugins } from './order-plugins.ts';
import type { Plugin, Port, SchemaResult } from './plugin/index.ts';
import { pluginFault } from './plugin-fault.ts';

/** An entry of `plugins` in a configuration file. */
export interface PluginUse {
  /** Name of an installed package, or a path beside the configuration file. */
  readonly use: string;
  readonly config?: unknown;
}

/** Options of {@link loadPlugins}. */
export interface LoadPluginsOptions {
  readonly plugins: readonly PluginUse[];
  /** Folders where packages are looked for; the first is that of the configuration file. */
  readonly from: readonly string[];
  /** Ports that the server uses. */
  readonly accepts: readonly Port<unknown>[];
  readonly logger: Logger;
}

/** Plugins that were set up; disposing stops them in reverse order. */
export interface Plugins extends AsyncDisposable {
  /** What was provided for a port, in the order of the configuration. */
  provided<T>(port: Port<T>): readonly { readonly plugin: string; readonly implementation: T }[];
}

interface Ready {
  readonly plugin: Plugin;
  readonly config: unknown;
}

/**
 * Loads plugins. Their shape, names, ports, versions, order and configuration are checked before any of them is set up.
 * @param options - what to load, and which ports the server uses
 * @throws OperatorFault whose code begins with `ENTENTE_PLUGIN_` and whose place names the plugin
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<Plugins> {
  const { loaded, ready } = await readPlugins(options);
  return setUp(ready, loaded, options.logger);
}

/**
 * Checks plugins as {@link loadPlugins} does, and sets none up. Their modules are imported.
 * @param options - what would be loaded, and which ports the server uses
 * @throws OperatorFault as {@link loadPlugins} does, but for `ENTENTE_PLUGIN_SETUP`
 */
export async function checkPlugins(options: Omit<LoadPluginsOptions, 'logger'>): Promise<void> {
  await readPlugins(options);
}

async function readPlugins(
  options: Omit<LoadPluginsOptions, 'logger'>,
): Promise<{ readonly loaded: readonly Plugin[]; readonly ready: readonly Ready[] }> {
  const configs = new Map<Plugin, unknown>();
  const loaded: Plugin[] = [];
  for (const { use, config } of options.plugins) {
    // The object itself, never a copy: it may have private members. A plugin that is listed twice is refused by its name.
    const plugin = await importPlugin(use, options.from);
    loaded.push(plugin);
    configs.set(plugin, config);
  }
  const ordered = orderPlugins(loaded, options.accepts);
  const ready: Ready[] = [];
  for (const plugin of ordered)
    ready.push({ plugin, config: await checkConfig(plugin, configs.get(plugin)) });
  return { loaded, ready };
}

async function importPlugin(use: string, from: readonly string[]): Promise<Plugin> {
  const url = findPlugin(use, from);
  let module: { plugin?: unknown };
  try {
    module = await import(url);
  } catch (error) {
    throw pluginFault(
      'ENTENTE_PLUGIN_BROKEN',
      use,
      `it cannot be imported: ${sentenceOf(error)}`,
      'reinstall it, or report this to its author',
      error,
    );
  }
  const problem = shapeProblem(module.plugin as Partial<Plugin> | undefined);
  if (problem === undefined) return module.plugin as Plugin;
  throw pluginFault(
    'ENTENTE_PLUGIN_SHAPE',
    use,
    problem,
    'install a version of the plugin that is made for this server',
  );
}

function shapeProblem(plugin: Partial<Plugin> | undefined): string | undefined {
  if (typeof plugin !== 'object' || plugin === null) return 'expected an export named "plugin", found none';
  if (plugin.apiVersion !== 1) return `expected apiVersion 1, found ${String(plugin.apiVersion)}`;
  if (typeof plugin.name !== 'string' || !/^[a-z][a-z0-9-]{0,63}$/.test(plugin.name)) {
    return 'expected a name of lower-case letters, digits and hyphens';
  }
  for (const list of [plugin.requires, plugin.provides]) {
    const fits = (port: Port<unknown>) => typeof port?.name === 'string' && Number.isInteger(port.version);
    if (!Array.isArray(list) || !list.every(fits)) return 'expected "requires" and "provides" to list ports';
  }
  if (typeof plugin.setup !== 'function') return 'expected a function "setup"';
  if (typeof plugin.configSchema?.['~standard']?.validate !== 'function')
    return 'expected "configSchema" to be a Standard Schema';
  return undefined;
}

async function checkConfig({ configSchema, name }: Plugin, config: unknown): Promise<unknown> {
  const code = 'ENTENTE_PLUGIN_CONFIG';
  let result: SchemaResult<unknown>;
  try {
    result = await configSchema['~standard'].validate(config);
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

async function setUp(
  ready: readonly Ready[],
  configured: readonly Plugin[],
  logger: Logger,
): Promise<Plugins> {
  const provided = new Map<string, Map<Plugin, unknown>>();
  const stop = new AbortController();
  const undo: { readonly name: string; readonly dispose: () => void | Promise<void> }[] = [];
  const dispose = async (): Promise<void> => {
    stop.abort();
    for (const { dispose: step, name } of undo.splice(0).reverse()) {
      try {
        await step();
      } catch (error) {
        logger.error({ event: 'fault', plugin: name }, `the plugin failed to stop: ${sentenceOf(error)}`);
      }
    }
  };
  for (const { config, plugin } of ready) {
    const { name } = plugin;
    const misused = (port: Port<unknown>, sentence: string) =>
      pluginFault(
        'ENTENTE_PLUGIN_PORT',
        name,
        `port ${port.name}: ${sentence}`,
        'report this to the author of the plugin',
      );
    const declared = (list: readonly Port<unknown>[], port: Port<unknown>, where: string) => {
      if (list.some((one) => one.name === port.name && one.version === port.version)) return;
      throw misused(port, `version ${port.version} is not in "${where}"`);
    };
    try {
      await plugin.setup(
        {
          log: logger.child({ plugin: name }),
          signal: stop.signal,
          use<T>(port: Port<T>) {
            declared(plugin.requires, port, 'requires');
            const offers = [...(provided.get(port.name)?.values() ?? [])];
            if (offers.length === 0) throw misused(port, 'used before a plugin has provided it');
            return offers[0] as T;
          },
          provide(port, implementation) {
            declared(plugin.provides, port, 'provides');
            const offers = provided.get(port.name) ?? new Map<Plugin, unknown>();
            if (offers.has(plugin)) throw misused(port, 'provided twice');
            provided.set(port.name, offers.set(plugin, implementation));
          },
          onDispose: (step) => void undo.push({ name, dispose: step }),
        },
        config,
      );
      const missing = plugin.provides.find((port) => provided.get(port.name)?.has(plugin) !== true);
      if (missing !== undefined) throw new Error(`it declares port ${missing.name} but did not provide it`);
    } catch (error) {
      await dispose();
      throw pluginFault(
        'ENTENTE_PLUGIN_SETUP',
        name,
        `its setup failed: ${sentenceOf(error)}`,
        'check its configuration, or report this to its author',
        error,
      );
    }
  }
  return {
    provided<T>(port: Port<T>) {
      const offers = provided.get(port.name);
      return configured
        .filter((plugin) => offers?.has(plugin))
        .map((plugin) => ({ plugin: plugin.name, implementation: offers?.get(plugin) as T }));
    },
    [Symbol.asyncDispose]: dispose,
  };
}

function sentenceOf(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
