import type { ServerProblem } from '../lifecycle/server-problem.ts';
import type { Logger } from '../logger.ts';
import type { AcceptedPort } from '../own-process/accepted-port.ts';
import { OwnProcess, stoppedRemedy } from '../own-process/own-process.ts';
import { effectivePermissions } from '../own-process/permissions.ts';
import type { PluginCalls } from '../own-process/plugin-calls.ts';
import type { Plugin, Port } from '../plugin/index.ts';
import { pluginFault } from '../plugin-fault.ts';
import { type FoundPlugin, findPlugin } from './find-plugin.ts';
import { PluginsInServer } from './in-server.ts';
import { orderPlugins } from './order-plugins.ts';
import { checkInServer, type PluginManifest, readManifest } from './plugin-manifest.ts';
import { checkedConfig, checkShape, sentenceOf } from './plugin-shape.ts';
import type { PluginUse } from './plugins-config.ts';

const defaultTimeLimitMs = 500;
const defaultMemoryMb = 128;

/** Options of {@link loadPlugins}. */
export interface LoadPluginsOptions {
  /** Entries of the configuration, in its order. */
  readonly plugins: readonly PluginUse[];
  /** Folders where packages are looked for; the first is that of the configuration file. */
  readonly from: readonly string[];
  /** Ports that the server uses. */
  readonly accepts: readonly AcceptedPort[];
  /** Gets a line for each plugin that is loaded; lines of plugins in this process go to a child of it. */
  readonly logger: Logger;
}

/** Plugins that were set up; disposing stops them in reverse order. */
export interface Plugins extends AsyncDisposable {
  /** What was provided for a port in this process, in the order of the configuration. */
  provided<T>(port: Port<T>): readonly { readonly plugin: string; readonly implementation: T }[];
  /** The plugins in a process of their own that provide a port, in the order of the configuration. */
  calls(port: Port<unknown>): readonly PluginCalls[];
  /** What each plugin provides, in the order of the configuration. */
  readonly offers: readonly { readonly plugin: string; readonly port: string }[];
  /** Plugins that do not run now. */
  problems(): readonly ServerProblem[];
}

/** A plugin whose manifest was read, and of which nothing has run yet. */
interface Read extends Pick<PluginManifest, 'name' | 'provides' | 'requires'> {
  readonly entry: PluginUse;
  readonly found: FoundPlugin;
  readonly manifest: PluginManifest;
  readonly isOwn: boolean;
}

/** A plugin that was checked, and is set up with `setUp`. */
interface Checked {
  readonly read: Read;
  readonly own: OwnProcess | undefined;
  setUp(server: PluginsInServer): Promise<void>;
}

/**
 * Loads plugins. Their manifests, names, ports, versions and order are checked before anything of them runs, their shape and configuration before any
 * of them is set up. What each of them may do is logged.
 * @param options - what to load, and which ports the server uses
 * @throws OperatorFault whose code begins with `ENTENTE_PLUGIN_` and whose place names the plugin
 */
export async function loadPlugins(options: LoadPluginsOptions): Promise<Plugins> {
  const { logger } = options;
  const reads = readManifests(options);
  const checked = await checkAll(options, reads.ordered);
  const server = new PluginsInServer(logger);
  const own = new Map(checked.map(({ own: process, read }) => [read.name, process]));
  for (const { name } of [...reads.ordered].reverse()) {
    const process = own.get(name);
    if (process !== undefined) server.onDispose(name, () => process[Symbol.asyncDispose]());
  }
  for (const { read, setUp } of checked) {
    logPlugin(logger, read);
    try {
      await setUp(server);
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw pluginFault(
        'ENTENTE_PLUGIN_SETUP',
        read.name,
        `its setup failed: ${sentenceOf(error)}`,
        'check its configuration, or report this to its author',
        error,
      );
    }
  }
  return {
    provided<T>(port: Port<T>) {
      return reads.configured.flatMap(({ name }) => {
        const offer = server.offer(port, name);
        return offer === undefined ? [] : [{ plugin: name, implementation: offer.implementation as T }];
      });
    },
    calls: (port) =>
      reads.configured.flatMap(({ name, provides }) => {
        const process = own.get(name);
        return process !== undefined && provides.some((one) => one.name === port.name) ? [process] : [];
      }),
    offers: reads.configured.flatMap(({ name, provides }) =>
      provides.map((port) => ({ plugin: name, port: port.name })),
    ),
    problems: () => [...own.values()].flatMap((process) => problemsOf(process)),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

/**
 * Checks plugins as {@link loadPlugins} does, and sets none up. Their modules are imported.
 * @param options - what would be loaded, and which ports the server uses
 * @throws OperatorFault as {@link loadPlugins} does, but for `ENTENTE_PLUGIN_SETUP`
 */
export async function checkPlugins(options: Omit<LoadPluginsOptions, 'logger'>): Promise<void> {
  const silent: Logger = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
  const checked = await checkAll({ ...options, logger: silent }, readManifests(options).ordered);
  for (const { own } of checked) await own?.[Symbol.asyncDispose]();
}

function readManifests({ accepts, from, plugins }: Omit<LoadPluginsOptions, 'logger'>) {
  const configured = plugins.map((entry): Read => {
    const found = findPlugin(entry.use, from);
    const manifest = readManifest(entry.use, found.home);
    const { name, provides, requires } = manifest;
    const isOwn = accepts.some(
      (port) => port.process === 'own' && provides.some((one) => one.name === port.name),
    );
    const read = { entry, found, manifest, isOwn, name, provides, requires };
    if (isOwn) checkOwn(read, accepts);
    else checkInServer(entry.use, manifest);
    return read;
  });
  return { configured, ordered: orderPlugins(configured, accepts) };
}

/** A process of its own shares nothing with other plugins. */
function checkOwn({ entry, name, provides, requires }: Read, accepts: readonly AcceptedPort[]): void {
  const inServer = provides.find(
    (port) => !accepts.some((one) => one.name === port.name && one.process === 'own'),
  );
  const other = inServer ?? requires[0];
  if (other === undefined) return;
  throw pluginFault(
    'ENTENTE_PLUGIN_PORT',
    name,
    `port ${other.name}: a plugin that runs in a process of its own neither requires a port nor provides one that is used in the server`,
    `install one plugin for each, or report this to the author of ${entry.use}`,
  );
}

async function checkAll(options: LoadPluginsOptions, ordered: readonly Read[]): Promise<readonly Checked[]> {
  const started: OwnProcess[] = [];
  try {
    const loaded: { readonly read: Read; readonly plugin: Plugin | OwnProcess }[] = [];
    for (const read of ordered) {
      const { entry, found, isOwn, manifest } = read;
      if (!isOwn) {
        checkNoLimits(entry);
        const plugin = await importPlugin(entry.use, found.url);
        checkShape(entry.use, manifest, plugin);
        loaded.push({ read, plugin: plugin as Plugin });
        continue;
      }
      const ports = options.accepts.filter(({ name }) => read.provides.some((one) => one.name === name));
      const process = new OwnProcess({ ...limitsOf(read), ports, log: options.logger });
      started.push(process);
      checkShape(entry.use, manifest, pluginOf(await process.load()));
      loaded.push({ read, plugin: process });
    }
    const checked: Checked[] = [];
    for (const { plugin, read } of loaded) {
      if (plugin instanceof OwnProcess) {
        await checkedConfig(read.name, () => plugin.validate());
        checked.push({ read, own: plugin, setUp: () => plugin.setUp() });
        continue;
      }
      const config = await checkedConfig(read.name, () =>
        plugin.configSchema['~standard'].validate(read.entry.config),
      );
      checked.push({ read, own: undefined, setUp: (server) => server.setUp(plugin, config) });
    }
    return checked;
  } catch (error) {
    await Promise.all(started.map((process) => process[Symbol.asyncDispose]()));
    throw error;
  }
}

async function importPlugin(use: string, url: string): Promise<Partial<Plugin> | undefined> {
  try {
    return ((await import(url)) as { plugin?: Partial<Plugin> }).plugin;
  } catch (error) {
    throw pluginFault(
      'ENTENTE_PLUGIN_BROKEN',
      use,
      `it cannot be imported: ${sentenceOf(error)}`,
      'reinstall it, or report this to its author',
      error,
    );
  }
}

/** As much of a plugin in another process as its shape says. */
function pluginOf(shape: unknown): Partial<Plugin> | undefined {
  if (typeof shape !== 'object' || shape === null) return undefined;
  const { hasSchema, hasSetup, ...others } = shape as { hasSchema?: unknown; hasSetup?: unknown };
  const there = () => ({ value: undefined });
  return {
    ...others,
    ...(hasSetup === true ? { setup: () => {} } : {}),
    ...(hasSchema === true
      ? { configSchema: { '~standard': { version: 1, vendor: 'another process', validate: there } } }
      : {}),
  };
}

/** Where both say `pass`, what the plugin gives no answer about passes. */
function limitsOf({ entry, found, manifest, name }: Read) {
  const { config, memoryMb, onFailure, timeLimitMs } = entry;
  if (onFailure === 'pass' && manifest.onFailure !== 'pass')
    throw pluginFault(
      'ENTENTE_PLUGIN_CONFIG',
      name,
      'onFailure: expected "refuse", the only one that its manifest allows, found "pass"',
      'leave "onFailure" out of the configuration of the plugin',
    );
  return {
    plugin: name,
    url: found.url,
    home: found.home as string,
    permissions: manifest.may ?? [],
    timeLimitMs: timeLimitMs ?? manifest.timeLimitMs ?? defaultTimeLimitMs,
    memoryMb: memoryMb ?? manifest.memoryMb ?? defaultMemoryMb,
    onFailure: onFailure ?? ('refuse' as const),
    config,
  };
}

function checkNoLimits(entry: PluginUse): void {
  const idle = (['timeLimitMs', 'memoryMb', 'onFailure'] as const).find(
    (field) => entry[field] !== undefined,
  );
  if (idle === undefined) return;
  throw pluginFault(
    'ENTENTE_PLUGIN_CONFIG',
    entry.use,
    `${idle}: expected none, because the plugin runs in the process of the server`,
    `leave "${idle}" out`,
  );
}

/** What the operator lets in, before it is set up. */
function logPlugin(logger: Logger, read: Read): void {
  const { isOwn, manifest, name, provides } = read;
  const fields = {
    plugin: name,
    version: manifest.version,
    provides: provides.map((port) => `${port.name} ${port.version}`),
  };
  const what = `plugin ${name} ${manifest.version}`;
  if (!isOwn) {
    const sentence = `${what} runs in the process of this server, and may do all that the server may`;
    logger.info({ event: 'plugin', ...fields, process: 'server' }, sentence);
    return;
  }
  const { memoryMb, onFailure, timeLimitMs } = limitsOf(read);
  const may = effectivePermissions(manifest.may ?? []);
  logger.info(
    { event: 'plugin', ...fields, process: 'own', may, timeLimitMs, memoryMb, onFailure },
    `${what} runs in a process of its own, and may ${may.length === 0 ? 'only answer' : `answer and use: ${may.join(', ')}`}`,
  );
}

function problemsOf(process: OwnProcess | undefined): readonly ServerProblem[] {
  if (process?.stoppedFor === undefined) return [];
  const { onFailure, plugin, stoppedFor } = process;
  const effect = onFailure === 'pass' ? 'is not asked' : 'answers nothing';
  return [
    {
      part: 'plugin',
      message: `plugin ${plugin} ${effect}: its process ${stoppedFor}`,
      remedy: stoppedRemedy,
      stops: false,
    },
  ];
}
