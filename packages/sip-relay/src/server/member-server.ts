import {
  type AcceptedPort,
  type Logger,
  openServerPlugins,
  type Plugins,
  type PluginUse,
  pathBeside,
} from '@entente/host';
import { joinDomain, type Member, type MemberOptions } from '@entente/member';

/** What every server of a domain has in its configuration. */
export interface MemberServerConfig {
  /** Its own name, as the topology lists it. */
  readonly fqdn: string;
  /** Where it keeps its keys, certificates, roots and the last good topology; relative to the configuration file. */
  readonly directory: string;
  /** Needed the first time only. */
  readonly join?: { readonly token: string } | undefined;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses: Readonly<Record<string, string>>;
  /** Plugins to load, as the configuration lists them; an empty list for none. */
  readonly plugins: readonly PluginUse[];
}

/** What a server is started with besides its configuration. */
export interface MemberServerParts {
  /** Paths in the configuration are relative to it, and packages of plugins are looked for beside it. */
  readonly configFile: string;
  /** Receives what the server, its plugins and its member log. */
  readonly logger: Logger;
  /** Default that of the machine. */
  readonly clock?: MemberOptions['clock'];
}

/** A server that has joined its domain and has its plugins. It is disposed of last. */
export interface MemberServer extends AsyncDisposable {
  /** The server as a member of its domain: certificate, trust and topology. */
  readonly member: Member;
  /** The plugins that the configuration names, loaded. */
  readonly plugins: Plugins;
  /** What it writes is exported too; see `openServerPlugins`. */
  readonly logger: Logger;
}

/**
 * Loads the plugins of a server, and joins the domain.
 * @param config - of the server
 * @param parts - log, configuration file, clock
 * @param accepts - ports for which it uses plugins
 * @throws faults of `openServerPlugins` in `@entente/host` and of `joinDomain` in `@entente/member`
 */
export async function openMemberServer(
  config: MemberServerConfig,
  parts: MemberServerParts,
  accepts: readonly AcceptedPort[],
): Promise<MemberServer> {
  const { clock, configFile } = parts;
  const { addresses, directory, fqdn, join } = config;
  const opened = await openServerPlugins({
    plugins: config.plugins,
    configFile,
    accepts,
    source: fqdn,
    logger: parts.logger,
  });
  const { logger, plugins } = opened;
  try {
    const member = await joinDomain({
      fqdn,
      directory: pathBeside(configFile, directory),
      ...(join === undefined ? {} : { token: join.token }),
      addresses: new Map(Object.entries(addresses)),
      ...(clock === undefined ? {} : { clock }),
      log: logger,
    });
    return {
      member,
      plugins,
      logger,
      async [Symbol.asyncDispose]() {
        try {
          await opened[Symbol.asyncDispose]();
        } finally {
          await member[Symbol.asyncDispose]();
        }
      },
    };
  } catch (error) {
    await opened[Symbol.asyncDispose]();
    throw error;
  }
}
