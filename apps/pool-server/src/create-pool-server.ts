import {
  type AcceptedPort,
  type Logger,
  loadConfig,
  openServerPlugins,
  pathBeside,
  type RunningServer,
  RunningSettings,
} from '@entente/host';
import { exporterPort } from '@entente/host/exporter';
import { joinDomain, type Member, type MemberOptions } from '@entente/member';
import { locationsPort } from '@entente/sip-proxy/locations';
import { logTransactions } from '@entente/sip-relay';
import { requestPolicyPort } from '@entente/sip-relay/request-policy';
import { type OpenUsers, userSource } from '@entente/sip-relay/users';
import { type PoolServerConfig, poolServerConfig } from './config.ts';
import type { RunningRole } from './roles/role.ts';
import { refuseOtherPorts, servedRoleOf } from './roles/served-roles.ts';

/** The ports for which it uses plugins, in one role or another. */
export const acceptedPorts: readonly AcceptedPort[] = [exporterPort, locationsPort, requestPolicyPort];

/** A running server of a pool. */
export interface PoolServer extends RunningServer {
  readonly member: Member;
  /** The service of the role that the topology gives it. */
  readonly role: RunningRole;
}

/**
 * Starts a server of a pool: joins the domain, then serves the role that the topology gives it.
 * @param config - see `config.ts`
 * @param parts - log, the configuration file that paths are relative to, and a clock other than the machine's
 * @throws faults with code, place and remedy
 */
export async function createPoolServer(
  config: PoolServerConfig,
  parts: { readonly configFile: string; readonly logger: Logger; readonly clock?: MemberOptions['clock'] },
): Promise<PoolServer> {
  const { clock, configFile } = parts;
  const users = userSource(config, configFile);
  const opened = await openServerPlugins({
    plugins: config.plugins,
    configFile,
    accepts: acceptedPorts,
    source: config.fqdn,
    logger: parts.logger,
  });
  const { logger, plugins } = opened;
  let member: Member | undefined;
  let open: OpenUsers | undefined;
  const close = async () => {
    await opened[Symbol.asyncDispose]();
    await Promise.all([member?.[Symbol.asyncDispose](), open?.[Symbol.asyncDispose]()]);
  };
  try {
    const joined = await joinDomain({
      fqdn: config.fqdn,
      directory: pathBeside(configFile, config.directory),
      ...(config.join === undefined ? {} : { token: config.join.token }),
      addresses: new Map(Object.entries(config.addresses)),
      ...(clock === undefined ? {} : { clock }),
      log: logger,
    });
    member = joined;
    const served = servedRoleOf(config, joined.topology, configFile);
    refuseOtherPorts(served, plugins.offers);
    const role = await served.serve({
      config,
      configFile,
      logger,
      member: joined,
      plugins,
      async openUsers() {
        open = await users.open(joined);
        return open;
      },
    });
    const settings = new RunningSettings({
      config,
      read: () => loadConfig(configFile, poolServerConfig),
      logger,
      whileDebug: logTransactions,
      also: ['users'],
    });
    const reload = () => settings.reload((next) => users.prepare(next));
    return {
      member: joined,
      role,
      log: logger,
      metrics: role.metrics,
      get drainMs() {
        return settings.drainMs;
      },
      reload: async () => reload(),
      problems: () => [...joined.problems(), ...plugins.problems(), ...(role.problems?.() ?? [])],
      drain: (withinMs) => role.drain(withinMs),
      async [Symbol.asyncDispose]() {
        settings[Symbol.dispose]();
        await role[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
