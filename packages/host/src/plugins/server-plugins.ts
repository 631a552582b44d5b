import { dirname } from 'node:path';
import { LogExport } from '../exporter/export-log.ts';
import { exporterPort } from '../exporter/log-exporter.ts';
import type { Logger } from '../logger.ts';
import type { AcceptedPort } from '../own-process/accepted-port.ts';
import { loadPlugins, type Plugins } from './load-plugins.ts';
import type { PluginUse } from './plugins-config.ts';

/** The plugins of a server, and its log as they see it. */
export interface ServerPlugins extends AsyncDisposable {
  /** The plugins, set up; they stop when this is disposed of. */
  readonly plugins: Plugins;
  /** What it writes is exported too. Lines of plugins are not: one about an exporter would be the next one that it has to export. */
  readonly logger: Logger;
}

/** Options of {@link openServerPlugins}. */
export interface ServerPluginsOptions {
  /** Entries of the configuration, in its order. */
  readonly plugins: readonly PluginUse[];
  /** Of the server; packages are looked for beside it. */
  readonly configFile: string;
  /** Ports that the server uses. */
  readonly accepts: readonly AcceptedPort[];
  /** FQDN of the server. */
  readonly source: string;
  /** The log of the server; its level decides what is exported, too. */
  readonly logger: Logger;
}

/**
 * Loads the plugins of a server, and has its exporters get what it logs. Dispose of it last.
 * @param options - plugins, ports, log
 * @throws as `loadPlugins`
 */
export async function openServerPlugins(options: ServerPluginsOptions): Promise<ServerPlugins> {
  const { accepts, configFile, logger, source } = options;
  const plugins = await loadPlugins({
    plugins: options.plugins,
    from: [dirname(configFile)],
    accepts,
    logger,
  });
  const exported = new LogExport(source, plugins.calls(exporterPort));
  return {
    plugins,
    logger: exported.logger(logger),
    async [Symbol.asyncDispose]() {
      await exported[Symbol.asyncDispose]();
      await plugins[Symbol.asyncDispose]();
    },
  };
}
