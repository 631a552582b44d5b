import type { Logger } from '../logger.ts';
import type { Plugin, PluginScope, Port } from '../plugin/index.ts';
import { pluginFault } from '../plugin-fault.ts';
import { sentenceOf } from './plugin-shape.ts';

/** Milliseconds in which a plugin has to be set up. */
const setupMs = 30_000;
/** Milliseconds for each step of disposing of a plugin; a server that stops waits no longer. */
const disposeMs = 1_000;

interface Step {
  readonly plugin: string;
  readonly dispose: () => void | Promise<void>;
}

/** Plugins in the process of the server: what they have provided, and how they are disposed of. */
export class PluginsInServer implements AsyncDisposable {
  readonly #logger: Logger;
  readonly #provided = new Map<string, Map<string, unknown>>();
  readonly #stop = new AbortController();
  readonly #undo: Step[] = [];

  /** @param logger - of the server */
  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /**
   * What a plugin has provided for a port.
   * @returns undefined where it has provided nothing for it
   */
  offer(port: Port<unknown>, plugin: string): { readonly implementation: unknown } | undefined {
    const offers = this.#provided.get(port.name);
    return offers?.has(plugin) ? { implementation: offers.get(plugin) } : undefined;
  }

  /**
   * Disposes of something with the plugins: the last first.
   * @param plugin - its name
   * @param dispose - called once
   */
  onDispose(plugin: string, dispose: () => void | Promise<void>): void {
    this.#undo.push({ plugin, dispose });
  }

  /**
   * Sets a plugin up.
   * @param plugin - checked before
   * @param config - as its schema gave it
   * @throws Error with what is wrong
   */
  async setUp(plugin: Plugin, config: unknown): Promise<void> {
    await inTime(plugin.setup(this.#scopeOf(plugin), config), setupMs, 'its setup');
    const missing = plugin.provides.find((port) => this.offer(port, plugin.name) === undefined);
    if (missing !== undefined) throw new Error(`it declares port ${missing.name} but did not provide it`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const { dispose, plugin } of this.#undo.splice(0).reverse()) {
      try {
        await inTime(dispose(), disposeMs, 'a step of its disposal');
      } catch (error) {
        this.#logger.error({ event: 'fault', plugin }, `the plugin failed to stop: ${sentenceOf(error)}`);
      }
    }
  }

  #scopeOf(plugin: Plugin): PluginScope {
    const { name } = plugin;
    const provided = this.#provided;
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
    return {
      log: this.#logger.child({ plugin: name }),
      signal: this.#stop.signal,
      use<T>(port: Port<T>) {
        declared(plugin.requires, port, 'requires');
        const offers = [...(provided.get(port.name)?.values() ?? [])];
        if (offers.length === 0) throw misused(port, 'used before a plugin has provided it');
        return offers[0] as T;
      },
      provide(port, implementation) {
        declared(plugin.provides, port, 'provides');
        const offers = provided.get(port.name) ?? new Map<string, unknown>();
        if (offers.has(name)) throw misused(port, 'provided twice');
        provided.set(port.name, offers.set(name, implementation));
      },
      onDispose: (dispose) => this.onDispose(name, dispose),
    };
  }
}

/** @throws Error where the time is over before */
async function inTime(work: void | Promise<void>, withinMs: number, what: string): Promise<void> {
  if (!(work instanceof Promise)) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} took more than ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
