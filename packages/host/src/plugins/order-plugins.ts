import type { Plugin, Port } from '../plugin/index.ts';
import { pluginFault } from '../plugin-fault.ts';

/** What says in which order plugins are set up. */
type Ordered = Pick<Plugin, 'name' | 'provides' | 'requires'>;

/**
 * The order in which plugins are set up: as given, but each after those it needs.
 * @param plugins - as configured
 * @param accepts - ports that the server itself uses; any number of plugins may provide one of them
 * @throws OperatorFault `ENTENTE_PLUGIN_DUPLICATE`, `ENTENTE_PLUGIN_PORT`, `ENTENTE_PLUGIN_CYCLE`
 */
export function orderPlugins<P extends Ordered>(
  plugins: readonly P[],
  accepts: readonly Port<unknown>[],
): readonly P[] {
  const names = new Set<string>();
  const providers = new Map<string, Set<P>>();
  const needed = new Set(plugins.flatMap(({ requires }) => requires.map(({ name }) => name)));
  for (const plugin of plugins) {
    if (names.has(plugin.name)) {
      throw pluginFault(
        'ENTENTE_PLUGIN_DUPLICATE',
        plugin.name,
        'it is configured twice',
        'remove one of the two entries',
      );
    }
    names.add(plugin.name);
    for (const port of plugin.provides) {
      const others = providers.get(port.name) ?? new Set<P>();
      const accepted = accepts.find(({ name }) => name === port.name);
      if (accepted !== undefined) sameVersion(plugin, port, accepted);
      else if (!needed.has(port.name))
        throw portFault(plugin, port, 'neither this server nor a plugin uses it');
      else if (others.size > 0) throw portFault(plugin, port, `${namesOf(others)} provides it already`);
      providers.set(port.name, others.add(plugin));
    }
  }
  const ordered: P[] = [];
  const open = new Set<P>();
  const visit = (plugin: P): void => {
    if (ordered.includes(plugin)) return;
    if (open.has(plugin)) {
      const path = [...open, plugin];
      const circle = path.slice(path.indexOf(plugin)).map(({ name }) => name);
      throw pluginFault(
        'ENTENTE_PLUGIN_CYCLE',
        plugin.name,
        `plugins require each other in a cycle: ${circle.join(' → ')}`,
        'remove one of them',
      );
    }
    open.add(plugin);
    for (const port of plugin.requires) {
      const candidates = providers.get(port.name) ?? new Set<P>();
      const [provider] = candidates;
      if (provider === undefined) throw portFault(plugin, port, 'required, but no plugin provides it');
      if (candidates.size > 1) {
        // The server may use all of them, but a plugin gets one, and the order in the file must not decide which.
        const sentence = `required, but more than one plugin provides it: ${namesOf(candidates)}`;
        throw portFault(plugin, port, sentence, 'remove all but one of the plugins that provide it');
      }
      sameVersion(plugin, port, provider.provides.find(({ name }) => name === port.name) as Port<unknown>);
      visit(provider);
    }
    open.delete(plugin);
    ordered.push(plugin);
  };
  for (const plugin of plugins) visit(plugin);
  return ordered;
}

function sameVersion(plugin: Ordered, port: Port<unknown>, other: Port<unknown>): void {
  if (port.version !== other.version)
    throw portFault(plugin, port, `expected version ${other.version}, found ${port.version}`);
}

function namesOf(plugins: Iterable<Ordered>): string {
  return [...plugins].map(({ name }) => name).join(' and ');
}

function portFault(
  plugin: Ordered,
  port: Port<unknown>,
  sentence: string,
  remedy = 'install a version of the plugin that fits, or the plugin it goes with',
) {
  return pluginFault('ENTENTE_PLUGIN_PORT', plugin.name, `port ${port.name}: ${sentence}`, remedy);
}
